import { describe, expect, test } from "vitest";
import { FormatError, Model, writeSafetensors, type FormatCode } from "../../src/index.ts";
import { cellShapes, weights } from "../support/weights.ts";

const TENSORS = weights({
  "table.weight": [300, 4],
  ...cellShapes("lstm", "cell.", 4, 5),
  "head.weight": [2, 5],
  "head.bias": [2],
});
const LAYERS = [
  { type: "embedding", weights: "table" },
  { type: "lstm", weights: "cell" },
  { type: "last" },
  { type: "linear", weights: "head" },
  { type: "softmax" },
];
const GOOD = { format: "unrolled/1", input: "bytes", labels: ["no", "yes"], layers: LAYERS };

const load = (description: unknown) =>
  Model.fromSafetensors(
    writeSafetensors(TENSORS, {
      unrolled: typeof description === "string" ? description : JSON.stringify(description),
    }),
  );

test("what it says is what is built", () => {
  using model = load(GOOD);
  expect(model.description).toEqual(GOOD);
  expect(model.layers.map((l) => [l.type, l.inputSize, l.outputSize])).toEqual([
    ["embedding", 300, 4],
    ["lstm", 4, 5],
    ["last", 5, 5],
    ["linear", 5, 2],
    ["softmax", 2, 2],
  ]);
  expect([model.inputSize, model.outputSize]).toEqual([300, 2]);
  expect(model.states).toEqual([{ weights: "cell.", cells: 1, h: 5, c: 5 }]);
  const { output } = model.run("a text");
  expect(output[0] + output[1]).toBeCloseTo(1, 6);
});

test("an option replaces the file's", () => {
  const file = writeSafetensors(TENSORS, { unrolled: JSON.stringify({ ...GOOD, layers: [{ type: "attention" }] }) });
  using model = Model.fromSafetensors(file, { input: "ids", layers: LAYERS.slice(0, 4) as never });
  expect(model.description).toEqual({ input: "ids", layers: LAYERS.slice(0, 4) });
  expect(() => model.run("a text")).toThrow(/input "bytes"/);
});

