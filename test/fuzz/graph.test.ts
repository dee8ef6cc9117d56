// Mutated files of `unrolled/2` are refused with a FormatError or run; nothing else.
import { expect, test } from "vitest";
import { seeds } from "../support/laws.ts";
import { Random } from "../support/random.ts";
import type { Tally } from "./attack.ts";
import { attackGraph, graphCorpus } from "./graph.ts";

test("10,000 mutated files", () => {
  const corpus = graphCorpus(60);
  const tally: Tally = { inputs: 0, accepted: 0, refused: {}, slowest: 0 };
  for (const seed of seeds(1, 10_000, 100_000)) {
    try {
      attackGraph(new Random(seed), corpus, tally);
    } catch (error) {
      throw new Error(`UNROLLED_SEED=${seed}: ${(error as Error).stack}`, { cause: error });
    }
  }
  if (tally.inputs <= 1) return;
  expect(Object.keys(tally.refused)).toEqual(expect.arrayContaining(["dtype", "graph", "header", "shape", "tensor"]));
  expect(tally.accepted).toBeGreaterThan(tally.inputs / 20);
}, 600_000);
