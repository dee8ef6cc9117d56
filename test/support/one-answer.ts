import { expect } from "vitest";
import type { GraphModel } from "../../src/run/graph-model.ts";
import { Random } from "./random.ts";

/** As words: NaN is NaN, 0 is not -0. */
const words = (data: Float32Array) => new Int32Array(data.buffer, data.byteOffset, data.length);

export function same(got: Float32Array, expected: Float32Array, how: string): void {
  expect(got.length, how).toBe(expected.length);
  const at = words(got).findIndex(
    (word, i) => word !== words(expected)[i] && !(Number.isNaN(got[i]) && Number.isNaN(expected[i])),
  );
  expect(at, `${how}: ${got[at]} for ${expected[at]}`).toBe(-1);
}

/** Enough rows for a block of each size, and some more. */
const ROWS = 128 + 32 + 8 + 5;

/** Law 1 of a model that streams, ids below `ids`: step by step, in blocks, saved and resumed, as one of a batch. */
export function holds(model: GraphModel, seed: number, ids = 3): void {
  const { inputSize, outputSize } = model;
  const random = new Random(seed);
  const [port] = model.graph.inputs;
  const time = port.dims[1];
  const fixed = typeof time === "number";
  const rows = fixed ? time : ROWS;
  const x =
    port.dtype !== "float32"
      ? Int32Array.from({ length: rows * inputSize }, () => random.integer(0, ids - 1))
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
  const other = x.slice().reverse();
  const both = port.dtype !== "float32" ? Int32Array.from([...other, ...x]) : Float32Array.from([...other, ...x]);
  const batch = model.run(both, { batch: 2 }).output;
  same(batch.slice(0, whole.length), model.run(other).output, "first of a batch");
  same(batch.slice(whole.length), whole, "second of a batch");
}

function each(rows: number, f: (t: number) => Float32Array): Float32Array {
  return Float32Array.from(Array.from({ length: rows }, (_, t) => Array.from(f(t))).flat());
}
