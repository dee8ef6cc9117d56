// Mutated files of `unrolled/2` are refused with a FormatError or run; nothing else.
import { expect, test } from "vitest";
import { readGraph } from "../../src/bind/description.ts";
import { writeSafetensors } from "../../src/index.ts";
import { seeds } from "../support/laws.ts";
import { Random } from "../support/random.ts";
import type { Tally } from "./attack.ts";
import { attackGraph, graphCorpus } from "./graphs.ts";

test("10,000 mutated files", () => {
  const corpus = graphCorpus();
  expect(corpus.length).toBeGreaterThan(10);
  const tally: Tally = { inputs: 0, accepted: 0, refused: {}, slowest: 0 };
  for (const seed of seeds(1, 10_000, 100_000)) {
    try {
      attackGraph(new Random(seed), corpus, tally);
    } catch (error) {
      throw new Error(`UNROLLED_SEED=${seed}: ${(error as Error).stack}`, { cause: error });
    }
  }
  if (tally.inputs <= 1) return;
  expect(Object.keys(tally.refused)).toEqual(
    expect.arrayContaining(["description", "dtype", "graph", "header", "shape", "tensor", "truncated", "unsupported"]),
  );
  expect(tally.accepted).toBeGreaterThan(tally.inputs / 50);
}, 600_000);

test("a million nodes are refused at once", () => {
  const node = '{"op":"unary","inputs":["x"],"outputs":["y"],"attributes":{"function":"relu"}}';
  const unrolled = `{"format":"unrolled/2","inputs":[{"name":"x","dtype":"float32","dims":[1]}],"outputs":[{"name":"y","dtype":"float32","dims":[1]}],"nodes":[${Array(1_000_000).fill(node).join()}]}`;
  const file = writeSafetensors([], { unrolled });
  const begin = performance.now();
  expect(() => readGraph(file)).toThrow(/nodes: expected at most 100000, got 1000000/);
  expect(performance.now() - begin).toBeLessThan(20_000);
});
