// What a plain state_dict says by itself, and what it leaves open.
import { describe, expect, test } from "vitest";
import { FormatError, Model, tensor, type Description } from "../../src/index.ts";
import { cellShapes, weights } from "../support/weights.ts";

const infer = (shapes: Record<string, readonly number[]>) => Model.fromTensors(weights(shapes)).description;

describe.each(["rnn", "lstm", "gru"] as const)("%s", (type) => {
  const plain = { input: "features", layers: [{ type, weights: "" }] };

  test.each([
    {},
    { layers: 3 },
    { directions: 2 },
    { bias: false },
    { layers: 2, directions: 2, bias: false },
    { cell: true },
    { cell: true, bias: false },
  ])("%o", (options) => {
    for (const H of [1, 2, 4, 5]) expect(infer(cellShapes(type, "", 3, H, options))).toEqual(plain);
  });

  test("under a prefix", () => {
    expect(infer(cellShapes(type, "model.cell.", 3, 5))).toEqual({
      input: "features",
      layers: [{ type, weights: "model.cell" }],
    });
  });

  test("between an embedding and a linear layer, in any order in the file", () => {
    const layers = [
      { type: "embedding", weights: "table" },
      { type, weights: "cell" },
      { type: "linear", weights: "head" },
    ];
    const parts = [
      { "table.weight": [50, 8] },
      cellShapes(type, "cell.", 8, 16),
      { "head.weight": [10, 16], "head.bias": [10] },
    ];
    expect(infer(Object.assign({}, ...parts))).toEqual({ input: "ids", layers });
    expect(infer(Object.assign({}, ...parts.reverse()))).toEqual({ input: "ids", layers });
  });

  test("bidirectional before a linear layer twice as wide", () => {
    const { layers } = infer({
      "head.weight": [10, 12],
      ...cellShapes(type, "cell.", 8, 6, { directions: 2 }),
      "head.bias": [10],
    });
    expect(layers.map((l) => l.type)).toEqual([type, "linear"]);
  });

  test("two of them after each other", () => {
    const { layers } = infer({ ...cellShapes(type, "b.", 5, 7), ...cellShapes(type, "a.", 3, 5) });
    expect(layers).toEqual([
      { type, weights: "a" },
      { type, weights: "b" },
    ]);
  });
});

test("an LSTM with a projection", () => {
  expect(infer(cellShapes("lstm", "", 3, 8, { layers: 2, directions: 2, proj: 3 })).layers).toEqual([
    { type: "lstm", weights: "" },
  ]);
  // 4 * 3 rows by 4 columns would be three times square
  expect(infer(cellShapes("lstm", "", 3, 6, { proj: 4 })).layers[0].type).toBe("lstm");
});