describe("refused", () => {
  const withLayer = (i: number, layer: object) => ({ ...GOOD, layers: LAYERS.map((l, k) => (k === i ? layer : l)) });
  test.each<[string, unknown, FormatCode, string]>([
    ["text that is no JSON", "{", "description", "JSON"],
    ["null", null, "description", "description: expected an object, got null"],
    ["no layers", { format: "unrolled/1" }, "description", "layers: expected a value, got none"],
    ["an empty list of layers", { layers: [] }, "description", "layers: expected a list of layers"],
    [
      "another format",
      { ...GOOD, format: "unrolled/2" },
      "description",
      'format: expected "unrolled/1", got "unrolled/2"',
    ],
    ["another input", { ...GOOD, input: "words" }, "description", "input: expected"],
    ["features into an embedding", { ...GOOD, input: "features" }, "description", 'input: expected "ids" or "bytes"'],
    ["labels that are numbers", { ...GOOD, labels: [0, 1] }, "description", "labels[0]: expected a string, got number"],
    ["a label too few", { ...GOOD, labels: ["no"] }, "description", "labels: expected 2"],
    ["a field that is not known", { ...GOOD, dropout: 0.5 }, "unsupported", "dropout"],
    [
      "an unknown layer",
      withLayer(1, { type: "transformer", weights: "cell" }),
      "unsupported",
      "layers[1].type: expected",
    ],
    [
      "a layer of Object.prototype",
      withLayer(1, { type: "constructor", weights: "cell" }),
      "unsupported",
      "constructor",
    ],
    ["a layer without a type", withLayer(1, { weights: "cell" }), "unsupported", "layers[1].type"],
    ["a layer that is a string", { ...GOOD, layers: ["lstm"] }, "description", "layers[0]: expected an object"],
    [
      "an option that is not run",
      withLayer(1, { type: "lstm", weights: "cell", zoneout: 0.1 }),
      "unsupported",
      "layers[1].zoneout",
    ],
    [
      "another nonlinearity",
      { layers: [{ type: "rnn", weights: "cell", nonlinearity: "sin" }] },
      "description",
      'nonlinearity: expected "tanh" or "relu", got "sin"',
    ],
    [
      "a clip of 0",
      withLayer(1, { type: "lstm", weights: "cell", clip: 0 }),
      "description",
      "clip: expected a number above 0, got 0",
    ],
    [
      "a clip in words",
      withLayer(1, { type: "lstm", weights: "cell", clip: "3" }),
      "description",
      'clip: expected a number, got "3"',
    ],
    [
      "a GRU's option for an LSTM",
      withLayer(1, { type: "lstm", weights: "cell", reset: "before" }),
      "unsupported",
      "layers[1].reset",
    ],
    [
      "an LSTM's option for a GRU",
      withLayer(1, { type: "gru", weights: "cell", input_forget: true }),
      "unsupported",
      "layers[1].input_forget",
    ],
    [
      "hard gates without a slope",
      withLayer(1, { type: "lstm", weights: "cell", gate: "hard_sigmoid" }),
      "description",
      "alpha",
    ],
    ["a slope without hard gates", withLayer(1, { type: "lstm", weights: "cell", alpha: 0.2 }), "description", "alpha"],
    [
      "a direction that is none",
      withLayer(1, { type: "lstm", weights: "cell", direction: "backward" }),
      "description",
      "direction: expected",
    ],
    ["no weights", withLayer(1, { type: "lstm" }), "description", "layers[1].weights: expected a value"],
    [
      "weights that are not there",
      withLayer(1, { type: "lstm", weights: "other" }),
      "tensor",
      "other.weight_hh_l0: expected a tensor of this name",
    ],
    ["a cell of another kind", withLayer(1, { type: "gru", weights: "cell" }), "shape", "cell.weight_hh_l0"],
    [
      "a tensor left over",
      { ...GOOD, labels: undefined, layers: LAYERS.slice(0, 3) },
      "tensor",
      "no layer uses head.weight, head.bias",
    ],
    [
      "weights used twice",
      { ...GOOD, layers: [...LAYERS, { type: "linear", weights: "head" }] },
      "tensor",
      "head.weight",
    ],
    [
      "last behind a linear layer",
      { ...GOOD, layers: [LAYERS[0], LAYERS[1], LAYERS[3], LAYERS[2], LAYERS[4]] },
      "description",
      "layers[3]: expected rnn, lstm or gru before last",
    ],
    [
      "an embedding in the middle",
      { ...GOOD, layers: [LAYERS[1], LAYERS[0], ...LAYERS.slice(2)] },
      "description",
      "before embedding",
    ],
    ["no cell", { input: "ids", layers: [LAYERS[0]] }, "tensor", "no layer uses"],
  ])("%s", (_, description, code, words) => {
    let error: unknown;
    try {
      load(description);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(FormatError);
    expect((error as Error).message).toContain(words);
    expect((error as FormatError).code).toBe(code);
  });

  test("bytes with fewer than 256 rows", () => {
    const tensors = weights({ "table.weight": [255, 4], ...cellShapes("gru", "cell.", 4, 5) });
    expect(() =>
      Model.fromTensors(tensors, {
        input: "bytes",
        layers: LAYERS.slice(0, 1).concat({ type: "gru", weights: "cell" }) as never,
      }),
    ).toThrow(/256 rows/);
  });

  test("cells of one stack that differ in size", () => {
    const wide = cellShapes("gru", "", 3, 5, { layers: 2 });
    const reverse = cellShapes("gru", "", 3, 5, { directions: 2 });
    expect(() =>
      Model.fromTensors(
        weights({ ...wide, weight_ih_l1: [12, 5], weight_hh_l1: [12, 4], bias_ih_l1: [12], bias_hh_l1: [12] }),
      ),
    ).toThrow(/weight_hh_l1: expected 5 units/);
    expect(() =>
      Model.fromTensors(
        weights({
          ...reverse,
          weight_ih_l0_reverse: [12, 3],
          weight_hh_l0_reverse: [12, 4],
          bias_ih_l0_reverse: [12],
          bias_hh_l0_reverse: [12],
        }),
      ),
    ).toThrow(/weight_hh_l0_reverse: expected 5 units/);
  });
});
