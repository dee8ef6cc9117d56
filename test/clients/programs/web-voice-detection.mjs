// Its dist holds onnxruntime inside; its src, beside it in the package, imports it.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { report, samplesOf } from "./audio.mjs";
import { bundled } from "./bundled.mjs";

const { NonRealTimeDetection } = bundled("web-voice-detection/src/index.ts");
const vad = await NonRealTimeDetection.new({
  modelURL: createRequire(import.meta.url).resolve("web-voice-detection/dist/model.onnx"),
  modelFetcher: async (path) => Uint8Array.from(readFileSync(path)).buffer,
});
const events = [];
for await (const { audio, start, end } of vad.run(samplesOf(`${process.env.AUDIO}/speech.wav`), 16000))
  events.push([start, end, audio.length]);
report(events);
