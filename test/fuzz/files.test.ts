// Mutated files are refused with a FormatError or run; nothing else. The long form: npm run fuzz.
import { expect, test } from "vitest";
import { seeds } from "../support/laws.ts";
import { attack, corpus, type Tally } from "./attack.ts";

test("10,000 mutated files", () => {
  const files = corpus(100);
  const tally: Tally = { inputs: 0, accepted: 0, refused: {}, slowest: 0 };
  for (const seed of seeds(1, 10_000, 100_000)) attack(seed, files, tally);
  if (tally.inputs === 1) return;
  const reached = ["truncated", "header", "dtype", "shape", "tensor", "description", "unsupported"];
  expect(Object.keys(tally.refused).sort()).toEqual(reached.sort()); // every refusal is reached
  expect(tally.accepted).toBeGreaterThan(tally.inputs / 100);
});
