// Law 1 over graphs: step by step, in blocks, saved and resumed, as one of a batch: bit for bit what run gives.
import { describe, expect, test } from "vitest";
import type { Graph } from "../../src/graph/graph.ts";
import { FormatError } from "../../src/index.ts";
import { OPS } from "../../src/ops/registry.ts";
import { GraphModel } from "../../src/run/graph-model.ts";
import { CASES, graphOf } from "../import/cases.ts";
import { LAYERS, layerGraph, randomGraph } from "../support/graphs.ts";
import { kerasModels, tfjsModels } from "../support/imported.ts";
import { SLOW } from "../support/laws.ts";
import { Random } from "../support/random.ts";

/** As words: NaN is NaN, 0 is not -0. */
const words = (data: Float32Array) => new Int32Array(data.buffer, data.byteOffset, data.length);

function same(got: Float32Array, expected: Float32Array, how: string): void {
  expect(got.length, how).toBe(expected.length);
  const at = words(got).findIndex(
    (word, i) => word !== words(expected)[i] && !(Number.isNaN(got[i]) && Number.isNaN(expected[i])),
  );
  expect(at, `${how}: ${got[at]} for ${expected[at]}`).toBe(-1);
}

/** Enough rows for a block of each size, and some more. */
const ROWS = 128 + 32 + 8 + 5;

function holds(graph: Graph, seed: number): void {
  using model = new GraphModel(graph);
  const { inputSize, outputSize } = model;
  const random = new Random(seed);
  const time = graph.inputs[0].dims[1];
  const fixed = typeof time === "number";
  const rows = fixed ? time : ROWS;
  const ids = graph.inputs[0].dtype !== "float32";
  const x = ids
    ? Int32Array.from({ length: rows * inputSize }, () => random.integer(0, 2))
    : random.floats(rows * inputSize, 1);
  const row = (t: number, count = 1) => x.subarray(t * inputSize, (t + count) * inputSize);
  const latest = model.run(x).output.length === outputSize;
  const whole = latest && !fixed ? each(rows, (t) => model.run(row(0, t + 1)).output) : model.run(x).output;

  using stream = model.stream();
  const steps = each(rows, (t) => stream.step(row(t)));
  if (latest && fixed) return same(steps.slice(-outputSize), whole, "the last step");
  same(steps, whole, "step");
  stream.reset();
  same(stream.process(x), whole, "process");
  stream.reset();
  const parts: Float32Array[] = [];
  let saved: Uint8Array | undefined;
  for (let t = 0; t < rows;) {
    const count = Math.min(rows - t, random.integer(0, 40));
    using next = model.stream(saved);
    const twin = next.clone();
    parts.push(next.process(row(t, count)));
    same(twin.process(row(t, count)), parts[parts.length - 1], "clone");
    twin.dispose();
    saved = next.save();
    t += count;
  }
  same(Float32Array.from(parts.flatMap((p) => Array.from(p))), whole, "saved and resumed");
  if (latest) return;
  const other = ids ? Int32Array.from(x).reverse() : Float32Array.from(x).reverse();
  const both = ids ? Int32Array.from([...other, ...x]) : Float32Array.from([...other, ...x]);
  const batch = model.run(both, { batch: 2 }).output;
  same(batch.slice(0, whole.length), model.run(other).output, "first of a batch");
  same(batch.slice(whole.length), whole, "second of a batch");
}

function each(rows: number, f: (t: number) => Float32Array): Float32Array {
  return Float32Array.from(Array.from({ length: rows }, (_, t) => Array.from(f(t))).flat());
}

describe("each reach alone", () => {
  test.each(Object.keys(LAYERS))("%s", (name) => {
    for (let seed = 1; seed <= (SLOW ? 40 : 4); seed++) holds(layerGraph(name, seed), seed);
  });
});

test("every op that reaches row, window or scan is among them", () => {
  const seen = new Set(
    Object.keys(LAYERS).flatMap((name) =>
      [1, 2, 3, 4].flatMap((seed) => layerGraph(name, seed).nodes.map((n) => n.op)),
    ),
  );
  expect(Object.keys(OPS).filter((word) => OPS[word].reach && !seen.has(word))).toEqual([]);
});

test("random graphs", () => {
  for (let seed = 1; seed <= (SLOW ? 1000 : 40); seed++) holds(randomGraph(seed), seed);
});

describe("captures of amplifiers and voices", () => {
  test.each(CASES.map((c) => [`${c.format}: ${c.name}`, c] as const))("%s", (_, c) => holds(graphOf(c), 1));
});

describe("Keras and TensorFlow.js: streams, or is refused by the node", () => {
  const models = [...kerasModels(), ...tfjsModels()].filter((m) => m.says === null);
  test.each(models.map((m) => [m.name, m] as const))("%s", (_, { graph, files }) => {
    const net = graph(files);
    using model = new GraphModel(net);
    try {
      model.stream().dispose();
    } catch (error) {
      expect(error).toBeInstanceOf(FormatError);
      expect((error as Error).message).toMatch(/^stream: expected .*: use run$/);
      return;
    }
    holds(net, 1);
  });
});
