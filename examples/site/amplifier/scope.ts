// Two signals over each other: their waves, or their spectra.
import { colour, paper } from "../kit.ts";

/** The quietest that a spectrum shows, in dB. */
const FLOOR = -110;

/** The lowest frequency that a spectrum shows, in Hz. */
const LOWEST = 40;

/** Samples that a wave shows. */
const SHOWN = 1024;

/** 21 ms, from where the first signal rises through nothing, the loudest filling the height. */
export function drawWaves(canvas: HTMLCanvasElement, width: number, signals: readonly AnalyserNode[]): void {
  const waves = signals.map((analyser) => {
    const samples = new Float32Array(2 * SHOWN);
    analyser.getFloatTimeDomainData(samples);
    return samples;
  });
  let from = 0;
  while (from < SHOWN && !(waves[0]?.[from] < 0 && waves[0][from + 1] >= 0)) from++;
  const loudest = waves.reduce((most, wave) => wave.reduce((m, v) => Math.max(m, Math.abs(v)), most), 0.02);
  draw(canvas, width, signals.length, [], (i) => (x) => {
    const value = waves[i][from + Math.floor(x * (SHOWN - 1))];
    return 0.5 - (0.46 * value) / loudest;
  });
}

/** From 40 Hz to half the rate, in octaves. */
export function drawSpectra(canvas: HTMLCanvasElement, width: number, signals: readonly AnalyserNode[]): void {
  const rate = signals[0]?.context.sampleRate ?? 48_000;
  const octaves = Math.log2(rate / 2 / LOWEST);
  const marks = [100, 1000, 10_000].map((hertz) => ({
    text: hertz < 1000 ? `${hertz} Hz` : `${hertz / 1000} kHz`,
    x: Math.log2(hertz / LOWEST) / octaves,
  }));
  draw(canvas, width, signals.length, marks, (i) => {
    const loud = new Float32Array(signals[i].frequencyBinCount);
    signals[i].getFloatFrequencyData(loud);
    const binOf = (x: number) => (LOWEST * 2 ** (x * octaves) * signals[i].fftSize) / rate;
    return (x) => {
      const [low, high] = [binOf(x), binOf(x + 1 / width)];
      const first = Math.floor(low);
      let value = loud[first] + (low - first) * ((loud[first + 1] ?? loud[first]) - loud[first]);
      for (let bin = first + 1; bin < high && bin < loud.length; bin++) value = Math.max(value, loud[bin]);
      return Math.min(1, value / FLOOR);
    };
  });
}

/** A line a signal; what `read` gives is the height at x, 0 to 1, from the top. */
function draw(
  canvas: HTMLCanvasElement,
  place: number,
  signals: number,
  marks: readonly { readonly text: string; readonly x: number }[],
  read: (signal: number) => (x: number) => number,
): void {
  const { pen, width, height } = paper(canvas, place, 170);
  pen.strokeStyle = colour("line");
  pen.fillStyle = colour("soft");
  pen.font = "12px system-ui, sans-serif";
  for (const { text, x } of marks) {
    pen.strokeRect(x * width, 0, 0, height);
    pen.fillText(text, x * width + 5, height - 6);
  }
  pen.strokeRect(0, height / 2, width, 0);
  for (let i = 0; i < signals; i++) {
    const at = read(i);
    pen.strokeStyle = colour(i === 0 ? "soft" : "warm");
    pen.lineWidth = i === 0 ? 1.5 : 2;
    pen.beginPath();
    for (let x = 0; x < width; x++) pen.lineTo(x, height * Math.max(0, at(x / width)));
    pen.stroke();
  }
}
