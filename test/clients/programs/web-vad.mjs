import { createRequire } from "node:module";
import { report, samplesOf } from "./audio.mjs";
import { play } from "./audiograph.mjs";
import { bundled } from "./bundled.mjs";

const { resolve } = createRequire(import.meta.url);
const { VAD } = bundled("web-vad");
const events = [];
let frame = 0;
const at = (what, audio) => events.push([what, frame, audio?.length ?? 0]);
const vad = new VAD({
  workletURL: resolve("web-vad/dist/worklet.js"),
  modelURL: resolve("@ricky0123/vad-web/dist/silero_vad_legacy.onnx"), // the package has none
  stream: new MediaStream(),
  onFrameProcessed: () => frame++,
  onSpeechStart: () => at("start"),
  onVADMisfire: () => at("misfire"),
  onSpeechEnd: (audio) => at("end", audio),
});
await vad.init();
vad.start();
await play(samplesOf(`${process.env.AUDIO}/speech.wav`));
report(events);
