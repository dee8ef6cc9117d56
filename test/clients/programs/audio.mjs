import { readFileSync } from "node:fs";

/** The samples of a WAV file of 16 bits and one channel, whose data stands last. */
export function samplesOf(path) {
  const bytes = readFileSync(path);
  const from = bytes.indexOf("data", 12, "latin1") + 8;
  const samples = new Float32Array((bytes.length - from) >> 1);
  for (let i = 0; i < samples.length; i++) samples[i] = bytes.readInt16LE(from + 2 * i) / 32768;
  return samples;
}

/** Reports a program's events, and what was counted on the way. */
export function report(events) {
  process.stdout.write(`\n${JSON.stringify({ events, ...globalThis.counted, rss: process.memoryUsage().rss })}\n`, () =>
    process.exit(0),
  );
}
