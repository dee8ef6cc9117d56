// The LSTM with layer norm against a plain loop in float64; PyTorch's own answers are in test/goldens/nets.
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

test("an LSTM that rounds its state has no projection", () => {
  const random = new Random(4);
  const of = (...shape: number[]) => known(randomFloats(random, shape, 1));
  const inputs = [randomFloats(random, [2, 1, 3]), of(1, 8, 3), of(1, 8, 9), ...Array<undefined>(6), of(1, 9, 2)];
  expect(() => run(inputs, { quantized_state: true })).toThrow("weight_hr: expected none beside quantized_state");
});
