// npm run bench:difference -- BEFORE AFTER: two folders of the repository, built; what a change costs in bytes and
// in time, as Markdown. Steps are timed in turns in one process.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Model } from "../src/index.ts";
import { CORE, FULL } from "../build/entries.ts";
import { makeCase, type Case } from "./cases.ts";
import { bytesToShip } from "./loaded.ts";
import { writeSafetensors } from "./safetensors.ts";
import { quantile } from "./stats.ts";
import { markdownTable } from "./table.ts";
import { makeNet } from "./weights.ts";

const [before, after] = process.argv.slice(2).map((folder) => resolve(folder, "dist"));
if (!after) throw new TypeError("bench:difference: expected two folders, got fewer");

const CELLS = ["lstm", "gru"] as const;
const SIZES = [
  [1, 16],
  [64, 64],
  [256, 256],
];
const ROUNDS = 31;

const percent = (from: number, to: number) => {
  const change = 100 * (to / from - 1);
  return `${change < 0 ? "" : "+"}${change.toFixed(1)} %`;
};

const sizes = [...CORE, ...FULL].map((entry) => {
  const [from, to] = [before, after].map((folder) => bytesToShip(folder, `${entry}.js`));
  return [entry, `${from}`, `${to}`, percent(from, to)];
});

type Package = { readonly Model: typeof Model };
const packages: Package[] = [];
for (const folder of [before, after]) packages.push(await import(pathToFileURL(`${folder}/node/index.js`).href));

/** A timestep, microseconds: of rounds in turns the median of the fastest third. */
function time(c: Case): [number, number] {
  const file = writeSafetensors(c, makeNet(c));
  const x = new Float32Array(c.input).fill(0.1);
  const streams = packages.map((p) => p.Model.fromSafetensors(file).stream());
  const y = new Float32Array(c.hidden);
  const count = Math.ceil(2e7 / (c.hidden * (c.input + c.hidden) * 4 + 2000));
  const rounds = streams.map(() => [] as number[]);
  for (let round = 0; round < ROUNDS; round++) {
    streams.forEach((stream, i) => {
      const start = performance.now();
      for (let k = 0; k < count; k++) stream.step(x, y);
      rounds[i].push((1000 * (performance.now() - start)) / count);
    });
  }
  const [from, to] = rounds.map((all) =>
    quantile(
      all.slice(ROUNDS >> 2).sort((a, b) => a - b),
      0.5,
    ),
  );
  return [from, to];
}

const times = CELLS.flatMap((cell) =>
  SIZES.map(([input, hidden]) => {
    const [from, to] = time(makeCase(cell, "stream", input, hidden));
    return [`${cell} (${input}, ${hidden})`, from.toFixed(3), to.toFixed(3), percent(from, to)];
  }),
);

console.log(markdownTable(["gzipped bytes", "before", "after", "change"], sizes));
console.log(`\n${markdownTable(["step, µs", "before", "after", "change"], times)}`);
