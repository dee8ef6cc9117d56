// What the clients hear and read: speech by espeak-ng in three kinds of file, and a page of text.
import { join } from "node:path";
import { quietly } from "../hosts/machine.ts";

const SENTENCES: readonly (readonly string[])[] = [
  ["-v", "en-us", "-s", "150", "Good morning. The quick brown fox jumps over the lazy dog."],
  ["-v", "en-us", "-s", "140", "Hey Jarvis, set a timer for ten minutes."],
  ["-v", "en-gb", "-s", "170", "-p", "70", "Alexa, what is the weather like in London today?"],
];
/** Silence around the sentences, in seconds. */
const FILTERS = ["adelay=1000,apad=pad_dur=2", "apad=pad_dur=1.5", "apad=pad_dur=2"];
const FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf";

/** Writes speech.wav (16 kHz, 16 bits), speech.opus, speech.mp3 and page.png. */
export function makeAudio(folder: string): void {
  const ffmpeg = (...args: string[]) => quietly("ffmpeg", ["-v", "error", "-y", ...args], { cwd: folder });
  SENTENCES.forEach((words, i) => quietly("espeak-ng", ["-w", join(folder, `${i}.wav`), ...words]));
  const parts = FILTERS.map((filter, i) => `[${i}]aresample=16000,${filter}[p${i}];`).join("");
  const joined = `${parts}${FILTERS.map((_, i) => `[p${i}]`).join("")}concat=n=${FILTERS.length}:v=0:a=1[s]`;
  ffmpeg(
    ...FILTERS.flatMap((_, i) => ["-i", `${i}.wav`]),
    "-filter_complex",
    joined,
    "-map",
    "[s]",
    "-ac",
    "1",
    "-ar",
    "16000",
    "-c:a",
    "pcm_s16le",
    "-fflags",
    "+bitexact",
    "speech.wav",
  );
  ffmpeg("-i", "speech.wav", "-c:a", "libopus", "-b:a", "32k", "speech.opus");
  ffmpeg("-i", "speech.wav", "-c:a", "libmp3lame", "-b:a", "64k", "speech.mp3");
  const text = ["Recurrent nets read lines", "Invoice 2026-11-24", "Total 1234.56"].map(
    (line, i) => `drawtext=fontfile=${FONT}:text='${line}':x=40:y=${40 + 80 * i}:fontsize=36:fontcolor=black`,
  );
  ffmpeg("-f", "lavfi", "-i", "color=white:s=640x320", "-vf", text.join(","), "-frames:v", "1", "page.png");
}
