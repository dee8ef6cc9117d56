// RealTimeVAD of the package named, which several have from one another.
import { report, samplesOf } from "./audio.mjs";

const { RealTimeVAD } = (await import(process.argv[2])).default;
const samples = samplesOf(`${process.env.AUDIO}/speech.wav`);
const events = [];
for (const model of ["v5", "legacy"]) {
  let frame = 0;
  const at = (what, audio) => events.push([model, what, frame, audio?.length ?? 0]);
  const vad = await RealTimeVAD.new({
    model,
    onFrameProcessed: () => frame++,
    onSpeechStart: () => at("start"),
    onSpeechRealStart: () => at("real start"),
    onVADMisfire: () => at("misfire"),
    onSpeechEnd: (audio) => at("end", audio),
  });
  vad.start();
  for (let i = 0; i < samples.length; i += 8000) await vad.processAudio(samples.subarray(i, i + 8000));
  await vad.flush();
  vad.destroy();
}
report(events);
