// What is drawn against the distribution it is drawn from: Pearson's chi-squared.
import { describe, expect, test } from "vitest";
import { distribution, surprise } from "../support/chance.ts";
import { SLOW } from "../support/laws.ts";
import { constantLogits, example } from "../support/models.ts";
import { Random } from "../support/random.ts";

const DRAWS = SLOW ? 100_000 : 20_000;

/** A right sampler goes beyond once in 30,000 times. */
const BOUND = 4;

function count(ids: Int32Array, size: number): Int32Array {
  const counts = new Int32Array(size);
  for (const id of ids) counts[id]++;
  return counts;
}

describe.each([{ deterministic: false }, { deterministic: true }])("%o", (options) => {
  test.each([
    {},
    { temperature: 0.5 },
    { temperature: 3 },
    { topK: 1 },
    { topK: 7 },
    { topK: 1000 },
    { topP: 0.9 },
    { topP: 0.01 },
    { topK: 12, topP: 0.8 },
    { temperature: 1.7, topK: 20, topP: 0.95 },
  ])("%o", (how) => {
    for (const size of [1, 5, 33, 257]) {
      const logits = new Random(size).floats(size, 3);
      const model = constantLogits(logits, options);
      const { ids } = model.generate({ prompt: [0], length: DRAWS, seed: size, ...how });
      const p = distribution(logits, how.temperature, how.topK, how.topP);
      expect(surprise(count(ids, size), p), `${size} outcomes`).toBeLessThan(BOUND);
    }
  });
});

test("the test notices a sampler that is 5 % off", () => {
  const { ids } = constantLogits(new Random(5).floats(33, 3)).generate({
    prompt: [0],
    length: 100_000,
    temperature: 1.05,
  });
  expect(surprise(count(ids, 33), distribution(new Random(5).floats(33, 3)))).toBeGreaterThan(BOUND);
});

test("of equal items the lowest ids are kept", () => {
  const drawn = (how: object) =>
    [
      ...new Set(constantLogits([0, 1, 1, 0, 1, 1, -Infinity]).generate({ prompt: [0], length: 2000, ...how }).ids),
    ].sort();
  expect(drawn({ topK: 2 })).toEqual([1, 2]);
  expect(drawn({ topK: 3 })).toEqual([1, 2, 4]);
  expect(drawn({ topP: 0.4 })).toEqual([1, 2]); // 0.211 each
  expect(drawn({ topK: 4, topP: 0.5 })).toEqual([1, 2]); // 1/4 each
  expect(drawn({ topK: 5 })).toEqual([0, 1, 2, 4, 5]);
  expect(drawn({})).toEqual([0, 1, 2, 3, 4, 5]);
  expect(drawn({ temperature: 0 })).toEqual([1]);
});

test("extreme logits and temperatures", () => {
  const model = constantLogits([-3e38, 3e38, 100, -Infinity]);
  for (const temperature of [0, 1e-300, 1e-3, 1, 1e30])
    expect([...new Set(model.generate({ prompt: [0], length: 50, temperature }).ids)]).toEqual([1]);
  const flat = constantLogits([1, 2, 3, -Infinity]).generate({ prompt: [0], length: 3000, temperature: 1e300 }).ids;
  expect(surprise(count(flat, 4), [1 / 3, 1 / 3, 1 / 3, 0])).toBeLessThan(BOUND);
  for (const bad of [
    [NaN, 0],
    [0, NaN],
    [Infinity, 0, Infinity],
    [0, Infinity],
    [-Infinity, -Infinity],
  ]) {
    for (const temperature of [0, 1]) {
      expect(() => constantLogits(bad).generate({ prompt: [0], length: 3, temperature })).toThrow(
        "generate: expected finite logits, got NaN or Infinity at item 0",
      );
    }
  }
});

test("the language model draws what its softmax says", () => {
  const model = example("char-lm", { deterministic: true });
  const stream = model.stream();
  const p = [..."LOVE, n. A "].map((c) => stream.step(c.charCodeAt(0))).at(-1)!;
  const state = stream.save();
  const counts = new Int32Array(256);
  let seed = 0;
  for (let i = 0; i < DRAWS; i++) {
    stream.load(state);
    const made = stream.generate({ length: 1, seed });
    counts[made.ids[0]]++;
    seed = made.seed;
  }
  expect(surprise(counts, p)).toBeLessThan(BOUND);
}, 60_000);
