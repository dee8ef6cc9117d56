import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { report, samplesOf } from "./audio.mjs";

const require = createRequire(import.meta.url);
const { NonRealTimeVAD } = require("@ricky0123/vad-web");
const vad = await NonRealTimeVAD.new({
  modelURL: require.resolve("@ricky0123/vad-web/dist/silero_vad_legacy.onnx"),
  modelFetcher: async (path) => Uint8Array.from(readFileSync(path)).buffer,
  ortConfig: (ort) => void (ort.env.logLevel = "error"),
});
const events = [];
for await (const { audio, start, end } of vad.run(samplesOf(`${process.env.AUDIO}/speech.wav`), 16000))
  events.push([start, end, audio.length]);
report(events);
