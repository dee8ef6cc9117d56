import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readSafetensors } from "../../src/formats/safetensors.ts";
import type { Attributes } from "../../src/graph/graph.ts";
import { toFloat32 } from "../../src/tensors/tensor.ts";
import { floats, known, play, type Operand } from "../support/ops.ts";

interface Case {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly boolean[];
  readonly outputs: number;
  readonly attributes: Attributes;
}

const { tensors, metadata } = readSafetensors(
  readFileSync(new URL("../goldens/ops/dense.safetensors", import.meta.url)),
);
const cases = JSON.parse(metadata.get("cases")!) as Case[];
const read = (name: string): Operand => {
  const t = tensors.find((tensor) => tensor.name === name)!;
  return floats(t.shape, toFloat32(t));
};

/** Weights and biases are known; what a cell begins with is not. */
const KNOWN: Record<string, readonly number[]> = {
  conv: [1, 2],
  conv_transpose: [1, 2],
  linear: [1, 2],
  rnn: [1, 2, 3, 4],
  gru: [1, 2, 3, 4],
  lstm: [1, 2, 3, 4],
};

function run({ name, op, inputs, attributes }: Case, more: Attributes = {}, lengths?: Operand) {
  const operands = inputs.map((there, i) => {
    if (!there) return i === 5 ? lengths : undefined;
    return KNOWN[op]?.includes(i) ? known(read(`${name}.x${i}`)) : read(`${name}.x${i}`);
  });
  return play(op, operands, { ...attributes, ...more }, true);
}

test("there are cases of every op", () => {
  const ops = ["conv", "conv_transpose", "pool", "norm", "softmax", "linear", "rnn", "gru", "lstm"];
  expect([...new Set(cases.map((c) => c.op))].sort()).toEqual(ops.sort());
});

describe("PyTorch in float64", () => {
  test.each(cases.map((c) => [c.name, c] as const))("%s", (name, c) => {
    const made = run(c);
    for (let i = 0; i < c.outputs; i++) {
      const want = read(`${name}.y${i}`);
      expect(made[i].shape).toEqual(want.shape);
      const largest = Math.max(1, ...Array.from(want.data, Math.abs));
      made[i].data.forEach((v, k) => expect(Math.abs(v - want.data[k]) / largest).toBeLessThan(2e-5));
    }
  });
});

describe("one answer however asked", () => {
  const cells = cases.filter((c) => ["rnn", "gru", "lstm"].includes(c.op));

  test.each(cells.map((c) => [c.name, c] as const))(
    "%s: full lengths, a mask that hides nothing, and what only variants need",
    (_, c) => {
      const [steps, batch] = read(`${c.name}.x0`).shape;
      const plain = run(c);
      const lengths: Operand = known({ dtype: "int64", shape: [batch], data: new Int32Array(batch).fill(steps) });
      const mask: Operand = known({
        dtype: "bool",
        shape: [steps, batch],
        data: new Int32Array(steps * batch).fill(1),
      });
      for (const other of [run(c, {}, lengths), run(c, {}, mask), run(c, { clip: 1e6 })]) {
        expect(other.map((o) => o.data)).toEqual(plain.map((o) => o.data));
      }
    },
  );

  test("a convolution with its pads and one over a padded line", () => {
    const c = cases.find(
      (k) => k.op === "conv" && k.attributes.groups === 1 && (k.attributes.pads_before as number[]).join() === "3",
    )!;
    const x = read(`${c.name}.x0`);
    const [padded] = play("pad", [x], { before: [0, 3, 0], after: [0, 3, 0], mode: "constant" });
    const [y] = play(
      "conv",
      [padded, known(read(`${c.name}.x1`)), known(read(`${c.name}.x2`))],
      { ...c.attributes, pads_before: [0], pads_after: [0] },
      true,
    );
    expect(y.data).toEqual(run(c)[0].data);
  });
});

describe("what does not fit is refused", () => {
  const conv = cases.find((c) => c.op === "conv")!;
  test.each([
    [{ groups: 2 }, "attribute groups: expected a divisor"],
    [{ strides: [0] }, "attribute strides: expected 1 numbers of at least 1"],
    [{ kernel: [3] }, "attribute kernel: expected one of"],
    [{ pads_before: [1, 1] }, "attribute pads_before"],
  ] as const)("%j", (more, message) => {
    expect(() => run(conv, more as Attributes)).toThrow(message);
  });

  test("weights that are computed", () => {
    expect(() => play("linear", [floats([1, 2], [1, 2]), floats([1, 2], [1, 2])])).toThrow(
      "expected numbers that are known",
    );
  });
});
