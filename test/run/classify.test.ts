import { expect, test } from "vitest";
import { Model, tensor, type Label } from "../../src/index.ts";
import { difference } from "../support/goldens.ts";
import { example, languageModel, linesOf } from "../support/models.ts";
import { Random } from "../support/random.ts";
import { cellShapes } from "../support/weights.ts";

test.each(["language-id-lstm", "language-id-rnn"])("%s: the label that PyTorch finds, and its probability", (name) => {
  const model = example(name);
  for (const { text, predicted, probability } of linesOf<{ text: string; predicted: string; probability: number }>(
    `${name}.expected.jsonl`,
  )) {
    const [best, ...others] = model.classify<Label[]>(text);
    expect(best.label, text).toBe(predicted);
    expect(Math.abs(best.probability - probability), text).toBeLessThan(1e-4);
    expect(others.length).toBe(2);
    expect(others[0].probability).toBeLessThanOrEqual(best.probability);
  }
  const all = model.classify<Label[]>("Guten Morgen", { top: 100 });
  expect(all.length).toBe(78);
  expect(all.reduce((sum, l) => sum + l.probability, 0)).toBeCloseTo(1, 5);
  expect(model.classify("Guten Morgen", { top: 1 })).toEqual(all.slice(0, 1));
});

test("a net without last labels every timestep; logits go through softmax", () => {
  const tags = (softmax: boolean, labels?: string[]) =>
    languageModel("gru", 4, 5, 2, { softmax }, labels && { labels });
  const named = tags(true, ["a", "b", "c", "d"]).classify<Label[][]>([0, 1, 2, 3, 0], { top: 4 });
  const numbered = tags(false).classify<Label[][]>([0, 1, 2, 3, 0], { top: 4 });
  expect(named.length).toBe(5);
  named.forEach((row, t) => {
    expect(numbered[t].map((l) => "abcd"[Number(l.label)])).toEqual(row.map((l) => l.label));
    expect(
      difference(
        numbered[t].map((l) => l.probability),
        row.map((l) => l.probability),
      ),
    ).toBeLessThan(1e-6);
  });
});

test("of equal labels the first comes first", () => {
  const zero = (name: string, ...shape: number[]) =>
    tensor(name, shape, new Float32Array(shape.reduce((a, b) => a * b, 1)));
  const model = Model.fromTensors([zero("weight_ih_l0", 1, 2), zero("weight_hh_l0", 1, 1), zero("head.weight", 3, 1)], {
    layers: [{ type: "rnn", weights: "" }, { type: "last" }, { type: "linear", weights: "head" }],
  });
  expect(model.classify([1, 2])).toEqual(["0", "1", "2"].map((label) => ({ label, probability: 1 / 3 })));
});

test("refuses top 0 and a net that ends in a cell", () => {
  expect(() => example("language-id-rnn").classify("a", { top: 0 })).toThrow(
    new RangeError("top: expected a whole number of at least 1, got 0"),
  );
  const cell = Model.fromTensors([
    tensor("weight_ih_l0", [1, 1], new Float32Array(1)),
    tensor("weight_hh_l0", [1, 1], new Float32Array(1)),
  ]);
  expect(() => cell.classify([1])).toThrow(
    new TypeError("classify: expected a net that ends in linear or softmax, got rnn"),
  );
});

test("encodeBatch gives the bits of encode, whatever the lengths", () => {
  const model = example("language-id-lstm");
  const random = new Random(1);
  const texts = Array.from({ length: 150 }, () => "abc déf ".repeat(40).slice(0, random.integer(1, 200)));
  const rows = model.encodeBatch(texts);
  expect(rows.length).toBe(150);
  texts.forEach((text, i) => expect(rows[i]).toEqual(model.encode(text)));
  expect(model.encodeBatch([])).toEqual([]);
  expect(() => model.encodeBatch(["a", ""])).toThrow(
    new RangeError("inputs[1]: expected at least one item, got 0 values"),
  );

  const shapes = cellShapes("gru", "", 3, 5, { directions: 2 });
  const both = Model.fromTensors(
    Object.entries(shapes).map(([name, shape]) =>
      tensor(
        name,
        shape,
        random.floats(
          shape.reduce((a, b) => a * b, 1),
          1,
        ),
      ),
    ),
  );
  const series = [7, 1, 30, 2, 7].map((steps) => random.floats(steps * 3, 1));
  both.encodeBatch(series).forEach((row, i) => expect(row).toEqual(both.encode(series[i])));
});
