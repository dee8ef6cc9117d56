// Mutated files of `unrolled/2`: of their bytes, their header, their nodes and their numbers.
import { readdirSync, readFileSync } from "node:fs";
import { bind } from "../../src/bind/bind.ts";
import { readGraph, writeGraph } from "../../src/bind/description.ts";
import { FormatError } from "../../src/index.ts";
import { Session } from "../../src/run/session.ts";
import type { Random } from "../support/random.ts";
import type { Tally } from "./attack.ts";
import { importedCorpus } from "./imported.ts";
import { mutate } from "./mutate.ts";

/** Milliseconds that a file of a few kilobytes may take. */
const PATIENCE = 2000;

/** Elements of all inputs that are fed. */
const MOST_FED = 4096;

const nets = new URL("../goldens/nets/", import.meta.url);

/** Graphs of imported nets and those of test/goldens/nets, of at most 64 KB. */
export function graphCorpus(): Uint8Array[] {
  const goldens = readdirSync(nets).filter((name) => name.endsWith(".safetensors"));
  return [
    ...importedCorpus().map((model) => writeGraph(model.graph(model.files))),
    ...goldens.map((name) => new Uint8Array(readFileSync(new URL(name, nets)))),
  ].filter((file) => file.length <= 2 ** 16);
}

/**
 * Reads one mutated graph; throws unless it is refused as it should be, or runs on zeros where its inputs are small.
 */
export function attackGraph(random: Random, files: readonly Uint8Array[], tally: Tally): void {
  const file = mutate(random, random.pick(files));
  const begin = performance.now();
  tally.inputs++;
  try {
    run(file);
    tally.accepted++;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    if (error.message.length > 5000) throw new Error(`expected a short message, got ${error.message}`);
    tally.refused[error.code] = (tally.refused[error.code] ?? 0) + 1;
  }
  const time = performance.now() - begin;
  if (time > PATIENCE) throw new Error(`${time} ms for ${file.length} bytes`);
  tally.slowest = Math.max(tally.slowest, time);
}

function run(file: Uint8Array): void {
  const graph = readGraph(file);
  const feeds = graph.inputs.map(({ name, dtype, dims }) => {
    const sizes = dims.map((d) => (typeof d === "number" ? d : 2));
    return { name, dtype, sizes, count: sizes.reduce((a, b) => a * b, 1) };
  });
  using session = new Session({
    inputs: graph.inputs,
    outputs: graph.outputs,
    build: (builder, types) => bind(graph, builder, types),
  });
  if (feeds.some((f) => (f.dtype !== "float32" && f.dtype !== "int32") || f.count > MOST_FED)) return;
  session.run(
    Object.fromEntries(
      feeds.map(({ name, dtype, sizes, count }) => [
        name,
        dtype === "int32"
          ? { type: "int32" as const, dims: sizes, data: new Int32Array(count) }
          : { type: "float32" as const, dims: sizes, data: new Float32Array(count) },
      ]),
    ),
  );
}
