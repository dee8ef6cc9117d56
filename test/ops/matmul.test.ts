import { expect, test } from "vitest";
import { at, places, play, randomFloats, randomWhole } from "../support/ops.ts";
import { Random } from "../support/random.ts";

test("every batch, broadcast from either side", () => {
  const random = new Random(11);
  for (const [ba, bb] of [
    [[], []],
    [[3], [3]],
    [[3], []],
    [
      [2, 1],
      [1, 3],
    ],
    [[1], [4]],
    [[2, 3], [3]],
  ] as [number[], number[]][]) {
    for (const [n, k, m] of [
      [1, 1, 1],
      [3, 5, 4],
      [2, 7, 9],
      [5, 4, 17],
      [2, 0, 3],
    ]) {
      for (const draw of [
        (s: number[]) => randomFloats(random, s, 1),
        (s: number[]) => randomWhole(random, s, -9, 9),
      ]) {
        const [a, b] = [draw([...ba, n, k]), draw([...bb, k, m])];
        const [y] = play("matmul", [a, b]);
        let i = 0;
        for (const place of places(y.shape)) {
          const [batch, [row, column]] = [place.slice(0, -2), place.slice(-2)];
          let want = 0;
          for (let j = 0; j < k; j++) want += at(a, [...batch, row, j]) * at(b, [...batch, j, column]);
          expect(Math.abs(y.data[i++] - want)).toBeLessThan(2e-6);
        }
        expect(i).toBe(y.data.length);
      }
    }
  }
});
