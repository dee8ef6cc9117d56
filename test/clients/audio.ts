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

/** Writes speech.wav (16 kHz, 16 bits), speech.opus, speech.mp3, page.png, line.png and word.png. */
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
  const draw = (file: string, size: string, fontSize: number, lines: readonly string[]) => {
    const text = lines.map((line, i) => {
      const at = `x=${fontSize}:y=${Math.round(fontSize * (0.5 + 2 * i))}:fontsize=${fontSize}:fontcolor=black`;
      return `drawtext=fontfile=${FONT}:text='${line}':${at}`;
    });
    ffmpeg("-f", "lavfi", "-i", `color=white:s=${size}`, "-vf", text.join(","), "-frames:v", "1", file);
  };
  draw("page.png", "640x320", 36, ["Recurrent nets read lines", "Invoice 2026-11-24", "Total 1234.56"]);
  draw("line.png", "200x64", 32, ["8K3m7q"]);
  draw("word.png", "160x56", 28, ["unroll"]);
}
