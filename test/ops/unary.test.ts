import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { bind } from "../../src/bind/bind.ts";
import { GraphWriter } from "../../src/graph/writer.ts";
import { Session } from "../../src/run/session.ts";
import { floats, play, SIZES, ulps, whole } from "../support/ops.ts";
import { Random } from "../support/random.ts";

const log1p = Math.log1p;
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const half = (x: number) => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x)); // to even
const keepZero = (x: number, y: number) => (y === 0 ? (x < 0 || Object.is(x, -0) ? -0 : 0) : y);

/** Each function in float64, and the ULPs of float32 that it may err by; -: absolute error, in units of 2^-24. */
const FUNCTIONS: Record<string, [f: (x: number) => number, most: number]> = {
  relu: [(x) => (x < 0 ? 0 : x), 0],
  leaky_relu: [(x) => (x < 0 ? Math.fround(0.01) * x : x), 0.5],
  elu: [(x) => (x < 0 ? Math.expm1(x) : x), 0.51],
  celu: [(x) => (x < 0 ? Math.expm1(x) : x), 0.51],
  mish: [(x) => x * Math.tanh(log1p(Math.exp(x))), 0.51],
  softplus: [(x) => Math.max(x, 0) + log1p(Math.exp(-Math.abs(x))), 0.51],
  softsign: [(x) => x / (1 + Math.abs(x)), 1.5],
  hard_sigmoid: [(x) => Math.min(Math.max(0.2 * x + 0.5, 0), 1), -2],
  hard_swish: [(x) => x * Math.min(Math.max(x / 6 + 0.5, 0), 1), -30],
  sigmoid: [sigmoid, 2.5],
  silu: [(x) => x * sigmoid(x), 3.2],
  swish: [(x) => x * sigmoid(x), 3.2],
  tanh: [Math.tanh, 2],
  scaled_tanh: [Math.tanh, 2],
  exp: [Math.exp, 1.02],
  log: [Math.log, 0.51],
  sqrt: [Math.sqrt, 0.5],
  abs: [Math.abs, 0],
  neg: [(x) => -x, 0],
  reciprocal: [(x) => 1 / x, 0.5],
  square: [(x) => x * x, 0.5],
  floor: [Math.floor, 0],
  ceil: [Math.ceil, 0],
  round: [(x) => keepZero(x, half(x)), 0],
  sign: [Math.sign, 0],
  sin: [Math.sin, 0.51],
  cos: [Math.cos, 0.51],
  tan: [Math.tan, 0.51],
  asin: [Math.asin, 0.51],
  acos: [Math.acos, 0.51],
  atan: [Math.atan, 0.51],
  sinh: [Math.sinh, 0.51],
  cosh: [Math.cosh, 0.51],
  asinh: [Math.asinh, 0.51],
  acosh: [Math.acosh, 0.51],
  atanh: [Math.atanh, 0.51],
  is_nan: [(x) => Number(Number.isNaN(x)), 0],
  is_inf: [(x) => Number(Math.abs(x) === Infinity), 0],
};

/** Products with what is denormal far below 0, where ULPs say nothing. */
const TAILS = new Set(["mish", "silu", "swish"]);

/** float32s of every size and sign, dense about 1, and the special ones. */
const SAMPLE = (() => {
  const random = new Random(7);
  const bits = new Int32Array(1);
  const float = new Float32Array(bits.buffer);
  const values = [
    0,
    -0,
    1,
    -1,
    Infinity,
    -Infinity,
    NaN,
    0.5,
    -0.5,
    1.5,
    2.5,
    -2.5,
    1e-45,
    -1e-45,
    3.4e38,
    119.99,
    120.01,
    1e9,
    0.78,
    1.5707964,
    3.1415927,
    22,
    355,
  ];
  for (let i = 0; i < 4000; i++) {
    bits[0] = random.integer(-(2 ** 31), 2 ** 31 - 1);
    values.push(float[0]);
  }
  for (let i = 0; i < 8000; i++) values.push(Math.fround((random.next() * 2 - 1) * [1, 2, 10, 100, 1000][i % 5]));
  return Float32Array.from(values);
})();