describe("left open, or no net", () => {
  function refusal(shapes: Record<string, readonly number[]>): FormatError {
    try {
      infer(shapes);
    } catch (error) {
      expect(error).toBeInstanceOf(FormatError);
      return error as FormatError;
    }
    throw new Error("expected a FormatError, got none");
  }
  const passed = (error: Error) => JSON.parse(/\{.*\}/.exec(error.message)![0]) as Description;

  test("a square linear layer before or after the cell", () => {
    const shapes = { "square.weight": [16, 16], "square.bias": [16], ...cellShapes("lstm", "cell.", 16, 16) };
    const error = refusal(shapes);
    expect(error.message).toContain("more than one order");
    using model = Model.fromTensors(weights(shapes), passed(error));
    expect(model.layers.length).toBe(2);
  });

  test("a matrix that is an embedding or a linear layer", () => {
    const shapes = { "first.weight": [8, 8], ...cellShapes("gru", "cell.", 8, 5) };
    const error = refusal(shapes);
    expect(passed(error).layers.map((l) => "weights" in l && l.weights)).toEqual(["first", "cell"]);
    using model = Model.fromTensors(weights(shapes), passed(error));
    expect(model.inputSize).toBe(8);
  });

  test("linear layers side by side, a linear layer before a cell, a head that may be tied", () => {
    const linear = (name: string, outputs: number, inputs: number) => ({
      [`${name}.weight`]: [outputs, inputs],
      [`${name}.bias`]: [outputs],
    });
    expect(
      refusal({ ...cellShapes("lstm", "cell.", 3, 16), ...linear("a", 8, 16), ...linear("b", 2, 8) }).message,
    ).toContain("between a and b");
    expect(refusal({ ...linear("a", 8, 3), ...cellShapes("gru", "cell.", 8, 5) }).message).toContain(
      "between a and cell",
    );
    expect(refusal({ ...cellShapes("lstm", "cell.", 16, 16), ...linear("head", 50, 16) }).message).toContain(
      "head may be tied",
    );
  });

  test("a forecaster's head widens nothing before its cell", () => {
    const { layers } = infer({ "fc.weight": [1, 16], "fc.bias": [1], ...cellShapes("lstm", "lstm.", 1, 16) });
    expect(layers.map((l) => l.type)).toEqual(["lstm", "linear"]);
  });

  test("two equal cells", () => {
    expect(refusal({ ...cellShapes("rnn", "a.", 5, 5), ...cellShapes("rnn", "b.", 5, 5) }).message).toContain(
      "more than one order",
    );
  });

  test("layers that do not fit", () => {
    const error = refusal({ ...cellShapes("lstm", "cell.", 3, 5), "head.weight": [10, 6], "head.bias": [10] });
    expect(error.message).toContain("no order");
    expect(passed(error).layers).toEqual([
      { type: "lstm", weights: "cell" },
      { type: "linear", weights: "head" },
    ]);
  });

  test("more layers than are tried", () => {
    const shapes = Object.assign(
      {},
      ...Array.from({ length: 9 }, (_, i) => cellShapes("rnn", `cell${i}.`, i + 1, i + 2)),
    );
    expect(refusal(shapes).code).toBe("description");
  });

  test("a file of many tensors, whose error has a bound", () => {
    const shared = new Float32Array(25);
    for (const name of ["weight", "weight_hh_l0"]) {
      const many = Array.from({ length: 20_000 }, (_, i) => tensor(`layer${i}.${name}`, [5, 5], shared));
      if (name !== "weight") many.push(...many.map((t) => ({ ...t, name: t.name.replace("_hh", "_ih") })));
      const start = performance.now();
      expect(() => Model.fromTensors(many)).toThrow(
        expect.objectContaining({ code: "description", message: expect.stringMatching(/^.{1,3000}$/s) as string }),
      );
      expect(performance.now() - start).toBeLessThan(10_000);
    }
  });

  test.each<[string, Record<string, readonly number[]>, string]>([
    [
      "two gates",
      { weight_ih_l0: [10, 3], weight_hh_l0: [10, 5] },
      "weight_hh_l0: expected [H, H], [3 * H, H] or [4 * H, H], got [10, 5]",
    ],
    ["a convolution", { "conv.weight": [8, 3, 5] }, "conv.weight: expected 2 dimensions"],
    ["none", {}, "expected tensors named as in a PyTorch state_dict, got none"],
    ["other names", { kernel: [3, 4] }, "got kernel"],
    ["a tensor that no layer uses", { ...cellShapes("gru", "", 3, 5), extra: [1] }, "no layer uses extra"],
    ["a linear layer alone", { weight: [3, 4], bias: [3] }, "at least one of rnn, lstm, gru"],
    ["no weight_ih", { weight_hh_l0: [5, 5] }, "weight_ih_l0: expected a tensor of this name"],
    [
      "a missing second layer's half",
      { ...cellShapes("gru", "", 3, 5), weight_ih_l1: [15, 5] },
      "weight_hh_l1: expected a tensor of this name",
    ],
    [
      "a layer left out",
      { ...cellShapes("gru", "", 3, 5), weight_ih_l2: [15, 5], weight_hh_l2: [15, 5] },
      "no layer uses weight_ih_l2, weight_hh_l2",
    ],
  ])("%s", (_, shapes, words) => {
    expect(refusal(shapes).message).toContain(words);
  });
});
