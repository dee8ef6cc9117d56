// Mutated files of torch.save and numpy.savez are refused with a FormatError or read whole; nothing else.
import { expect, test } from "vitest";
import { seeds } from "../support/laws.ts";
import type { Tally } from "./attack.ts";
import { attackForeign, foreignCorpus } from "./foreign.ts";

test("10,000 mutated files", () => {
  const corpus = foreignCorpus();
  const tally: Tally = { inputs: 0, accepted: 0, refused: {}, slowest: 0 };
  for (const seed of seeds(1, 10_000, 100_000)) attackForeign(seed, corpus, tally);
  if (tally.inputs === 1) return;
  expect(Object.keys(tally.refused).sort()).toEqual(["dtype", "header", "shape", "tensor", "truncated", "unsupported"]); // every refusal is reached
  expect(tally.accepted).toBeGreaterThan(tally.inputs / 100);
});
