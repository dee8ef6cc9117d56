import { expect, test } from "vitest";
import { at, known, places, play, randomFloats, randomWhole, whole } from "../support/ops.ts";
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

test("integers by known ones of 16 bits, exact, and beyond int32 as int32 wraps", () => {
  const random = new Random(12);
  for (const [n, k, m] of [
    [1, 1, 1],
    [2, 2, 16],
    [3, 7, 17],
    [5, 33, 40],
    [33, 4, 5],
    [70, 9, 31],
  ]) {
    for (const [a, b] of [
      [255, 255],
      [2 ** 31 - 1, 127],
      [2 ** 15, 2 ** 15 - 1],
      [2 ** 31 - 1, 2 ** 15 - 1],
    ]) {
      const left = randomWhole(random, [2, n, k], -a, a);
      left.data[0] = -(2 ** 31);
      const right = randomWhole(random, [k, m], -b - 1, b);
      right.data[0] = -b - 1;
      const y = play("matmul", [left, known(right)], {}, true)[0].data;
      const want = Int32Array.from({ length: 2 * n * m }, (_, i) => {
        const [row, column] = [Math.floor(i / m), i % m];
        let sum = 0;
        for (let j = 0; j < k; j++) sum = (sum + Math.imul(left.data[row * k + j], right.data[j * m + column])) | 0;
        return sum;
      });
      expect(y).toEqual(want);
      expect(play("matmul", [left, right])[0].data).toEqual(want);
    }
  }
});

test("known integers of more than 16 bits", () => {
  const b = known(whole([2, 2], [2 ** 15, 1, -(2 ** 20), -1]));
  expect(play("matmul", [whole([1, 2], [3, 2]), b])[0].data).toEqual(Int32Array.of(3 * 2 ** 15 - 2 ** 21, 1));
});
