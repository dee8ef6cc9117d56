import { describe, expect, test } from "vitest";
import type { Constant } from "../../src/graph/graph.ts";
import { at, floats, places, play, randomFloats, randomWhole, SIZES, whole } from "../support/ops.ts";
import { Random } from "../support/random.ts";

/** The row through each place of the other axes, in order. */
function rows(x: Constant, axis: number): number[][] {
  return [...places(x.shape.map((d, i) => (i === axis ? 1 : d)))].map((place) =>
    Array.from({ length: x.shape[axis] }, (_, k) =>
      at(
        x,
        place.map((p, i) => (i === axis ? k : p)),
      ),
    ),
  );
}

const SHAPES = SIZES.slice(1).flatMap(
  (n) =>
    [
      [[n], 0],
      [[2, n], 1],
      [[n, 3], 0],
      [[2, n, 3], 1],
      [[3, 2, n], -1],
    ] as [number[], number][],
);

describe("arg_reduce", () => {
  test.each(["max", "min"] as const)("%s, the first and the last of equals", (name) => {
    const random = new Random(2);
    for (const [shape, axis] of SHAPES) {
      for (const x of [randomFloats(random, shape), randomWhole(random, shape, 0, 3)]) {
        for (const last of [false, true]) {
          const [y] = play("arg_reduce", [x], { function: name, axis, last });
          const want = rows(x, axis < 0 ? axis + shape.length : axis).map((row) =>
            last ? row.lastIndexOf(Math[name](...row)) : row.indexOf(Math[name](...row)),
          );
          expect([...y.data], `[${shape}] along ${axis}`).toEqual(want);
          expect(y.dtype).toBe("int64");
        }
      }
    }
  });

  test("the first NaN, of either", () => {
    const x = floats([4], [1, NaN, NaN, -5]);
    for (const name of ["max", "min"]) {
      expect([...play("arg_reduce", [x], { function: name, axis: 0 })[0].data]).toEqual([1]);
      expect([...play("arg_reduce", [x], { function: name, axis: 0, last: true, keep_dims: false })[0].data]).toEqual([
        2,
      ]);
    }
    expect(() => play("arg_reduce", [floats([2, 0], [])], { function: "max", axis: 1 })).toThrow(
      "node: expected numbers along axis 1",
    );
  });
});

describe("top_k", () => {
  test.each([true, false])("largest %s: in order, the first of equals first", (largest) => {
    const random = new Random(4);
    for (const [shape, axis] of SHAPES) {
      const n = shape[axis < 0 ? axis + shape.length : axis];
      for (const k of new Set([0, 1, n >> 1, n])) {
        for (const x of [randomFloats(random, shape), randomWhole(random, shape, 0, 3, "int64")]) {
          const [y, where] = play("top_k", [x], { k, axis, largest }, true);
          const along = axis < 0 ? axis + shape.length : axis;
          const sorted = rows(x, along).map((row) =>
            [...row.keys()].sort((i, j) => (largest ? row[j] - row[i] : row[i] - row[j]) || i - j).slice(0, k),
          );
          expect(rows(where, along)).toEqual(sorted);
          expect(rows(y, along)).toEqual(rows(x, along).map((row, i) => sorted[i].map((j) => row[j])));
        }
      }
    }
  });

  test("NaN is the largest; k past the axis is refused", () => {
    const x = floats([5], [1, NaN, 3, Infinity, -1]);
    expect([...play("top_k", [x], { k: 3 }, true)[1].data]).toEqual([1, 3, 2]);
    expect([...play("top_k", [x], { k: 5, largest: false }, true)[1].data]).toEqual([4, 0, 2, 3, 1]);
    expect(() => play("top_k", [x], { k: 6 })).toThrow(
      "node: attribute k: expected at most the 5 numbers of axis 0, got 6",
    );
  });
});

describe("cumulate", () => {
  test.each(["sum", "prod"])("%s", (name) => {
    const random = new Random(6);
    for (const [shape, axis] of SHAPES) {
      for (const [exclusive, reverse] of [
        [false, false],
        [true, false],
        [false, true],
        [true, true],
      ]) {
        const x =
          name === "sum"
            ? randomFloats(random, shape)
            : floats(
                shape,
                randomFloats(random, shape, 0.1).data.map((v) => v + 1),
              );
        const [y] = play("cumulate", [x], { function: name, axis, exclusive, reverse });
        const along = axis < 0 ? axis + shape.length : axis;
        const want = rows(x, along).map((row) =>
          row.map((_, i) => {
            const [from, to] = reverse ? [exclusive ? i + 1 : i, row.length] : [0, exclusive ? i : i + 1];
            return row.slice(from, to).reduce((a, b) => (name === "sum" ? a + b : a * b), name === "sum" ? 0 : 1);
          }),
        );
        rows(y, along).forEach((row, i) =>
          row.forEach((v, j) =>
            expect(Math.abs(v - want[i][j])).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(want[i][j]))),
          ),
        );
      }
    }
  });

  test("integers", () => {
    expect([...play("cumulate", [whole([4], [1, 2, 3, 4], "int64")], { axis: 0 })[0].data]).toEqual([1, 3, 6, 10]);
    expect([...play("cumulate", [whole([3], [100, 100, 1], "int8")], { axis: 0 })[0].data]).toEqual([100, -56, -55]);
    expect(() => play("cumulate", [whole([2], [2147483647, 1], "int64")], { axis: 0 })).toThrow(/^node: /);
    expect([...play("cumulate", [whole([2], [2147483647, 1], "int64")], { axis: 0, exclusive: true })[0].data]).toEqual(
      [0, 2147483647],
    );
  });
});

test("a scalar, and nothing", () => {
  expect([...play("cumulate", [floats([], [3])], { axis: 0 })[0].data]).toEqual([3]);
  expect(play("cumulate", [floats([2, 0], [])], { axis: 0 })[0].data.length).toBe(0);
  expect(play("top_k", [floats([0, 4], [])], { k: 2 }, true)[0].shape).toEqual([0, 2]);
});
