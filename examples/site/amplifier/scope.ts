// Two signals over each other: their waves, or their spectra.
import { colour, paper } from "../kit.ts";

/** The quietest that a spectrum shows, in dB. */
const FLOOR = -110;

export function drawWaves(canvas: HTMLCanvasElement, width: number, signals: readonly AnalyserNode[]): void {
  draw(canvas, width, signals, (analyser) => {
    const samples = new Float32Array(1024);
    analyser.getFloatTimeDomainData(samples);
    return (x) => 0.5 - samples[Math.floor(x * (samples.length - 1))] / 2;
  });
}

/** From 40 Hz to half the rate, in octaves. */
export function drawSpectra(canvas: HTMLCanvasElement, width: number, signals: readonly AnalyserNode[]): void {
  draw(canvas, width, signals, (analyser) => {
    const loud = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(loud);
    const lowest = (40 * analyser.fftSize) / analyser.context.sampleRate;
    return (x) => Math.min(1, loud[Math.floor(lowest * ((loud.length - 1) / lowest) ** x)] / FLOOR);
  });
}

/** A line a signal; what `read` gives is the height at x, 0 to 1, from the top. */
function draw(
  canvas: HTMLCanvasElement,
  place: number,
  signals: readonly AnalyserNode[],
  read: (analyser: AnalyserNode) => (x: number) => number,
): void {
  const { pen, width, height } = paper(canvas, place, 150);
  pen.strokeStyle = colour("line");
  pen.strokeRect(0, 0, width, height);
  signals.forEach((analyser, i) => {
    const at = read(analyser);
    pen.strokeStyle = colour(i === 0 ? "soft" : "warm");
    pen.lineWidth = 1.5;
    pen.beginPath();
    for (let x = 0; x < width; x++) pen.lineTo(x, height * Math.max(0, at(x / width)));
    pen.stroke();
  });
}
