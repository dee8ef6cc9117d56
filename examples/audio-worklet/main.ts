// A guitar of plucked strings through an amplifier that is a net, on the audio thread: an LSTM, or a capture of yours.
import { compile } from "unrolled";
import { compile as compileGraphs, writeGraph } from "unrolled/graph";
import { fromGuitarMl, fromNam, fromRtNeural } from "unrolled/import";
import address from "./amp.safetensors";
import type { Net } from "./worklet.ts";

/** Milliseconds that a block of 128 samples lasts. */
const BLOCK = (128 / 48000) * 1000;

const play = document.querySelector<HTMLButtonElement>("#play")!;
const amplify = document.querySelector<HTMLInputElement>("#amplify")!;
const own = document.querySelector<HTMLInputElement>("#own")!;
const drive = document.querySelector<HTMLInputElement>("#drive")!;
const meter = document.querySelector("meter")!;
const share = document.querySelector("output")!;
const canvas = document.querySelector("canvas")!;

let context: AudioContext | undefined;

/** The capture of a .nam, AIDA-X, RTNeural or GuitarML file, told by its fields. */
function captured(file: Uint8Array): Net {
  const fields = JSON.parse(new TextDecoder().decode(file)) as object;
  const read = "architecture" in fields ? fromNam : "model_data" in fields ? fromGuitarMl : fromRtNeural;
  const { graph, inputDims } = read(file);
  return { file: writeGraph(graph), graph: true, inputs: Number(inputDims.at(-1)), module: compileGraphs() };
}

async function start(net: Net): Promise<AudioContext> {
  const context = new AudioContext({ sampleRate: 48000 });
  await context.audioWorklet.addModule("build/worklet.js");
  const amplifier = new AudioWorkletNode(context, "amplifier", { processorOptions: net });
  const guitar = new AudioBufferSourceNode(context, { buffer: strum(context), loop: true });
  const gain = new GainNode(context, { gain: drive.valueAsNumber });
  const [before, after] = [gain, amplifier].map((node) => {
    const analyser = new AnalyserNode(context, { fftSize: 2048 });
    node.connect(analyser);
    return analyser;
  });
  guitar.connect(gain).connect(amplifier).connect(context.destination);
  guitar.start();

  const blocks: number[] = [];
  amplifier.port.onmessage = ({ data }) => {
    blocks.push(data);
    const spent = blocks.slice(-10).reduce((a, b) => a + b) / Math.min(blocks.length, 10);
    meter.value = spent / BLOCK;
    const percent = (100 * meter.value).toFixed(0);
    share.textContent = `${percent} % of the ${BLOCK.toFixed(2)} ms that a block of 128 samples lasts`;
  };
  const set = () => amplifier.port.postMessage(amplify.checked);
  set();
  drive.oninput = () => (gain.gain.value = drive.valueAsNumber);
  amplify.onchange = set;
  const draw = () => {
    drawWaves(before, after);
    if (context.state !== "closed") requestAnimationFrame(draw);
  };
  draw();
  return context;
}

play.onclick = async () => {
  if (!context) {
    const file = new Uint8Array(await (await fetch(new URL(address, import.meta.url))).arrayBuffer());
    context = await start({ file, graph: false, inputs: 1, module: compile() });
  } else if (context.state === "running") await context.suspend();
  else await context.resume();
  play.textContent = context.state === "running" ? "Pause" : "Play";
};

own.onchange = async () => {
  try {
    const net = captured(new Uint8Array(await own.files![0].arrayBuffer()));
    await context?.close();
    context = await start(net);
    play.textContent = "Pause";
  } catch (error) {
    share.textContent = (error as Error).message;
  }
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

/** The sound before the amplifier, thin, and after it. */
function drawWaves(before: AnalyserNode, after: AnalyserNode): void {
  const { width, height } = canvas;
  const samples = new Float32Array(1024);
  const pen = canvas.getContext("2d")!;
  pen.clearRect(0, 0, width, height);
  pen.strokeStyle = getComputedStyle(canvas).color;
  for (const analyser of [before, after]) {
    analyser.getFloatTimeDomainData(samples);
    pen.globalAlpha = analyser === before ? 0.4 : 1;
    pen.lineWidth = analyser === before ? 1 : 2;
    pen.beginPath();
    samples.forEach((v, i) => pen.lineTo((i / samples.length) * width, (0.5 - v / 2) * height));
    pen.stroke();
  }
}
