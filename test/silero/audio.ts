// Two minutes that a voice detector may hear: speech by espeak-ng, silence, noise of many levels, and all of them at
// once.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { quietly } from "../hosts/machine.ts";
import { Random } from "../support/random.ts";

export const SECONDS = 120;

const SENTENCES: readonly (readonly string[])[] = [
  ["-v", "en-us", "-s", "150", "Good morning. The quick brown fox jumps over the lazy dog, and then it sleeps."],
  [
    "-v",
    "en-gb",
    "-s",
    "175",
    "-p",
    "70",
    "What is the weather like in London today? Will it rain before the evening?",
  ],
  ["-v", "de", "-s", "140", "-p", "35", "Guten Tag, ich möchte einen Tisch für zwei Personen bestellen."],
  ["-v", "fr", "-s", "160", "-p", "60", "Bonjour, le train de Paris arrive à dix heures et quart."],
  ["-v", "es", "-s", "180", "Buenas tardes, la reunión empieza en cinco minutos."],
];
/** Seconds of silence behind the sentences, in turn. */
const PAUSES = [0.3, 1.5, 3, 0.7];

/** Mono samples in [-1, 1]. */
export function twoMinutes(rate: number): Float32Array {
  const voices = SENTENCES.map((words) => spoken(words, rate));
  const out = new Float32Array(SECONDS * rate);
  for (let at = rate, i = 0; at < out.length; i++) {
    const voice = voices[i % voices.length].subarray(0, out.length - at);
    out.set(voice, at);
    at += voice.length + PAUSES[i % PAUSES.length] * rate;
  }
  const random = new Random(rate);
  // From a half on, noise that swells and falls every ten seconds, up to a third of full scale.
  for (let i = out.length / 2; i < out.length; i++) {
    const level = 0.33 * Math.sin((Math.PI * i) / (10 * rate)) ** 4;
    out[i] = Math.max(-1, Math.min(1, out[i] + level * (random.next() * 2 - 1)));
  }
  return out;
}

function spoken(words: readonly string[], rate: number): Float32Array {
  const folder = mkdtempSync(join(tmpdir(), "unrolled-voice-"));
  try {
    const wav = join(folder, "voice.wav");
    quietly("espeak-ng", ["-w", wav, ...words]);
    const args = ["-v", "error", "-i", wav, "-ac", "1", "-ar", String(rate), "-f", "f32le", "-"];
    const { stdout, status, stderr } = spawnSync("ffmpeg", args, { maxBuffer: 1 << 28 });
    if (status !== 0) throw new Error(`ffmpeg: ${stderr}`);
    return new Float32Array(stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + stdout.byteLength));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
