import { createRequire } from "node:module";
import { report, samplesOf } from "./audio.mjs";

const { NonRealTimeVAD } = createRequire(import.meta.url)("@ricky0123/vad/dist/index.node");
const vad = await NonRealTimeVAD.new();
const events = [];
for await (const { audio, start, end } of vad.run(samplesOf(`${process.env.AUDIO}/speech.wav`), 16000))
  events.push([start, end, audio.length]);
report(events);
