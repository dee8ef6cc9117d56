// Bytes per second of text, drawn one after the other from examples/models/char-lm.safetensors:
// embedding, LSTM of 192, linear, softmax, a draw. One process, one thread; the peers take turns.
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { Model, readSafetensors, toFloat32 } from "../dist/index.js";
import { quantile } from "./stats.ts";
import { figures, markdownTable } from "./table.ts";

/** Draws one byte after the other; `draw` gets the probabilities. */
export interface Generator {
  readonly note: string;
  /** Makes `count` bytes after a prompt, by `draw`, where it is the peer's to call. */
  readonly make: (prompt: string, count: number, draw: (p: ArrayLike<number>) => number) => Uint8Array | Int32Array;
}

export type Weights = ReadonlyMap<string, { readonly shape: readonly number[]; readonly values: Float32Array }>;

const ROUNDS = 7;
const PROMPT = "Time flies like ";
const FILE = new URL("../examples/models/char-lm.safetensors", import.meta.url);
const GREEDY = new URL("../examples/models/char-lm.greedy.jsonl", import.meta.url);

const file = readFileSync(FILE);
const weights: Weights = new Map(
  readSafetensors(file).tensors.map((t) => [t.name, { shape: t.shape, values: toFloat32(t) }]),
);

const largest = (p: ArrayLike<number>) => Array.from(p).reduce((best, v, i) => (v > p[best] ? i : best), 0);

function drawn(p: ArrayLike<number>): number {
  let left = Math.random();
  for (let i = 0; i < p.length; i++) if ((left -= p[i]) < 0) return i;
  return p.length - 1;
}

const peers: Record<string, Generator> = {
  unrolled: unrolled(),
  "tfjs (wasm)": (await import("./peers/generate-tfjs.ts")).generator(weights),
  "brain.js": (await import("./peers/generate-brain.ts")).generator(),
};
const counts: Record<string, number> = { unrolled: 20_000, "tfjs (wasm)": 1000, "brain.js": 300 };

const { prompt, text } = JSON.parse(readFileSync(GREEDY, "utf8").split("\n")[0]) as { prompt: string; text: string };
for (const name of ["unrolled", "tfjs (wasm)"]) {
  const got = String.fromCharCode(...peers[name].make(prompt, text.length, largest));
  if (got !== text) throw new Error(`${name}: expected PyTorch's greedy text, got ${got}`);
}

const rates: Record<string, number[]> = Object.fromEntries(Object.keys(peers).map((name) => [name, []]));
let sink = 0;
for (let round = 0; round <= ROUNDS; round++) {
  for (const [name, { make }] of Object.entries(peers)) {
    const start = performance.now();
    const bytes = make(PROMPT, counts[name], drawn);
    const rate = (1000 * bytes.length) / (performance.now() - start);
    sink += bytes[bytes.length - 1];
    if (round > 0) rates[name].push(rate); // the first warms up
  }
}

const rows = Object.entries(rates).map(([name, all]) => {
  const sorted = [...all].sort((a, b) => a - b);
  return [
    name,
    figures(quantile(sorted, 0.5)),
    `${figures(sorted[0])} to ${figures(sorted[sorted.length - 1])}`,
    peers[name].note,
  ];
});
console.log(`${cpus()[0].model}, Node ${process.versions.node}; medians of ${ROUNDS} rounds (${sink})\n`);
console.log(markdownTable(["", "bytes per second", "from, to", ""], rows));

/** The library draws by itself; `largest` is temperature 0. */
function unrolled(): Generator {
  const model = Model.fromSafetensors(file);
  return {
    note: `build ${model.memory.build}`,
    make: (prompt, length, draw) => model.generate({ prompt, length, temperature: draw === largest ? 0 : 1 }).ids,
  };
}