describe("functions of one number", () => {
  test.each(Object.entries(FUNCTIONS))("%s", (name, [f, most]) => {
    const [y] = play("unary", [floats([SAMPLE.length], SAMPLE)], { function: name });
    let worst = 0;
    let where = "";
    SAMPLE.forEach((x, i) => {
      const want = f(x);
      if (TAILS.has(name) && x < -87)
        return expect(Math.abs(y.data[i]) < 1e-35 || x === -Infinity, `${name}(${x})`).toBe(true);
      const error =
        most < 0 && Number.isFinite(want)
          ? (Math.abs(y.data[i] - want) * 2 ** 24) / Math.max(1, Math.abs(x))
          : ulps(y.data[i], want);
      if (error > worst) [worst, where] = [error, `${name}(${x}): got ${y.data[i]}, want ${want}`];
    });
    expect(worst, where).toBeLessThanOrEqual(Math.abs(most));
  });

  test.each(SIZES)("of %i numbers, every one of them and no other", (n) => {
    const x = new Random(n).floats(n, 3);
    for (const name of ["relu", "tanh", "clip", "softplus", "sin"]) {
      const f = {
        relu: FUNCTIONS.relu[0],
        tanh: Math.tanh,
        clip: (v: number) => Math.min(Math.max(v, -1), 0.5),
        softplus: FUNCTIONS.softplus[0],
        sin: Math.sin,
      }[name]!;
      const [y] = play(
        "unary",
        [floats([n], x)],
        name === "clip" ? { function: name, alpha: -1, beta: 0.5 } : { function: name },
      );
      expect(y.shape).toEqual([n]);
      x.forEach((v, i) => expect(ulps(y.data[i], f(v)), `${name}(${v})`).toBeLessThan(2));
    }
  });
});

describe("beside PyTorch", () => {
  const golden = JSON.parse(readFileSync(new URL("../goldens/ops/functions.json", import.meta.url), "utf8"));
  const x = floats([golden.x.length], golden.x.map(Number));
  test.each(Object.keys(golden.unary))("%s", (key) => {
    const [name, alpha, beta] = key.split(" ");
    const [y] = play("unary", [x], {
      function: name,
      ...(alpha && { alpha: Number(alpha) }),
      ...(beta && { beta: Number(beta) }),
    });
    golden.unary[key].forEach((want: number, i: number) => {
      expect(Math.abs(y.data[i] - want), `${key}(${x.data[i]}): got ${y.data[i]}, want ${want}`).toBeLessThanOrEqual(
        4e-7 * Math.max(1, Math.abs(want)),
      );
    });
  });
});

describe("integers", () => {
  test.each<[string, object, number[], number[], string]>([
    ["abs", {}, [-3, 0, 4], [3, 0, 4], "int32"],
    ["neg", {}, [-3, 0, 4], [3, 0, -4], "int64"],
    ["neg", {}, [-128, 1], [-128, -1], "int8"],
    ["neg", {}, [1, 0], [255, 0], "uint8"],
    ["sign", {}, [-3, 0, 4], [-1, 0, 1], "int32"],
    ["square", {}, [-3, 300], [9, 90000], "int32"],
    ["square", {}, [300], [90000 & 0xffff], "uint16"],
    ["clip", { alpha: -2, beta: 16777217 }, [-3, 20000000], [-2, 16777217], "int32"],
    ["relu", {}, [-3, 7], [0, 7], "int64"],
    ["bit_not", {}, [0, 5], [-1, -6], "int32"],
    ["bit_not", {}, [0, 5], [255, 250], "uint8"],
    ["not", {}, [0, 1], [1, 0], "bool"],
  ])("%s %o of %o", (name, attributes, x, want, dtype) => {
    const [y] = play("unary", [whole([x.length], x, dtype as "int32")], { function: name, ...attributes });
    expect([...y.data]).toEqual(want);
    expect(y.dtype).toBe(dtype);
  });

  test("int64 that leaves int32 is an error, and so is a function of the other kind", () => {
    expect(() => play("unary", [whole([2], [1, 65536], "int64")], { function: "square" })).toThrow(/^node: /);
    expect(() => play("unary", [whole([1], [1])], { function: "exp" })).toThrow(
      "node: expected numbers that exp takes, got int32",
    );
    expect(() => play("unary", [floats([1], [1])], { function: "not" })).toThrow(
      "node: expected numbers that not takes, got float32",
    );
  });
});

test("a session over a graph of one node", () => {
  const writer = new GraphWriter();
  const x = writer.input("x", "float32", ["n"]);
  writer.output("y", writer.node("unary", [x], { function: "square" }));
  const graph = writer.graph();
  using session = new Session({
    inputs: graph.inputs,
    outputs: graph.outputs,
    build: (builder, types) => bind(graph, builder, types),
  });
  expect([...session.run({ x: Float32Array.of(1, -2, 3) }).y.data]).toEqual([1, 4, 9]);
});
