// Mutated captures of RTNeural, AIDA-X, NAM, GuitarML and RNNoise: refused with a FormatError, or a graph that binds.
import { bind } from "../../src/bind/bind.ts";
import { Builder } from "../../src/bind/builder.ts";
import { FormatError } from "../../src/index.ts";
import { bytesOf, CASES, READERS, type Case, type Json } from "../import/cases.ts";
import type { Random } from "../support/random.ts";
import type { Tally } from "./attack.ts";

/** Milliseconds that a file of a few kilobytes may take. */
const PATIENCE = 2000;

const VALUES: Json[] = [
  null,
  true,
  false,
  0,
  -1,
  1,
  2,
  3,
  7,
  0.5,
  1e6,
  2 ** 31,
  1e308,
  -1e308,
  "",
  "tanh",
  "Tanh",
  "gated",
  "0.7.0",
  "__proto__",
  [],
  {},
  [1],
  [[1]],
];

/** One place of a tree changed, a name taken away or a value doubled. */
function mutateTree(random: Random, root: Json): void {
  const places: [Record<string | number, Json>, string | number][] = [];
  const walk = (at: Json): void => {
    if (typeof at !== "object" || at === null) return;
    const keys = Array.isArray(at) ? at.map((_, i) => i) : Object.keys(at);
    for (const key of keys.slice(0, 12)) {
      places.push([at as Record<string | number, Json>, key]);
      walk((at as Record<string | number, Json>)[key]);
    }
  };
  walk(root);
  const [parent, key] = random.pick(places);
  const kind = random.next();
  if (kind < 0.15) {
    if (Array.isArray(parent)) parent.splice(key as number, 1);
    else delete parent[key];
  } else if (kind < 0.3 && Array.isArray(parent))
    parent.splice(key as number, 0, structuredClone(parent[key as number]));
  else if (kind < 0.5 && typeof parent[key] === "number")
    parent[key] = (parent[key] as number) + random.pick([1, -1, 2]);
  else parent[key] = structuredClone(random.pick(VALUES));
}

function mutate(random: Random, { file }: Case): Uint8Array {
  if (typeof file !== "string" && random.next() < 0.8) {
    const copy = structuredClone(file);
    for (let n = random.integer(1, 2); n > 0; n--) mutateTree(random, copy);
    return bytesOf(copy);
  }
  const bytes = bytesOf(file).slice();
  for (let n = random.integer(1, 3); n > 0; n--)
    bytes[random.integer(0, bytes.length - 1)] = random.pick([...'0123456789-.[]{},:" \n\\', "\xff"]).charCodeAt(0);
  return random.next() < 0.2 ? bytes.subarray(0, random.integer(0, bytes.length)) : bytes;
}

/** Reads one mutated capture; throws unless it is refused as it should be, or its graph binds. */
export function attackCapture(random: Random, tally: Tally): void {
  const c = random.pick(CASES);
  const bytes = mutate(random, c);
  const begin = performance.now();
  tally.inputs++;
  try {
    const graph = READERS[c.format](bytes);
    const builder = new Builder(() => {
      throw new Error("nothing to evaluate");
    });
    const features = graph.inputs[0].dims[2] as number;
    bind(graph, builder, new Map([["x", { dtype: "float32", shape: [1, 3, features] }]]));
    tally.accepted++;
  } catch (error) {
    if (!(error instanceof FormatError) || error.code === "graph") throw error;
    if (error.message.length > 5000 || error.message.includes("\n"))
      throw new Error(`expected a short line, got ${error.message}`, { cause: error });
    tally.refused[error.code] = (tally.refused[error.code] ?? 0) + 1;
  }
  const time = performance.now() - begin;
  if (time > PATIENCE) throw new Error(`${c.name}: ${time} ms`);
  tally.slowest = Math.max(tally.slowest, time);
}
