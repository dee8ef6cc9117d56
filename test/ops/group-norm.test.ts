import { expect, test } from "vitest";
import { floats, places, play, randomFloats, SIZES, type Operand } from "../support/ops.ts";
import { Random } from "../support/random.ts";

/** Each sequence and group by itself, in float64. */
function norm({ shape, data }: Operand, groups: number, epsilon: number, scale?: Operand, bias?: Operand): number[] {
  const channels = shape[shape.length - 1];
  const group = ([b, ...rest]: readonly number[]) => b * groups + Math.floor((rest.at(-1)! * groups) / channels);
  const all = [...places(shape)];
  const parts = new Map<number, number[]>();
  all.forEach((place, i) => parts.set(group(place), [...(parts.get(group(place)) ?? []), data[i]]));
  return all.map((place, i) => {
    const part = parts.get(group(place))!;
    const mean = part.reduce((a, b) => a + b) / part.length;
    const variance = part.reduce((sum, v) => sum + (v - mean) ** 2, 0) / part.length;
    const c = place[place.length - 1];
    return ((data[i] - mean) / Math.sqrt(variance + epsilon)) * (scale?.data[c] ?? 1) + (bias?.data[c] ?? 0);
  });
}

test("every group of every sequence, of sizes that hurt", () => {
  const random = new Random(5);
  for (const n of SIZES) {
    for (const [shape, groups] of [
      [[2, n, 6], 3],
      [[2, n, 6], 6],
      [[1, 3, n, 5], 1],
      [[3, 2, 2 * n], 2],
      [[2, n], 1],
    ] as const) {
      const channels = shape[shape.length - 1];
      const x = floats(
        shape,
        Array.from(randomFloats(random, shape).data, (v) => v + 50),
      );
      const [scale, bias] = [randomFloats(random, [channels]), randomFloats(random, [channels])];
      for (const more of [[], [scale], [undefined, bias], [scale, bias]]) {
        const [y] = play("group_norm", [x, ...more], { groups, epsilon: 1e-3 });
        expect(y.shape).toEqual(shape);
        norm(x, groups, 1e-3, ...more).forEach((want, i) =>
          expect(Math.abs(y.data[i] - want), `[${shape}] of ${groups} at ${i}`).toBeLessThan(2e-4),
        );
      }
    }
  }
});

test("groups that do not divide, numbers of another count", () => {
  const x = floats([1, 2, 3], [1, 2, 3, 4, 5, 6]);
  expect(() => play("group_norm", [x], { groups: 2 })).toThrow(
    "node: attribute groups: expected a divisor of 3, got 2",
  );
  expect(() => play("group_norm", [x], {})).toThrow("node: attribute groups: expected a whole number, got none");
  expect(() => play("group_norm", [x, floats([2], [1, 1])], { groups: 1 })).toThrow(
    "node: scale: expected float32 [3], got float32 [2]",
  );
});
