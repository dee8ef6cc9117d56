// Integers in some layers, float32 in others: one answer, and each layer what it is in a net of its own.
import { describe, expect, test } from "vitest";
import {
  Model,
  quantizeSafetensors,
  readSafetensors,
  writeSafetensors,
  type Description,
  type Precisions,
} from "../../src/index.ts";
import { difference } from "../support/goldens.ts";
import { same } from "../support/one-answer.ts";
import { Random } from "../support/random.ts";
import { cellShapes, weights as draw } from "../support/weights.ts";

const CELLS = ["rnn", "lstm", "gru"] as const;
const [B, T, IN, H, OUT] = [4, 23, 7, 21, 19];
const LENGTHS = [23, 1, 12, 23];

const shapes = (type: (typeof CELLS)[number]) => ({
  ...cellShapes(type, "first.", IN, H, { layers: 2 }),
  ...cellShapes(type, "second.", H, H + 3),
  "head.weight": [OUT, H + 3],
  "head.bias": [OUT],
});
const description = (type: (typeof CELLS)[number]): Description => ({
  layers: [
    { type, weights: "first" },
    { type, weights: "second" },
    { type: "linear", weights: "head" },
  ],
});
const fileOf = (type: (typeof CELLS)[number]) =>
  writeSafetensors(draw(shapes(type)), { unrolled: JSON.stringify(description(type)) });

describe.each(CELLS)("%s", (type) => {
  const file = fileOf(type);
  const x = new Random(2).floats(B * T * IN, 1);

  test.each<Precisions>([
    { first: "int8", second: "int8" },
    { head: "int16" },
    { second: "int8", head: "float32" },
    { first: "int16", second: "int8", head: "int8" },
  ])("%j: as rows of a ragged batch, alone, step by step, resumed, as a file", (weights) => {
    using model = Model.fromSafetensors(file, { weights });
    using again = Model.fromSafetensors(quantizeSafetensors(file, weights));
    expect([model.memory.build, again.memory.build]).toEqual(["integer", "integer"]);
    const batch = model.run(x, { batch: B, lengths: LENGTHS });
    same(again.run(x, { batch: B, lengths: LENGTHS }).output, batch.output, "from a file");
    LENGTHS.forEach((length, b) => {
      const row = x.subarray(b * T * IN, (b * T + length) * IN);
      const { output } = model.run(row);
      same(output, batch.output.subarray(b * T * OUT, (b * T + length) * OUT), `row ${b}`);
      let stream = model.stream();
      for (let t = 0; t < length; t++) {
        if (t === 9) stream = model.stream(stream.save());
        same(stream.step(row.subarray(t * IN, (t + 1) * IN)), output.subarray(t * OUT, (t + 1) * OUT), `step ${t}`);
      }
    });
  });

  test("float32 cells below an int8 head have the bits of float32, cells of int8 those of int8", () => {
    const states = (weights: Precisions | undefined, deterministic = false) => {
      using model = Model.fromSafetensors(file, { weights, deterministic });
      return model.run(x, { batch: B }).state.h;
    };
    same(states({ head: "int8" }), states(undefined, true), "float32");
    same(states({ first: "int8", second: "int8" }), states("int8"), "int8");
  });

  test("a float32 head costs nothing, an int8 head something", () => {
    const errors = [{ head: "float32" }, { head: "int8" }].map((head) => {
      const weights = { first: "int16", second: "int16", ...head } as Precisions;
      using model = Model.fromSafetensors(file, { weights });
      using floats = Model.fromSafetensors(quantizeSafetensors(file, weights), { weights: "float32" });
      return difference(model.run(x, { batch: B }).output, floats.run(x, { batch: B }).output);
    });
    for (const error of errors) expect(error).toBeLessThan(2e-3); // x and h are rounded, weights are the same
    expect(errors[0]).toBeGreaterThan(0);
  });

  test("what a file keeps", () => {
    const dtypes = (from: Uint8Array) =>
      Object.fromEntries(readSafetensors(from).tensors.map((t) => [t.name, t.dtype]));
    const small = quantizeSafetensors(file, { first: "int8", head: "int16" });
    expect(dtypes(small)).toMatchObject({
      "first.weight_hh_l1": "I8",
      "second.weight_hh_l0": "F32",
      "head.weight": "I16",
    });
    expect(dtypes(quantizeSafetensors(small, { head: "float32" }))).toMatchObject({
      "first.weight_hh_l1": "I8",
      "head.weight": "F32",
    });
    using model = Model.fromSafetensors(small);
    using cell = Model.fromSafetensors(small, { weights: { first: "float32", head: "float32" } });
    expect([model.memory.build, cell.memory.build]).toEqual(["integer", expect.not.stringContaining("integer")]);
  });
});

test("a cell is traced as it is kept", () => {
  const file = fileOf("lstm");
  using mixed = Model.fromSafetensors(file, { weights: { first: "int8" } });
  using floats = Model.fromSafetensors(file);
  const x = new Random(4).floats(5 * IN, 1);
  const [a, b] = [mixed, floats].map((m) => m.trace(x).cells.flatMap((c) => Object.values(c.gates)));
  a.forEach((gate, i) => gate.forEach((v, k) => expect(Math.abs(v - b[i][k])).toBeLessThan(0.02)));
});

test("refused: a name of no layer, what is no precision, a cell of two", () => {
  const open = (weights: unknown) => Model.fromSafetensors(fileOf("gru"), { weights: weights as Precisions });
  expect(() => open({ head: "int8", heat: "int8" })).toThrow(
    /^weights.heat: expected a layer's weights, got none of first.w/,
  );
  expect(() => open({ head: "int4" })).toThrow('weights.head: expected "float32", "int8" or "int16", got "int4"');
  expect(() => open(["int8"])).toThrow(/^weights.0: expected a layer's weights/);
  expect(() => open({ "first.weight_ih_l0": "int8" })).toThrow(
    /^weights.first.weight_ih_l0: expected a layer's weights/,
  );
  using nothing = open({});
  expect(nothing.memory.build).not.toBe("integer");
});
