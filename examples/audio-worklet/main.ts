// A guitar of plucked strings through an amplifier that is an LSTM, on the audio thread.
import { compile } from "unrolled";
import address from "./amp.safetensors";

/** Milliseconds that a block of 128 samples lasts. */
const BLOCK = (128 / 48000) * 1000;

const play = document.querySelector<HTMLButtonElement>("#play")!;
const amplify = document.querySelector<HTMLInputElement>("#amplify")!;
const drive = document.querySelector<HTMLInputElement>("#drive")!;
const meter = document.querySelector("meter")!;
const share = document.querySelector("output")!;
const canvas = document.querySelector("canvas")!;

let context: AudioContext | undefined;

async function start(): Promise<AudioContext> {
  const context = new AudioContext({ sampleRate: 48000 });
  await context.audioWorklet.addModule("build/worklet.js");
  const file = await (await fetch(new URL(address, import.meta.url))).arrayBuffer();
  const amplifier = new AudioWorkletNode(context, "amplifier", { processorOptions: { file, module: compile() } });
  const guitar = new AudioBufferSourceNode(context, { buffer: strum(context), loop: true });
  const gain = new GainNode(context);
  const analyser = new AnalyserNode(context, { fftSize: 2048 });
  guitar.connect(gain).connect(amplifier).connect(analyser).connect(context.destination);
  guitar.start();

  const blocks: number[] = [];
  amplifier.port.onmessage = ({ data }) => {
    blocks.push(data);
    const spent = blocks.slice(-10).reduce((a, b) => a + b) / Math.min(blocks.length, 10);
    meter.value = spent / BLOCK;
    share.textContent = `${(100 * meter.value).toFixed(0)} % of the ${BLOCK.toFixed(2)} ms that a block of 128 samples lasts`;
  };
  drive.oninput = () => (gain.gain.value = drive.valueAsNumber);
  amplify.onchange = () => {
    blocks.length = 0;
    amplifier.port.postMessage(amplify.checked);
  };
  const samples = new Float32Array(1024);
  const draw = () => {
    analyser.getFloatTimeDomainData(samples);
    drawWave(samples);
    requestAnimationFrame(draw);
  };
  draw();
  return context;
}

play.onclick = async () => {
  if (!context) context = await start();
  else if (context.state === "running") await context.suspend();
  else await context.resume();
  play.textContent = context.state === "running" ? "Pause" : "Play";
};

/** Four chords, a string after the other. Karplus and Strong, 1983: noise in a delay line that averages neighbours. */
function strum({ sampleRate }: AudioContext): AudioBuffer {
  const chords = [
    [40, 47, 52, 55, 59, 64],
    [36, 43, 48, 52, 55, 60],
    [43, 47, 50, 55, 59, 67],
    [38, 45, 50, 54, 57, 62],
  ];
  const beat = sampleRate * 1.6;
  const buffer = new AudioBuffer({ length: beat * chords.length, sampleRate });
  const out = buffer.getChannelData(0);
  chords.forEach((chord, c) =>
    chord.forEach((note, n) => {
      const period = Math.round(sampleRate / (440 * 2 ** ((note - 69) / 12)));
      const string = Float32Array.from({ length: period }, () => 0.3 * (Math.random() - 0.5));
      const begin = c * beat + n * sampleRate * 0.09;
      for (let i = 0; i < beat * 1.5; i++) {
        const at = i % period;
        out[(begin + i) % out.length] += string[at];
        string[at] = 0.499 * (string[at] + string[(at + 1) % period]);
      }
    }),
  );
  return buffer;
}

function drawWave(samples: Float32Array): void {
  const { width, height } = canvas;
  const pen = canvas.getContext("2d")!;
  pen.clearRect(0, 0, width, height);
  pen.strokeStyle = getComputedStyle(canvas).color;
  pen.lineWidth = 2;
  pen.beginPath();
  samples.forEach((v, i) => pen.lineTo((i / samples.length) * width, (0.5 - v / 2) * height));
  pen.stroke();
}
