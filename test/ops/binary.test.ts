import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Dtype } from "../../src/graph/graph.ts";
import { at, floats, places, play, randomFloats, SIZES, ulps, whole } from "../support/ops.ts";
import { Random } from "../support/random.ts";

/** IEEE's pow: 1 to any power is 1. */
const pow = (a: number, b: number) => (a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b);

const mod = (a: number, b: number) => {
  const r = a % b;
  return r === 0 ? (b < 0 || Object.is(b, -0) ? -0 : 0) : r < 0 !== b < 0 ? r + b : r;
};

/** In float64, and the ULPs of float32 that may be lost. */
const FUNCTIONS: Record<string, [(a: number, b: number) => number, number]> = {
  add: [(a, b) => a + b, 0.5],
  sub: [(a, b) => a - b, 0.5],
  mul: [(a, b) => a * b, 0.5],
  div: [(a, b) => a / b, 0.5],
  min: [Math.min, 0],
  max: [Math.max, 0],
  prelu: [(a, b) => (a < 0 ? a * b : a), 0.5],
  pow: [pow, 0.51],
  mod: [mod, 0.5],
  fmod: [(a, b) => a % b, 0.5],
  equal: [(a, b) => Number(a === b), 0],
  less: [(a, b) => Number(a < b), 0],
  less_equal: [(a, b) => Number(a <= b), 0],
  greater: [(a, b) => Number(a > b), 0],
  greater_equal: [(a, b) => Number(a >= b), 0],
};

describe("functions of two numbers", () => {
  test.each(SIZES)("of %i: rows beside rows, and beside a number", (n) => {
    const random = new Random(n + 1);
    for (const [name, [f]] of Object.entries(FUNCTIONS)) {
      for (const shapes of [
        [[n], [n]],
        [[n], [1]],
        [[1], [n]],
        [[3, n], [n]],
        [
          [n, 3],
          [n, 1],
        ],
        [
          [2, 1, n],
          [3, 1],
        ],
      ]) {
        const [a, b] = shapes.map((shape) => randomFloats(random, shape));
        const [y] = play("binary", [a, b], { function: name });
        let i = 0;
        for (const place of places(y.shape)) {
          const want = f(at(a, place), at(b, place));
          expect(
            ulps(y.data[i], want),
            `${name}(${at(a, place)}, ${at(b, place)}): got ${y.data[i]}, want ${want}`,
          ).toBeLessThanOrEqual(FUNCTIONS[name][1]);
          i++;
        }
      }
    }
  });

  test.each(Object.keys(FUNCTIONS))("%s of every pair of special values", (name) => {
    const special = [
      0,
      -0,
      1,
      -1,
      2,
      -2,
      3,
      -3,
      0.5,
      -0.5,
      1 / 3,
      Infinity,
      -Infinity,
      NaN,
      1e-45,
      3.4028235e38,
      -3.4028235e38,
      16777216,
      16777215,
      1e20,
      -7.25,
    ].map(Math.fround);
    const [f, most] = FUNCTIONS[name];
    const n = special.length;
    const [y] = play("binary", [floats([n, 1], special), floats([n], special)], { function: name });
    special.forEach((a, i) =>
      special.forEach((b, j) => {
        const want = f(a, b);
        const got = y.data[i * n + j];
        expect(ulps(got, want), `${name}(${a}, ${b}): got ${got}, want ${want}`).toBeLessThanOrEqual(most);
      }),
    );
  });

  test("pow over what float32 holds", () => {
    const random = new Random(3);
    const a = Float32Array.from({ length: 3000 }, () => 2 ** (random.next() * 40 - 20));
    const b = Float32Array.from({ length: 3000 }, () => random.next() * 10 - 5);
    const [y] = play("binary", [floats([3000], a), floats([3000], b)], { function: "pow" });
    a.forEach((_, i) => expect(ulps(y.data[i], a[i] ** b[i]), `${a[i]} ** ${b[i]}`).toBeLessThan(0.51));
    const [squares] = play("binary", [floats([3000], a), floats([], [2])], { function: "pow" });
    a.forEach((v, i) => expect(squares.data[i]).toBe(Math.fround(v * v)));
  });
});

