// A sentence by espeak-ng between pauses.
import { readFileSync } from "node:fs";
import { quietly } from "./machine.ts";

const PAUSE = '<break time="2s"/>';

/** Writes a WAV file of 16 bits and one channel, at espeak-ng's own rate. */
export function speak(path: string): void {
  const words = `${PAUSE}Good morning. The quick brown fox jumps over the lazy dog.${PAUSE}`;
  quietly("espeak-ng", ["-m", "-v", "en-us", "-s", "150", "-w", path, words]);
}

/** Samples of 16 bits at 16 kHz, between the file's. */
export function samplesOf(path: string): Int16Array {
  const bytes = readFileSync(path);
  const from = bytes.indexOf("data", 12, "latin1") + 8;
  const rate = bytes.readUInt32LE(24);
  const last = ((bytes.length - from) >> 1) - 1;
  return Int16Array.from({ length: Math.floor((last * 16000) / rate) }, (_, i) => {
    const at = (i * rate) / 16000;
    const [a, b] = [Math.floor(at), Math.ceil(at)].map((k) => bytes.readInt16LE(from + 2 * k));
    return a + (b - a) * (at % 1);
  });
}
