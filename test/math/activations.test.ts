// The bounds that the headers of assembly/math state, on a dense sample, one
// float32 in 997 of both signs. `npm run test:exhaustive` takes every float32.
import { describe, expect, test } from "vitest";
import { BOUNDS, compileRegions, measure, type Build, type Name } from "./ulp.ts";

const builds: Build[] = Number(process.versions.node.split(".")[0]) >= 22 ? ["base", "relaxed"] : ["base"];

describe.each(builds)("%s", (build) => {
  const regions = compileRegions(build);
  test.each(["tanh", "sigmoid", "exp"] as Name[])("%s", (name) => {
    const { ulp, back } = BOUNDS[name];
    const seen = measure(regions, name, 997);
    expect(seen.worst, `at ${seen.at}, got ${seen.got}, want ${seen.want}`).toBeLessThanOrEqual(ulp);
    expect(seen.outside).toBe(0);
    expect(seen.lostNaN).toBe(0);
    expect(seen.notOdd).toBe(0);
    expect(seen.deepest).toBeLessThanOrEqual(back);
  });

  test("special values", () => {
    const one = (name: Name, x: number) => {
      const floats = new Float32Array(regions.memory.buffer, 65536, 8);
      floats.fill(x);
      regions[name](65536 + 16, 65536, 4);
      return floats[4];
    };
    expect(one("tanh", -0)).toBe(-0);
    expect(one("tanh", 0)).toBe(0);
    expect([one("tanh", Infinity), one("tanh", -Infinity)]).toEqual([1, -1]);
    expect([one("tanh", 1e-45), one("tanh", -1e-45)]).toEqual([Math.fround(1e-45), Math.fround(-1e-45)]);
    expect([one("sigmoid", Infinity), one("sigmoid", -Infinity), one("sigmoid", -0)]).toEqual([1, 0, 0.5]);
    expect([one("exp", Infinity), one("exp", -Infinity), one("exp", -0)]).toEqual([Infinity, 0, 1]);
    for (const name of ["tanh", "sigmoid", "exp"] as Name[]) expect(one(name, NaN)).toBeNaN();
  });
});
