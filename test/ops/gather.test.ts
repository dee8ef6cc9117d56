import { describe, expect, test } from "vitest";
import { bind } from "../../src/bind/bind.ts";
import type { Attributes } from "../../src/graph/graph.ts";
import { GraphWriter } from "../../src/graph/writer.ts";
import { countOf } from "../../src/ops/op.ts";
import { Session } from "../../src/run/session.ts";
import {
  at,
  floats,
  known,
  places,
  play,
  randomFloats,
  randomWhole,
  SIZES,
  whole,
  type Operand,
} from "../support/ops.ts";
import { Random } from "../support/random.ts";

const from = (index: number, size: number) => (index < 0 ? index + size : index);

test("gather, along any axis, indices of any shape, from either end", () => {
  const random = new Random(1);
  for (const n of SIZES) {
    for (const [shape, axis] of [
      [[4, n], 0],
      [[2, 5, n], 1],
      [[n, 3], 1],
      [[n, 2, 3], -1],
    ] as [number[], number][]) {
      const along = from(axis, shape.length);
      for (const indexShape of [[], [3], [2, 2], [0], [n]]) {
        const x = random.pick([randomFloats(random, shape), randomWhole(random, shape, -9, 9)]);
        const indices = randomWhole(random, indexShape, -shape[along], shape[along] - 1, "int64");
        const [y] = play("gather", [x, random.pick([indices, known(indices)])], { axis });
        const outer = shape.slice(0, along);
        expect(y.shape).toEqual([...outer, ...indexShape, ...shape.slice(along + 1)]);
        let i = 0;
        for (const place of places(y.shape)) {
          const index = at(indices, place.slice(along, along + indexShape.length));
          expect(y.data[i++]).toBe(
            at(x, [...place.slice(0, along), from(index, shape[along]), ...place.slice(along + indexShape.length)]),
          );
        }
      }
    }
  }
});

test("embedding is gather of a table's rows", () => {
  const random = new Random(2);
  for (const n of SIZES) {
    const table = known(randomFloats(random, [7, n]));
    const ids = randomWhole(random, [3, 4], -7, 6, "int64");
    expect(play("embedding", [ids, table])).toEqual(play("gather", [table, ids]));
  }
});

const ELEMENTS = [
  [[5, 4], [3, 4], 0],
  [[5, 4], [5, 9], 1],
  [[3, 4, 5], [3, 7, 2], 1],
  [[6], [17], 0],
  [[3, 4, 5], [2, 3, 5], -1],
  [[3, 2], [0, 2], 0],
] as [number[], number[], number][];

test("gather_elements", () => {
  const random = new Random(3);
  for (const [shape, indexShape, axis] of ELEMENTS) {
    const along = from(axis, shape.length);
    const x = randomFloats(random, shape);
    const indices = randomWhole(random, indexShape, -shape[along], shape[along] - 1);
    const [y] = play("gather_elements", [x, indices], { axis });
    expect([...y.data]).toEqual(
      [...places(indexShape)].map((place) =>
        at(
          x,
          place.map((p, i) => (i === along ? from(at(indices, place), shape[along]) : p)),
        ),
      ),
    );
  }
});

const JOIN: Record<string, (a: number, b: number) => number> = {
  none: (_, b) => b,
  add: (a, b) => a + b,
  mul: (a, b) => a * b,
  min: Math.min,
  max: Math.max,
};

const indexOf = (shape: readonly number[], place: readonly number[]) =>
  place.reduce((index, p, axis) => index * shape[axis] + p, 0);

/** x as numbers, with `change` applied as float32 or int32 has it. */
function changed(x: Operand, change: (data: Float32Array | Int32Array) => void): number[] {
  const data = x.data.slice();
  change(data);
  return [...data];
}