describe("beside NumPy", () => {
  const golden = JSON.parse(readFileSync(new URL("../goldens/ops/functions.json", import.meta.url), "utf8"));
  const [a, b] = [golden.a, golden.b].map((v: string[]) => floats([v.length], v.map(Number)));
  test.each(Object.keys(golden.binary))("%s", (name) => {
    const [y] = play("binary", [a, b], { function: name });
    golden.binary[name].forEach((want: string, i: number) => {
      expect(
        ulps(y.data[i], Number(want)),
        `${name}(${a.data[i]}, ${b.data[i]}): got ${y.data[i]}, want ${want}`,
      ).toBeLessThanOrEqual(0.51);
    });
  });
});

describe("integers", () => {
  test.each<[string, Dtype, number[], number[], number[]]>([
    ["add", "int8", [127, -128], [1, -1], [-128, 127]],
    ["add", "uint8", [255, 3], [1, 4], [0, 7]],
    ["sub", "uint16", [0, 9], [1, 2], [65535, 7]],
    ["mul", "int16", [300, -7], [300, 7], [24464, -49]],
    ["add", "int32", [2147483647], [1], [-2147483648]],
    ["mul", "int32", [65536, 46341], [65536, 46341], [0, -2147479015]],
    ["div", "int64", [7, -7, 7, -7], [2, 2, -2, -2], [3, -3, -3, 3]],
    ["mod", "int32", [7, -7, 7, -7, 6], [3, 3, -3, -3, -3], [1, 2, -2, -1, 0]],
    ["fmod", "int32", [7, -7, 7, -7], [3, 3, -3, -3], [1, -1, 1, -1]],
    ["pow", "int64", [2, -3, 0, 5, -2, 7], [30, 3, 0, 1, 31, -1], [1073741824, -27, 1, 5, -2147483648, 0]],
    ["pow", "int32", [3], [40], [Number(BigInt.asIntN(32, 3n ** 40n))]],
    ["min", "int64", [1, -5], [0, 2], [0, -5]],
    ["max", "int64", [1, -5], [0, 2], [1, 2]],
    ["equal", "int64", [1, 2], [1, 3], [1, 0]],
    ["less", "int32", [1, 2, -1], [1, 3, 0], [0, 1, 1]],
    ["greater_equal", "int32", [1, 2, -1], [1, 3, 0], [1, 0, 0]],
    ["and", "bool", [0, 0, 1, 1], [0, 1, 0, 1], [0, 0, 0, 1]],
    ["or", "bool", [0, 0, 1, 1], [0, 1, 0, 1], [0, 1, 1, 1]],
    ["xor", "bool", [0, 0, 1, 1], [0, 1, 0, 1], [0, 1, 1, 0]],
    ["bit_and", "uint8", [12], [10], [8]],
    ["bit_or", "int32", [12, -1], [10, 5], [14, -1]],
    ["bit_xor", "int32", [12, -1], [10, 5], [6, -6]],
    ["shift_left", "uint8", [3, 255, 1], [2, 1, 8], [12, 254, 0]],
    ["shift_right", "uint8", [12, 255], [2, 1], [3, 127]],
    ["shift_right", "uint32", [-2], [1], [2147483647]],
    ["shift_right", "int32", [-8, 1], [1, 40], [-4, 0]],
  ])("%s of %s", (name, dtype, a, b, want) => {
    const [y] = play("binary", [whole([a.length], a, dtype), whole([b.length], b, dtype)], { function: name });
    expect([...y.data]).toEqual(want);
  });

  test.each<[string, Dtype, number, number]>([
    ["div", "int32", 1, 0],
    ["mod", "int64", 1, 0],
    ["fmod", "int8", 1, 0],
    ["pow", "int32", 0, -1],
    ["add", "int64", 2147483647, 1],
    ["mul", "int64", 65536, 65536],
    ["pow", "int64", -10, 11],
    ["pow", "int64", 2, 2147483647],
    ["shift_left", "int64", 1, 31],
  ])("%s of %s: %i and %i is an error", (name, dtype, a, b) => {
    expect(() => play("binary", [whole([1], [a], dtype), whole([1], [b], dtype)], { function: name })).toThrow(
      /^node: expected/,
    );
  });

  test("integers with floats, shapes that do not go together and functions of the other kind are refused", () => {
    expect(() => play("binary", [whole([1], [1]), floats([1], [1])], { function: "add" })).toThrow(
      "node: expected inputs of one type",
    );
    expect(() => play("binary", [floats([2], [1, 2]), floats([3], [1, 2, 3])], { function: "add" })).toThrow(
      "node: expected shapes that go together",
    );
    expect(() => play("binary", [floats([1], [1]), floats([1], [1])], { function: "xor" })).toThrow(
      "node: expected integers for xor, got float32",
    );
  });
});
