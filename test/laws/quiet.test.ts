// Law 2: stepping allocates nothing. Measured in processes of their own, by the heap's growth
// while no collection runs; what allocates on purpose must fail the same check.
import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { SLOW } from "../support/laws.ts";
import type { Measured } from "./quiet.ts";

/** A second or two each: after eight, V8 collects of its own accord. */
const STEPS = 1_000_000;
const RUNS = 5000;
const TIMES = Array.from({ length: SLOW ? 10 : 1 }, (_, i) => i + 1);

/** Bytes that a quiet process's heap may grow by over all steps: the engine's own bookkeeping. */
const NOISE = 200_000;

function measure(what: string, count: number): Measured {
  const args = ["--expose-gc", "--max-semi-space-size=256", "--min-semi-space-size=256", "--import", "tsx", new URL("quiet.ts", import.meta.url).pathname, what, `${count}`];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" }));
}

const quiet = (m: Measured) => m.collections === 0 && m.bytes < NOISE && m.sameBuffer;

describe.each(TIMES)("quiet, time %i", () => {
  test.each(["step", "step on many streams"])("%s", (what) => {
    const measured = measure(what, STEPS);
    expect(measured, JSON.stringify(measured)).toSatisfy(quiet);
  });

  test("run into arrays: at most 320 bytes a call, however long", () => {
    const measured = measure("run into", RUNS);
    expect(measured.collections).toBe(0);
    expect(measured.sameBuffer).toBe(true);
    expect(measured.bytes / RUNS).toBeLessThan(320);
  });
});

describe("not quiet", () => {
  test.each(["step that allocates", "step that keeps a little", "streams that grow the memory"])("%s", (what) => {
    const measured = measure(what, 1_000_000);
    expect(measured, JSON.stringify(measured)).not.toSatisfy(quiet);
  });
});
