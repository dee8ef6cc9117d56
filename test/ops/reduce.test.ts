import { describe, expect, test } from "vitest";
import type { Constant } from "../../src/graph/graph.ts";
import { at, floats, places, play, randomFloats, randomWhole, SIZES, whole } from "../support/ops.ts";
import { Random } from "../support/random.ts";

const sum = (v: number[]) => v.reduce((a, b) => a + b, 0);

/** Each function in float64. */
const FUNCTIONS: Record<string, (v: number[]) => number> = {
  sum,
  mean: (v) => sum(v) / v.length,
  prod: (v) => v.reduce((a, b) => a * b, 1),
  max: (v) => Math.max(...v),
  min: (v) => Math.min(...v),
  l1: (v) => sum(v.map(Math.abs)),
  l2: (v) => Math.hypot(...v),
  sum_square: (v) => sum(v.map((x) => x * x)),
  log_sum: (v) => Math.log(sum(v)),
  log_sum_exp: (v) => Math.log(sum(v.map(Math.exp))),
};

/** The numbers that meet in each number of y, in order. */
function groups(x: Constant, axes: readonly number[]): number[][] {
  const found = new Map<string, number[]>();
  const kept = x.shape.map((d, axis) => (axes.includes(axis) ? 1 : d));
  for (const place of places(kept)) found.set(String(place), []);
  for (const place of places(x.shape))
    found.get(String(place.map((p, axis) => (axes.includes(axis) ? 0 : p))))!.push(at(x, place));
  return [...found.values()];
}

function near(y: Constant, want: number[], label: string, scale = 1): void {
  expect(y.data.length).toBe(want.length);
  want.forEach((w, i) => {
    if (!Number.isFinite(w)) expect(y.data[i], label).toBe(w);
    else
      expect(Math.abs(y.data[i] - w), `${label}: got ${y.data[i]}, want ${w}`).toBeLessThanOrEqual(
        1e-6 * Math.max(scale, Math.abs(w)),
      );
  });
}

describe.each(Object.entries(FUNCTIONS))("%s", (name, f) => {
  const positive = name === "log_sum" || name === "prod";
  const draw = (random: Random, shape: number[]) =>
    positive
      ? floats(
          shape,
          randomFloats(random, shape, 0.5).data.map((v) => v + 1),
        )
      : randomFloats(random, shape);

  test("over rows, the middle and the front, of sizes that hurt", () => {
    const random = new Random(1);
    for (const n of SIZES.slice(1)) {
      for (const [shape, axes] of [
        [[n], [0]],
        [[3, n], [1]],
        [[n, 3], [0]],
        [[2, 3, n], [1]],
        [[2, n, 5], [1]],
        [
          [n, 2, 3],
          [0, 2],
        ],
        [
          [3, 2, n],
          [0, 2],
        ],
        [
          [2, 3, n],
          [0, 1, 2],
        ],
        [[3, n], []],
      ] as [number[], number[]][]) {
        const x = draw(random, shape);
        const [y] = play("reduce", [x], { function: name, axes }, true);
        expect(y.shape).toEqual(shape.map((d, axis) => (axes.includes(axis) ? 1 : d)));
        near(y, groups(x, axes).map(f), `[${shape}] over [${axes}]`, 16);
      }
    }
  });

  test("of nothing", () => {
    const [y] = play("reduce", [floats([2, 0, 3], [])], { function: name, axes: [1], keep_dims: false }, true);
    expect(y.shape).toEqual([2, 3]);
    expect(new Set(y.data)).toEqual(new Set([f([])]));
    expect(play("reduce", [floats([0, 3], [])], { function: name, axes: [1] }, true)[0].data.length).toBe(0);
  });
});

test("all axes by default, negative axes, a scalar", () => {
  const x = floats([2, 3], [1, 2, 3, 4, 5, 6]);
  expect(play("reduce", [x], { function: "sum" })[0]).toMatchObject({ shape: [1, 1], data: Float32Array.of(21) });
  expect(play("reduce", [x], { function: "sum", axes: [-1], keep_dims: false })[0]).toMatchObject({
    shape: [2],
    data: Float32Array.of(6, 15),
  });
  expect(play("reduce", [floats([], [7])], { function: "sum" })[0]).toMatchObject({
    shape: [],
    data: Float32Array.of(7),
  });
  expect(() => play("reduce", [x], { function: "sum", axes: [2] })).toThrow("node: expected an axis of 2, got 2");
});

test("nothing but the outputs changes where there is no scratch", () => {
  for (const n of SIZES)
    for (const axes of [[0], [1], [0, 1]])
      play("reduce", [randomFloats(new Random(n), [n, 5])], { function: "max", axes });
});

test("NaN and infinities", () => {
  const x = floats(
    [3, 5],
    [1, NaN, 2, 0, 0, Infinity, -Infinity, 0, 1, 2, -Infinity, -Infinity, -Infinity, -Infinity, -Infinity],
  );
  const of = (name: string) => [...play("reduce", [x], { function: name, axes: [1] }, true)[0].data];
  expect(of("max")).toEqual([NaN, Infinity, -Infinity]);
  expect(of("min")).toEqual([NaN, -Infinity, -Infinity]);
  expect(of("sum")).toEqual([NaN, NaN, -Infinity]);
  expect(of("log_sum_exp")).toEqual([NaN, Infinity, -Infinity]);
  expect([...play("reduce", [floats([2], [1000, 1000])], { function: "log_sum_exp" }, true)[0].data][0]).toBeCloseTo(
    1000 + Math.LN2,
    3,
  );
});

describe("integers", () => {
  test.each(["sum", "max", "min", "prod", "l1", "sum_square"])("%s", (name) => {
    const random = new Random(5);
    for (const n of SIZES.slice(1)) {
      for (const [shape, axes] of [
        [[n], [0]],
        [[3, n], [0]],
        [[2, n, 3], [1]],
      ] as [number[], number[]][]) {
        const x = randomWhole(random, shape, name === "prod" ? -1 : -50, name === "prod" ? 1 : 50, "int64");
        expect([...play("reduce", [x], { function: name, axes })[0].data]).toEqual(
          groups(x, axes).map((v) => FUNCTIONS[name](v) + 0),
        );
      }
    }
  });

  test("mean truncates, int8 wraps, int64 refuses", () => {
    expect([
      ...play("reduce", [whole([2, 2], [1, 2, -3, -4], "int32")], { function: "mean", axes: [1] }, true)[0].data,
    ]).toEqual([1, -3]);
    expect([...play("reduce", [whole([2], [100, 100], "int8")], { function: "sum" })[0].data]).toEqual([-56]);
    expect(() => play("reduce", [whole([2], [2147483647, 1], "int64")], { function: "sum" })).toThrow(/^node: /);
    expect([...play("reduce", [whole([0], [], "int8")], { function: "max" })[0].data]).toEqual([-128]);
    expect(() => play("reduce", [whole([1], [1])], { function: "l2" })).toThrow(
      "node: expected floats for l2, got int32",
    );
  });
});
