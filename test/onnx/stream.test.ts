// A stream whose chunk has no size in the file: the first step gives it.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { sessionFromSafetensors, writeGraph } from "../../src/graph.ts";
import { FormatError, fromOnnx, type SessionOptions } from "../../src/onnx.ts";

const file = new Uint8Array(readFileSync(new URL("../goldens/onnx/vad.onnx", import.meta.url)));
const chunk = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i));
const streamOf = (options: SessionOptions = {}) =>
  fromOnnx(file, options).stream({ carry: { stateN: "state" }, constants: { sr: 16000 } });

test("the first step's chunk has the size that dims would have given", () => {
  const [open, given] = [streamOf(), streamOf({ dims: { batch: 1, samples: 64 } })];
  for (let i = 0; i < 3; i++) expect(open.step(chunk)).toEqual(given.step(chunk));
  expect(open.save()).toEqual(given.save());
  expect(() => open.step(chunk.subarray(1))).toThrow(/^x: expected 64 values, got 63$/);
});

test("a size of two inputs, and more than one open size: those before the last are 1", () => {
  const two = streamOf({ dims: { batch: 2 } });
  expect(two.step(new Float32Array(128)).length).toBe(2);
  expect(() => streamOf({ dims: { batch: 2 } }).step(new Float32Array(63))).toThrow(
    /^x: expected values for \[batch, samples\], got 63$/,
  );
});

test("a state loaded before the first step is the one that it starts from", () => {
  const [from, to, other] = [streamOf(), streamOf(), streamOf()];
  expect(() => from.save()).toThrow(/^stream: expected batch, samples in dims, or a step before save$/);
  from.step(chunk);
  const saved = from.save();
  to.load(saved);
  const kept = saved.slice();
  saved.fill(0);
  expect(to.step(chunk)).toEqual(from.step(chunk));
  expect(to.save()).toEqual(from.save());
  other.load(kept.subarray(1));
  expect(() => other.step(chunk)).toThrow(FormatError);
  other.reset();
  expect(other.step(chunk)).toEqual(streamOf().step(chunk));
});

test("a first step that is refused leaves the size open", () => {
  const stream = streamOf();
  expect(() => stream.step(new Int32Array(64))).toThrow(/^x: expected a Float32Array, got Int32Array$/);
  expect(() => stream.step({})).toThrow(/^x: expected a Float32Array, got undefined$/);
  expect(stream.step(chunk)).toEqual(streamOf().step(chunk));
});

test("a file that says what is carried needs no carry, and gives the same bits", () => {
  const graph = fromOnnx(file, { dims: { batch: 1, samples: 64 }, constants: { sr: 16000 } }).graph();
  expect(() => sessionFromSafetensors(writeGraph(graph)).stream()).toThrow(
    "carry: expected names of outputs: output, stateN, got none",
  );
  const written = writeGraph({ ...graph, carried: { stateN: "state" } });
  const session = sessionFromSafetensors(written);
  const [stream, given] = [session.stream(), streamOf()];
  for (let i = 0; i < 4; i++) expect(stream.step(chunk)).toEqual(given.step(chunk));
  const again = sessionFromSafetensors(writeGraph(session.graph())).stream();
  again.load(stream.save());
  expect(again.step(chunk)).toEqual(given.step(chunk));
});
