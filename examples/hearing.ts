// Silero VAD over a recording: how sure it is, frame after frame, that somebody speaks.
import { readFileSync } from "node:fs";
import { FRAME, RATE, SpeechListener, type SpeechEvent } from "./speech.ts";
import { bar, COLUMNS, dim } from "./terminal.ts";

/** The samples of a WAV file of 16 bits, mono, at 16 kHz, whose data begin at byte 44. */
function samplesOf(wav: Buffer): Float32Array {
  return Float32Array.from({ length: (wav.length - 44) >> 1 }, (_, i) => wav.readInt16LE(44 + 2 * i) / 32768);
}

/** Each column the largest of its values. */
function columns(values: readonly number[], count: number): string {
  const at = (column: number) => Math.floor((column * values.length) / count);
  return Array.from({ length: count }, (_, i) => bar(Math.max(...values.slice(at(i), at(i + 1))), 1)).join("");
}

/** Loudness and probability of speech over time, where speech starts and ends, and what a frame costs. */
export function hearing(recording: URL, model: URL): string {
  const samples = samplesOf(readFileSync(recording));
  const listener = new SpeechListener(readFileSync(model));
  const loudness: number[] = [];
  const probability: number[] = [];
  const times: number[] = [];
  const events: SpeechEvent[] = [];
  for (let at = 0; at + FRAME <= samples.length; at += FRAME) {
    const frame = samples.subarray(at, at + FRAME);
    const start = performance.now();
    listener.hear(frame, (event) => events.push(event));
    times.push(performance.now() - start);
    loudness.push(Math.min(1, Math.max(...frame.map(Math.abs))));
    probability.push(listener.probability);
  }
  const width = Math.min(probability.length, COLUMNS - 14);
  const seconds = ({ type, sample }: SpeechEvent) =>
    `${type === "start" ? "from" : "to"} ${(sample / RATE).toFixed(1)} s`;
  const median = times.sort((a, b) => a - b)[times.length >> 1];
  return [
    `  ${"loudness".padEnd(10)}${columns(loudness, width)}`,
    `  ${"speech".padEnd(10)}${columns(probability, width)}`,
    dim(`  somebody speaks ${events.map(seconds).join(" ")}`),
    dim(`  a frame of ${(1000 * FRAME) / RATE} ms takes ${(1000 * median).toFixed(0)} µs`),
  ].join("\n");
}
