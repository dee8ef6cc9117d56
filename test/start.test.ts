// npm start, as a pipe sees it.
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { SENTENCES } from "../examples/sentences.ts";

const root = new URL("..", import.meta.url).pathname;
const start = (...args: string[]) =>
  execFileSync(process.execPath, ["node_modules/tsx/dist/cli.mjs", "examples/start.ts", ...args], {
    cwd: root,
    encoding: "utf8",
  });

test("names the languages, weighs the order of words, draws plain text", () => {
  const page = start();
  expect(page).not.toContain("\x1b");
  const verdicts = [...page.matchAll(/^ {2}(\w{3}) {5}(\w{3}) +\d+ %( x)?/gm)].map(([, is, lstm, wrong]) => [
    is,
    lstm,
    wrong,
  ]);
  expect(verdicts).toEqual(SENTENCES.map(([is]) => [is, is, undefined]));
  const cosines = [...page.matchAll(/^ {2}(-?\d\.\d{3}) {3}.* {2}\| {2}/gm)].map(([, cosine]) => Number(cosine));
  expect(cosines.length).toBe(3);
  for (const cosine of cosines) expect(cosine).toBeLessThan(0.95);
  // The recording is 0.7 s of noise, 2.8 s of speech, 1.1 s of noise, 1.7 s of speech, 0.9 s of noise.
  expect(page).toMatch(/somebody speaks from 0\.[678] s to 3\.[345] s from 4\.[67] s to 6\.[234] s\n/);
});

test("draws the hidden state of a sentence of one's own under its characters", () => {
  const lines = start("Ein", "Wörtchen", "日本語").split("\n");
  const at = lines.findIndex((line) => /^ +unit/.test(line));
  expect(lines[at - 1]).toBe("            Ein Wörtchen 日本語");
  for (const line of lines.slice(at, at + 8)) expect(line).toMatch(/^ +unit \d+ {2}[=\-.+#]{19}$/); // 13 columns and 3 * 2
  expect(lines[at + 8]).toMatch(/^ +p\(\w{3}\) {2}\d{19}$/);
});