test.each(Object.keys(JOIN))("scatter_elements, %s", (reduction) => {
  const random = new Random(4);
  for (const [shape, indexShape, axis] of ELEMENTS) {
    const along = from(axis, shape.length);
    for (const kind of ["float", "int"]) {
      const draw = (s: number[]) => (kind === "float" ? randomFloats(random, s) : randomWhole(random, s, -5, 5));
      const x = draw(shape);
      const indices = randomWhole(random, indexShape, -shape[along], shape[along] - 1);
      const updates = draw(indexShape);
      const [y] = play("scatter_elements", [x, indices, updates], { axis, reduction });
      const want = changed(x, (data) => {
        for (const place of places(indexShape)) {
          const to = indexOf(
            shape,
            place.map((p, i) => (i === along ? from(at(indices, place), shape[along]) : p)),
          );
          data[to] = JOIN[reduction](data[to], at(updates, place));
        }
      });
      expect([...y.data]).toEqual(want);
    }
  }
});

const TUPLES = [
  [
    [5, 4, 3],
    [2, 6, 2],
  ],
  [
    [5, 4, 3],
    [7, 3],
  ],
  [[5, 4, 3], [1]],
  [
    [5, 17],
    [4, 1],
  ],
  [
    [5, 4],
    [0, 2],
  ],
  [[6], [2, 3, 1]],
] as [number[], number[]][];

/** Indices [.., depth] into the first axes of `shape`, behind `batch` of them. */
function randomTuples(random: Random, shape: readonly number[], indexShape: readonly number[], batch: number): Operand {
  const depth = indexShape[indexShape.length - 1];
  return whole(
    indexShape,
    Array.from({ length: countOf(indexShape) }, (_, i) =>
      random.integer(-shape[batch + (i % depth)], shape[batch + (i % depth)] - 1),
    ),
    "int64",
  );
}

test("gather_nd, with and without batch axes", () => {
  const random = new Random(5);
  for (const [shape, indexShape, batch] of [
    ...TUPLES.map((t) => [...t, 0] as const),
    [[2, 5, 4, 3], [2, 6, 2], 1] as const,
    [[2, 3, 4], [2, 3, 1], 2] as const,
  ]) {
    const x = randomFloats(random, shape);
    const indices = randomTuples(random, shape, indexShape, batch);
    const depth = indexShape[indexShape.length - 1];
    const [y] = play("gather_nd", [x, indices], { batch_dims: batch });
    const rows = indexShape.slice(0, -1);
    expect(y.shape).toEqual([...rows, ...shape.slice(batch + depth)]);
    let i = 0;
    for (const place of places(y.shape)) {
      const tuple = Array.from({ length: depth }, (_, d) =>
        from(at(indices, [...place.slice(0, rows.length), d]), shape[batch + d]),
      );
      expect(y.data[i++]).toBe(at(x, [...place.slice(0, batch), ...tuple, ...place.slice(rows.length)]));
    }
  }
});

test.each(Object.keys(JOIN))("scatter_nd, %s", (reduction) => {
  const random = new Random(6);
  for (const [shape, indexShape] of TUPLES) {
    const x = randomFloats(random, shape);
    const indices = randomTuples(random, shape, indexShape, 0);
    const depth = indexShape[indexShape.length - 1];
    const updates = randomFloats(random, [...indexShape.slice(0, -1), ...shape.slice(depth)]);
    const [y] = play("scatter_nd", [x, indices, updates], { reduction });
    const rank = indexShape.length - 1;
    const want = changed(x, (data) => {
      for (const place of places(updates.shape)) {
        const tuple = Array.from({ length: depth }, (_, d) =>
          from(at(indices, [...place.slice(0, rank), d]), shape[d]),
        );
        const to = indexOf(shape, [...tuple, ...place.slice(rank)]);
        data[to] = JOIN[reduction](data[to], at(updates, place));
      }
    });
    expect([...y.data]).toEqual(want);
  }
});

