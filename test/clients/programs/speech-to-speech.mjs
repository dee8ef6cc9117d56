import { createRequire } from "node:module";
import { dirname } from "node:path";
import { VADController } from "speech-to-speech/stt";
import { report, samplesOf } from "./audio.mjs";
import { play } from "./audiograph.mjs";

const require = createRequire(createRequire(import.meta.url).resolve("speech-to-speech"));
// What a page would serve under /vad/ and /ort/.
const assets = dirname(require.resolve("@ricky0123/vad-web"));
const { fetch } = globalThis;
globalThis.fetch = (path) => fetch(path.replace(/^\/vad/, assets));
Object.defineProperty(require("onnxruntime-web/wasm").env.wasm, "wasmPaths", { set() {} });
globalThis.window = globalThis;
const events = [];
let tenth = 0;
const vad = new VADController({});
vad.onVoiceStart(() => events.push(["start", tenth]));
vad.onVoiceStop(() => events.push(["stop", tenth]));
await vad.start();
const samples = samplesOf(`${process.env.AUDIO}/speech.wav`);
for (; tenth * 1600 < samples.length; tenth++) await play(samples.subarray(tenth * 1600, (tenth + 1) * 1600));
report(events);
