// Sums of products exact to the last bit: an RNN with relu has nothing else, so that every output
// can be written down in float32, with its dots as BigInt.
import { describe, expect, test } from "vitest";
import { FormatError, Model, tensor, type Tensor } from "../../src/index.ts";
import { scaleOf } from "../../src/tensors/tensor.ts";
import { Random } from "../support/random.ts";

const SIZES = [1, 3, 5, 7, 13, 16, 17, 33, 64, 127];
const f = Math.fround;

interface Whole {
  readonly values: Int8Array | Int16Array;
  readonly scales: Float32Array;
}

/** A matrix of integers as a file keeps it. */
function whole(name: string, shape: [number, number], { values, scales }: Whole): Tensor[] {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return [
    { name, dtype: values instanceof Int8Array ? "I8" : "I16", shape, bytes },
    tensor(scaleOf(name), [shape[0]], scales),
  ];
}

function net(inputs: number, H: number, ih: Whole, hh: Whole, bias: Float32Array): Model {
  return Model.fromTensors(
    [...whole("weight_ih_l0", [H, inputs], ih), ...whole("weight_hh_l0", [H, H], hh), tensor("bias_ih_l0", [H], bias)],
    { layers: [{ type: "rnn", weights: "", nonlinearity: "relu" }] },
  );
}

/** The largest power of two that keeps every sum within int32. */
function limitOf({ values, scales }: Whole): number {
  const columns = values.length / scales.length;
  const sums = Array.from(scales, (_, r) =>
    [...values.subarray(r * columns, (r + 1) * columns)].reduce((a, q) => a + Math.abs(q), 0),
  );
  let limit = 2 ** 14;
  while (limit * Math.max(...sums) > 2 ** 31 - 1) limit /= 2;
  return limit;
}

/** init + (scale x) dot, a row at a time, as assembly/integer/gemm.ts. */
function add(init: Float32Array, w: Whole, x: Float32Array): Float32Array {
  const limit = limitOf(w);
  const top = Math.max(2 ** -100, ...x.map(Math.abs));
  const by = f(limit / top);
  const scale = f(top / limit);
  const even = (v: number) => f(f(v + 12582912) - 12582912);
  const q = Array.from(x, (v) => BigInt(even(f(v * by))));
  return init.map((b, r) => {
    let dot = 0n;
    for (let k = 0; k < x.length; k++) dot += BigInt(w.values[r * x.length + k]) * q[k];
    if (BigInt.asIntN(32, dot) !== dot) throw new Error("the sum left int32");
    return f(b + f(f(w.scales[r] * scale) * f(Number(dot))));
  });
}

function check(inputs: number, H: number, ih: Whole, hh: Whole, bias: Float32Array, x: Float32Array): void {
  using model = net(inputs, H, ih, hh, bias);
  const stream = model.stream();
  let h = new Float32Array(H);
  for (let t = 0; t < x.length / inputs; t++) {
    h = add(add(bias, ih, x.subarray(t * inputs, (t + 1) * inputs)), hh, h).map((v) =>
      Math.max(v, 0),
    ) as Float32Array<ArrayBuffer>;
    expect(stream.step(x.subarray(t * inputs, (t + 1) * inputs))).toEqual(h);
  }
  expect(model.run(x, { output: "last" }).output).toEqual(h);
}

describe.each([Int8Array, Int16Array])("%o", (Type) => {
  const most = Type === Int8Array ? 127 : 32767;
  const draw = (random: Random, rows: number, columns: number): Whole => ({
    values: new Type(rows * columns).map(() => random.integer(-most, most)),
    scales: random.floats(rows, 0.01 / most).map(Math.abs),
  });

  test.each(
    SIZES.flatMap((H, i) => [
      [SIZES[(i * 7 + 3) % SIZES.length], H],
      [H, SIZES[(i * 3 + 1) % SIZES.length]],
    ]),
  )("(%i, %i)", (inputs, H) => {
    const random = new Random(inputs * 1000 + H);
    check(inputs, H, draw(random, H, inputs), draw(random, H, H), random.floats(H, 1), random.floats(3 * inputs, 1));
  });

  test.each([128, 1031, 2048])(
    "%i inputs at the edge: all weights and inputs of the largest magnitude, of one sign",
    (inputs) => {
      // At most 2^24 a row is what leaves an input its 7 bits.
      const edge = (rows: number, columns: number, sign: number): Whole => ({
        values: new Type(rows * columns).fill(sign * Math.min(most, Math.floor((2 ** 24 - 1) / columns))),
        scales: new Float32Array(rows).fill(1 / most / columns),
      });
      for (const sign of [1, -1])
        check(
          inputs,
          5,
          edge(5, inputs, sign),
          edge(5, 5, 1),
          new Float32Array(5),
          new Float32Array(2 * inputs).fill(sign * 1e30),
        );
    },
  );

  test("the least weight of the type", () => {
    const least: Whole = { values: new Type(4 * 6).fill(-most - 1), scales: new Float32Array(4).fill(1e-3) };
    const h: Whole = { values: new Type(16), scales: new Float32Array(4) };
    check(6, 4, least, h, new Float32Array(4), new Float32Array(12).fill(-1));
  });

  test("rows of zeros, and x that is zero, denormal, tiny, huge", () => {
    const random = new Random(5);
    const w = draw(random, 9, 6);
    w.values.fill(0, 0, 6);
    w.scales[1] = 0;
    const x = Float32Array.from([
      0, 0, 0, 0, 0, 0, 1e-40, -1e-45, 0, 0, 1e-40, 0, 1e-31, 1e-32, -1e-31, 0, 0, 1e-30, 3.4e38, -1, 1e30, -3.4e38, 0,
      -0,
    ]);
    check(6, 9, w, draw(random, 9, 9), random.floats(9, 1), x);
  });

  test("NaN and Infinity in a row make its outputs NaN, and no other row's", () => {
    const random = new Random(6);
    using model = net(3, 5, draw(random, 5, 3), draw(random, 5, 5), random.floats(5, 1));
    for (const bad of [NaN, Infinity, -Infinity]) {
      const x = Float32Array.from([1, 2, 3, 0, bad, 1, 1, 2, 3]);
      const { output } = model.run(x, { batch: 3 });
      expect(output.subarray(5, 10).every(Number.isNaN)).toBe(true);
      expect(output.subarray(0, 5)).toEqual(output.subarray(10, 15));
      expect(output.subarray(0, 5).some(Number.isNaN)).toBe(false);
    }
  });
});

test("integers whose sums leave no bits for the inputs are refused", () => {
  const w: Whole = { values: new Int16Array(1024).fill(32767), scales: new Float32Array(1).fill(1) };
  const h: Whole = { values: new Int16Array(1), scales: new Float32Array(1) };
  expect(() => net(1024, 1, w, h, new Float32Array(1))).toThrow(FormatError);
});