test("reverse_sequence, batch or time first", () => {
  const random = new Random(7);
  for (const n of SIZES) {
    for (const batchAxis of [0, 1]) {
      const shape = batchAxis ? [n, 3, 2] : [3, n, 2];
      const x = randomFloats(random, shape);
      const lengths = randomWhole(random, [3], 0, n, "int64");
      const [y] = play("reverse_sequence", [x, lengths], { batch_axis: batchAxis, time_axis: 1 - batchAxis });
      expect([...y.data]).toEqual(
        [...places(shape)].map((place) => {
          const [b, t] = [place[batchAxis], place[1 - batchAxis]];
          const length = lengths.data[b];
          const source = t < length ? length - 1 - t : t;
          return at(x, batchAxis ? [source, b, place[2]] : [b, source, place[2]]);
        }),
      );
    }
  }
});

describe("an index that is out of range", () => {
  const x = floats([3, 2], [1, 2, 3, 4, 5, 6]);
  const one = (shape: number[], ...v: number[]) => whole(shape, v, "int64");
  test.each<[string, Operand[], Attributes]>([
    ["gather", [x, one([1], 3)], {}],
    ["gather", [x, one([1], -4)], {}],
    ["gather", [floats([0, 2], []), one([1], 0)], {}],
    ["embedding", [one([2], 0, 3), known(x)], {}],
    ["gather_elements", [x, one([1, 2], 0, 3)], {}],
    ["gather_nd", [x, one([1, 2], 2, 2)], {}],
    ["gather_nd", [x, one([1, 2], -4, 0)], {}],
    ["scatter_elements", [x, one([1, 2], 0, 3), floats([1, 2], [0, 0])], {}],
    ["scatter_nd", [x, one([1, 1], 3), floats([1, 2], [0, 0])], {}],
    ["reverse_sequence", [x, one([2], 4, 0)], {}],
    ["reverse_sequence", [x, one([2], -1, 0)], {}],
  ])("%s", (op, inputs, attributes) => {
    expect(() => play(op, inputs, attributes)).toThrow(
      "node: expected indices and whole numbers in range, got one that is not",
    );
  });

  test("in a session, which runs on with right ones", () => {
    const writer = new GraphWriter();
    const table = writer.constant(Float32Array.of(1, 2, 3), "float32", [3, 1]);
    writer.output("y", writer.node("embedding", [writer.input("ids", "int64", ["n"]), table], {}, "words"));
    const graph = writer.graph();
    using session = new Session({
      inputs: graph.inputs,
      outputs: graph.outputs,
      build: (builder, types) => bind(graph, builder, types),
    });
    expect(() => session.run({ ids: Int32Array.of(0, 3) })).toThrow("words: expected indices");
    expect([...session.run({ ids: Int32Array.of(2, -3) }).y.data]).toEqual([3, 1]);
  });
});

test("shapes and types that do not fit are refused", () => {
  const x = floats([3, 2], [1, 2, 3, 4, 5, 6]);
  const i = whole([1], [0], "int64");
  expect(() => play("gather", [x, floats([1], [0])])).toThrow("node: expected indices of integers, got float32");
  expect(() => play("gather", [floats([], [0]), i])).toThrow("node: expected rows to gather, got a scalar");
  expect(() => play("gather", [x, i], { axis: 2 })).toThrow("node: expected an axis of 2, got 2");
  expect(() => play("gather_elements", [x, i])).toThrow("node: expected indices within [3,2]");
  expect(() => play("gather_nd", [x, whole([1, 3], [0, 0, 0])])).toThrow("node: expected indices of 1 to 2 axes");
  expect(() => play("gather_nd", [x, whole([2, 1], [0, 0])], { batch_dims: 1 })).toThrow(
    "node: expected indices of 1 to 1 axes",
  );
  expect(() => play("scatter_elements", [x, whole([1, 1], [0]), floats([1, 2], [0, 0])])).toThrow(
    "node: expected updates of [1,1], got [1,2]",
  );
  expect(() => play("scatter_nd", [x, whole([1, 1], [0]), floats([1, 3], [0, 0, 0])])).toThrow(
    "node: expected updates of [1,2], got [1,3]",
  );
  expect(() => play("reverse_sequence", [floats([1, 2, 1], [0, 0]), i], { batch_axis: 2, time_axis: 1 })).toThrow(
    "node: expected batch and time as axes 0 and 1",
  );
});
