import { describe, expect, test } from "vitest";
import { difference } from "../support/goldens.ts";
import { example, languageModel, linesOf } from "../support/models.ts";

interface Line {
  readonly input: string;
  readonly bits: number;
  readonly items: number;
  readonly bitsPerItem: number;
}

test.each([{ deterministic: false }, { deterministic: true }])(
  "bits as PyTorch counts them in float64, %o",
  (options) => {
    const model = example("char-lm", options);
    const lines = linesOf<Line>("char-lm.scores.jsonl");
    expect(lines.length).toBe(42);
    for (const { input, bits, items, bitsPerItem } of lines) {
      const score = model.score(input);
      expect(score.items).toBe(items);
      expect(Math.abs(score.bitsPerItem - bitsPerItem), input).toBeLessThan(1e-5);
      expect(Math.abs(score.bits - bits), input).toBeLessThan(1e-2);
      expect(score.perplexity).toBeCloseTo(2 ** bitsPerItem, 3);
    }
  },
);

describe.each([{}, { softmax: true }])("%o", (net) => {
  test("each item's probability is what the step before gives", () => {
    const model = languageModel("lstm", 19, 6, 3, net);
    const ids = Array.from({ length: 200 }, (_, i) => (i * i + 3) % 19);
    const stream = model.stream();
    const expected = ids.slice(0, -1).map((id, i) => {
      const y = stream.step(id);
      if ("softmax" in net) return Math.log(y[ids[i + 1]]);
      return y[ids[i + 1]] - Math.log(y.reduce((sum, x) => sum + Math.exp(x), 0));
    });
    const score = model.score(ids);
    expect(difference(score.logProbabilities, expected)).toBeLessThan(1e-6);
    expect(score.bits).toBeCloseTo(-expected.reduce((a, b) => a + b) / Math.LN2, 3);
  });
});

test("one item has no prediction", () => {
  expect(example("char-lm").score("a")).toEqual({
    items: 0,
    bits: 0,
    bitsPerItem: 0,
    perplexity: 1,
    logProbabilities: new Float64Array(),
  });
});

test.each<[string, () => unknown, RegExp]>([
  [
    "features",
    () => example("sunspots").score([1, 2]),
    /^TypeError: score: expected a net with input "ids" or "bytes", got "features"$/,
  ],
  [
    "a classifier",
    () => example("language-id-rnn").score("ab"),
    /^TypeError: score: expected a net with an output every timestep, got one with last$/,
  ],
  ["nothing", () => example("char-lm").score(""), /^RangeError: x: expected at least one item, got 0 values$/],
])("refuses %s", (_, action, message) => {
  expect(() => action()).toThrow();
  try {
    action();
  } catch (error) {
    expect(String(error)).toMatch(message);
  }
});
