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

/** Bytes that a quiet process's heap may grow by over all steps, less than one a step: V8's own bookkeeping. */
const NOISE = 400_000;

function measure(what: string, count: number): Measured {
  const args = [
    "--expose-gc",
    "--max-semi-space-size=256",
    "--min-semi-space-size=256",
    "--import",
    "tsx",
    new URL("quiet.ts", import.meta.url).pathname,
    what,
    `${count}`,
  ];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" }));
}

/**
 * The first of three processes that is as it should be, else the last: the optimizing compiler's garbage comes and
 * goes.
 */
function measureQuiet(what: string, count: number, good: (m: Measured) => boolean): Measured {
  for (let left = 2; ; left--) {
    const measured = measure(what, count);
    if (good(measured) || left === 0) return measured;
  }
}

const quiet = (m: Measured) => m.collections === 0 && m.bytes < NOISE && m.sameBuffer;

describe.each(TIMES)("quiet, time %i", () => {
  test.each([
    "step",
    "step on many streams",
    "step of a graph",
    "blocks of a graph",
    "run of a session",
    "run of a session on tensors",
    "step of a session",
  ])("%s", (what) => {
    const measured = measureQuiet(what, STEPS, quiet);
    expect(measured, JSON.stringify(measured)).toSatisfy(quiet);
  });

  test("run into arrays: at most 320 bytes a call, however long", () => {
    const small = (m: Measured) => m.collections === 0 && m.sameBuffer && m.bytes / RUNS < 320;
    const measured = measureQuiet("run into", RUNS, small);
    expect(measured, JSON.stringify(measured)).toSatisfy(small);
  });
});

describe("not quiet", () => {
  test.each(["step that allocates", "step that keeps a little", "streams that grow the memory"])("%s", (what) => {
    const measured = measure(what, 1_000_000);
    expect(measured, JSON.stringify(measured)).not.toSatisfy(quiet);
  });
});
