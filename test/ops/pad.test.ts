import { describe, expect, test } from "vitest";
import { at, floats, places, play, randomFloats, randomWhole, SIZES } from "../support/ops.ts";
import { Random } from "../support/random.ts";

/** Where a place outside [0, n) comes from. */
const MODES: Record<string, (i: number, n: number) => number> = {
  edge: (i, n) => Math.min(Math.max(i, 0), n - 1),
  wrap: (i, n) => ((i % n) + n) % n,
  reflect(i, n) {
    const period = Math.max(1, 2 * (n - 1));
    const m = ((i % period) + period) % period;
    return m < n ? m : period - m;
  },
};

describe.each(["constant", "edge", "wrap", "reflect"])("%s", (mode) => {
  test("any axes, any pads, and crops", () => {
    const random = new Random(9);
    for (const n of SIZES.slice(1)) {
      for (const shape of [[n], [3, n], [n, 2], [2, n, 3], [2, 2, 2, n]]) {
        const most = Math.min(9, 2 * n);
        const pads = () => shape.map((d) => (d > 3 && random.next() < 0.3 ? -1 : random.integer(0, most)));
        const [before, after] = [pads(), pads()];
        const x = random.pick([randomFloats(random, shape), randomWhole(random, shape, -9, 9)]);
        const value = mode === "constant" ? random.integer(-3, 3) : 0;
        const [y] = play("pad", [x], { before, after, mode, value });
        expect(y.shape).toEqual(shape.map((d, axis) => d + before[axis] + after[axis]));
        const kept = shape.map((d, axis) => d + Math.min(before[axis], 0) + Math.min(after[axis], 0));
        const want = [...places(y.shape)].map((place) => {
          const inside = place.map((p, axis) => p - Math.max(before[axis], 0));
          const outside = inside.some((p, axis) => p < 0 || p >= kept[axis]);
          if (outside && mode === "constant") return value;
          return at(
            x,
            inside.map(
              (p, axis) => (mode === "constant" ? p : MODES[mode](p, kept[axis])) + Math.max(-before[axis], 0),
            ),
          );
        });
        expect([...y.data], `[${shape}] before [${before}] after [${after}]`).toEqual(want);
      }
    }
  });
});

test("PyTorch's words for it", () => {
  const x = floats([4], [1, 2, 3, 4]);
  const padded = (mode: string) => [...play("pad", [x], { before: [2], after: [3], mode })[0].data];
  expect(padded("reflect")).toEqual([3, 2, 1, 2, 3, 4, 3, 2, 1]); // F.pad(x, (2, 3), "reflect")
  expect(padded("edge")).toEqual([1, 1, 1, 2, 3, 4, 4, 4, 4]); // "replicate"
  expect(padded("wrap")).toEqual([3, 4, 1, 2, 3, 4, 1, 2, 3]); // "circular"
});

test("nothing to pad, and nothing to pad from", () => {
  expect([...play("pad", [floats([0, 2], [])], { before: [1, 0], after: [0, 1], value: 5 })[0].data]).toEqual([
    5, 5, 5,
  ]);
  expect(() => play("pad", [floats([0], [])], { before: [1], after: [0], mode: "edge" })).toThrow(
    "node: expected pads that leave something of axis 0 of 0",
  );
  expect(() => play("pad", [floats([2], [1, 2])], { before: [-2], after: [-1] })).toThrow(
    "node: expected pads that leave something of axis 0 of 2",
  );
  expect(() => play("pad", [floats([2], [1, 2])], { before: [1000], after: [0], mode: "reflect" })).toThrow(
    "node: expected at most 256 pads of axis 0",
  );
  expect(() => play("pad", [floats([2], [1, 2])], { before: [1, 1], after: [0], mode: "reflect" })).toThrow(
    "node: expected 1 pads on each side",
  );
});
