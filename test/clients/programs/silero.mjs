// Silero as Transformers.js runs it in public examples: AutoModel of "custom", its state by hand.
import { copyFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { report, samplesOf } from "./audio.mjs";

const FRAME = 512;

export async function sileroBy({ AutoModel, env, Tensor }, options) {
  const folder = `${process.env.AUDIO}/models`;
  mkdirSync(`${folder}/silero/onnx`, { recursive: true });
  const file = createRequire(import.meta.url).resolve("@ricky0123/vad-web/dist/silero_vad_v5.onnx");
  copyFileSync(file, `${folder}/silero/onnx/model.onnx`);
  Object.assign(env, { allowRemoteModels: false, localModelPath: folder });
  const model = await AutoModel.from_pretrained("silero", options);
  const sr = new Tensor("int64", [16000n], []);
  let state = new Tensor("float32", new Float32Array(256), [2, 1, 128]);
  let speaking = false;
  const events = [];
  const samples = samplesOf(`${process.env.AUDIO}/speech.wav`);
  for (let i = 0; i + FRAME <= samples.length; i += FRAME) {
    const input = new Tensor("float32", samples.slice(i, i + FRAME), [1, FRAME]);
    const { output, stateN } = await model({ input, sr, state });
    state = stateN;
    const probability = output.data[0];
    if (probability > (speaking ? 0.1 : 0.3) !== speaking) events.push([i, (speaking = !speaking)]);
  }
  report(events);
}
