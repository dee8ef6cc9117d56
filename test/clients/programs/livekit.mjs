import { initializeLogger, VADEventType } from "@livekit/agents";
import { VAD } from "@livekit/agents-plugin-silero";
import { AudioFrame } from "@livekit/rtc-node";
import { report, samplesOf } from "./audio.mjs";

initializeLogger({ pretty: false, level: "fatal" });
const vad = await VAD.load();
const samples = samplesOf(`${process.env.AUDIO}/speech.wav`);
const stream = vad.stream();
stream.updateInputStream(
  new ReadableStream({
    start(controller) {
      for (let i = 0; i + 1600 <= samples.length; i += 1600) {
        controller.enqueue(
          new AudioFrame(
            Int16Array.from(samples.subarray(i, i + 1600), (v) => v * 32768),
            16000,
            1,
            1600,
          ),
        );
      }
      controller.close();
    },
  }),
);
const events = [];
process.once("beforeExit", () => report(events)); // the stream of events stays open
void (async () => {
  for await (const { type, samplesIndex, speechDuration, silenceDuration } of stream) {
    if (type !== VADEventType.INFERENCE_DONE)
      events.push([VADEventType[type], samplesIndex, speechDuration, silenceDuration]);
  }
})();
