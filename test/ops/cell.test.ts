// The LSTM with layer norm against a plain loop in float64, PyTorch's own answers are in test/goldens/nets; integers.
import { describe, expect, test } from "vitest";
import type { Attributes } from "../../src/graph/graph.ts";
import { floats, known, play, randomFloats, whole, type Operand } from "../support/ops.ts";
import { Random } from "../support/random.ts";

type Numbers = ArrayLike<number>;

const part = (data: Numbers, from: number, count: number) => Array.from({ length: count }, (_, i) => data[from + i]);

function normed(v: readonly number[], weight: Numbers, bias: Numbers, epsilon: number): number[] {
  const mean = v.reduce((a, b) => a + b) / v.length;
  const variance = v.reduce((sum, x) => sum + (x - mean) ** 2, 0) / v.length;
  return v.map((x, i) => ((x - mean) / Math.sqrt(variance + epsilon)) * weight[i] + bias[i]);
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** h of each step, from zero: one direction `d` of the inputs that the op has. */
function loop(
  inputs: readonly (Operand | undefined)[],
  d: number,
  b: number,
  order: readonly number[],
  epsilon: number,
) {
  const [x, ih, hh] = inputs as [Operand, Operand, Operand];
  const [, batch, features] = x.shape;
  const units = hh.shape[2];
  const row = (m: Operand, r: number, v: readonly number[]) =>
    v.reduce((sum, value, k) => sum + value * m.data[(d * 4 * units + r) * v.length + k], 0);
  const norms = inputs.slice(10).map((t) => part(t!.data, d * t!.shape[1], t!.shape[1]));
  let [h, c] = [Array<number>(units).fill(0), Array<number>(units).fill(0)];
  const output: number[][] = [];
  for (const t of order) {
    const now = part(x.data, (t * batch + b) * features, features);
    const rows = Array.from({ length: 4 * units }, (_, r) => r);
    const a = normed(
      rows.map((r) => row(ih, r, now)),
      norms[0],
      norms[1],
      epsilon,
    );
    const u = normed(
      rows.map((r) => row(hh, r, h)),
      norms[2],
      norms[3],
      epsilon,
    );
    const gate = (g: number, i: number) => a[g * units + i] + u[g * units + i];
    const next = c.map((v, i) => sigmoid(gate(1, i)) * v + sigmoid(gate(0, i)) * Math.tanh(gate(2, i)));
    c = normed(next, norms[4], norms[5], epsilon);
    h = c.map((v, i) => sigmoid(gate(3, i)) * Math.tanh(v));
    output[t] = h;
  }
  return output;
}

function draw(random: Random, steps: number, batch: number, features: number, units: number, directions: number) {
  const of = (...shape: number[]) => known(randomFloats(random, [directions, ...shape], 1));
  const [gates, x] = [4 * units, randomFloats(random, [steps, batch, features], 2)];
  const norms = [gates, gates, gates, gates, units, units].map((n) => of(n));
  const none = Array<undefined>(7).fill(undefined);
  return [x, of(gates, features), of(gates, units), ...none, ...norms] as (Operand | undefined)[];
}

const run = (inputs: readonly (Operand | undefined)[], attributes: Attributes) =>
  play("lstm", inputs, attributes, true);

describe("layer norm over the gates' sums and over c", () => {
  test.each([1, 2, 3, 4, 5, 7, 8, 16, 17, 33])("%i units", (units) => {
    const random = new Random(units);
    for (const [steps, batch, directions] of [
      [1, 1, 1],
      [6, 1, 2],
      [5, 3, 2],
    ]) {
      const inputs = draw(random, steps, batch, 3, units, directions);
      const attributes = { norm_epsilon: 1e-3, direction: directions === 2 ? "bidirectional" : "reverse" };
      const [y] = run(inputs, attributes);
      const times = Array.from({ length: steps }, (_, t) => t);
      for (let d = 0; d < directions; d++) {
        const order = directions === 2 && d === 0 ? times : times.toReversed();
        for (let b = 0; b < batch; b++) {
          loop(inputs, d, b, order, 1e-3).forEach((h, t) =>
            h.forEach((want, i) =>
              expect(Math.abs(y.data[((t * batch + b) * directions + d) * units + i] - want)).toBeLessThan(2e-5),
            ),
          );
        }
      }
      const lengths = known(whole([batch], Array<number>(batch).fill(steps), "int64"));
      expect(run(inputs.with(5, lengths), attributes).map((o) => o.data)).toEqual(
        run(inputs, attributes).map((o) => o.data),
      );
    }
  });

  test("a weight that is left out is 1, a bias 0", () => {
    const inputs = draw(new Random(9), 4, 2, 3, 5, 1);
    const filled = inputs.map((v, i) =>
      i < 10 ? v : known(floats(v!.shape, Array(v!.data.length).fill(1 - (i & 1)))),
    );
    const given = run(filled, { norm_epsilon: 1e-5 }).map((o) => o.data);
    expect(run(inputs.slice(0, 3), { norm_epsilon: 1e-5 }).map((o) => o.data)).toEqual(given);
  });

  test("what does not go together is refused", () => {
    const inputs = draw(new Random(9), 2, 1, 3, 5, 1);
    const bias = known(floats([1, 20], Array(20).fill(0)));
    expect(() => run(inputs, {})).toThrow("node: attribute norm_epsilon: expected one beside norm_ih weight, got none");
    expect(() => run(inputs, { norm_epsilon: -1 })).toThrow("expected a number of at least 0, got -1");
    expect(() => run(inputs.with(3, bias), { norm_epsilon: 0 })).toThrow("bias_ih: expected none beside norm_epsilon");
    expect(() => run(inputs.with(14, bias), { norm_epsilon: 0 })).toThrow("norm_c weight: expected [1,5], got [1,20]");
    expect(() => play("gru", [inputs[0], bias, bias], { norm_epsilon: 1 })).toThrow("attribute norm_epsilon");
  });
});

describe.each(["int8", "int16"])("matrices kept as %s", (weights) => {
  const random = new Random(6);
  const of = (...shape: number[]) => known(randomFloats(random, shape, 0.5));

  test.each([
    ["rnn", 1, {}],
    ["gru", 3, {}],
    ["gru", 3, { reset: "before" }],
    ["lstm", 4, { direction: "reverse" }],
  ] as const)("%s, near float32, one answer with lengths", (op, gates, attributes) => {
    for (const [features, units] of [
      [1, 1],
      [5, 17],
      [33, 16],
    ]) {
      const rows = gates * units;
      const weightsOf = [of(1, rows, features), of(1, rows, units), of(1, rows), of(1, rows)];
      const inputs = [randomFloats(random, [7, 3, features], 1), ...weightsOf];
      const [floats] = play(op, inputs, attributes, true);
      const [integers] = play(op, inputs, { ...attributes, weights }, true);
      const worst = Math.max(...floats.data.map((v, i) => Math.abs(v - integers.data[i])));
      expect(worst).toBeLessThan(weights === "int8" ? 0.1 : 1e-2);
      if (features > 1) expect(worst).toBeGreaterThan(0);
      const lengths = known(whole([3], [7, 7, 7], "int64"));
      expect(play(op, [...inputs, lengths], { ...attributes, weights }, true)[0].data).toEqual(integers.data);
    }
  });

  test("a projection and layer norm", () => {
    const x = randomFloats(random, [5, 2, 6], 1);
    const projected = [x, of(1, 36, 6), of(1, 36, 4), ...Array<undefined>(6), of(1, 4, 9)];
    const normed = [x, of(1, 36, 6), of(1, 36, 9)];
    for (const [inputs, attributes] of [
      [projected, {}],
      [normed, { norm_epsilon: 1e-3 }],
    ] as const) {
      const [a, b] = [{}, { weights }].map((more) => run(inputs, { ...attributes, ...more })[0].data);
      const worst = Math.max(...a.map((v, i) => Math.abs(v - b[i])));
      expect(worst).toBeLessThan(weights === "int8" ? 0.1 : 1e-2);
      expect(worst).toBeGreaterThan(0);
    }
  });

  test("a linear of one row and of many", () => {
    for (const [inputs, outputs] of [
      [1, 1],
      [6, 17],
      [40, 33],
    ]) {
      const [w, b, x] = [of(outputs, inputs), of(outputs), randomFloats(random, [9, inputs], 1)];
      const attributes = { weights, activation: { function: "tanh" } };
      const [floats, many] = [{ ...attributes, weights: "float32" }, attributes].map(
        (a) => play("linear", [x, w, b], a, true)[0].data,
      );
      const bound = weights === "int8" ? 0.1 : 1e-2;
      many.forEach((v, i) => expect(Math.abs(v - floats[i])).toBeLessThan(bound));
      for (let r = 0; r < 9; r++) {
        const row = { ...x, shape: [1, inputs], data: x.data.slice(r * inputs, (r + 1) * inputs) };
        expect(play("linear", [row, w, b], attributes, true)[0].data).toEqual(
          many.slice(r * outputs, (r + 1) * outputs),
        );
      }
    }
  });

  test("weights that are not finite", () => {
    const w = of(2, 3);
    w.data[4] = Infinity;
    expect(() => play("linear", [randomFloats(random, [1, 3]), w], { weights }, true)).toThrow(
      `node: expected finite weights for ${weights}, got Infinity in row 1`,
    );
  });
});

test("an LSTM that rounds its state has no projection", () => {
  const random = new Random(4);
  const of = (...shape: number[]) => known(randomFloats(random, shape, 1));
  const inputs = [randomFloats(random, [2, 1, 3]), of(1, 8, 3), of(1, 8, 9), ...Array<undefined>(6), of(1, 9, 2)];
  expect(() => run(inputs, { quantized_state: true })).toThrow("weight_hr: expected none beside quantized_state");
});
