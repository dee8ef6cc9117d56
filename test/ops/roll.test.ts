import { expect, test } from "vitest";
import { at, floats, places, play, randomFloats, SIZES } from "../support/ops.ts";
import { Random } from "../support/random.ts";

test("y[(i + shift) mod n] = x[i], along any axis, of sizes that hurt", () => {
  const random = new Random(3);
  for (const n of SIZES) {
    for (const shape of [[n], [n, 3], [2, n], [2, n, 3]]) {
      const axis = shape.indexOf(n);
      for (const shift of [0, 1, -1, n, n - 1, 3 * n + 2, -2 * n - 1]) {
        const x = randomFloats(random, shape);
        const [y] = play("roll", [x], { axis: random.pick([axis, axis - shape.length]), shift });
        expect(y.shape).toEqual(shape);
        const want = [...places(shape)].map((place) =>
          at(
            x,
            place.map((p, a) => (a === axis ? (((p - shift) % n) + n) % n : p)),
          ),
        );
        expect([...y.data], `[${shape}] by ${shift}`).toEqual(want);
      }
    }
  }
});

test("an axis that is not there, a shift that is not whole", () => {
  const x = floats([2], [1, 2]);
  expect(() => play("roll", [x], { axis: 1, shift: 1 })).toThrow("node: expected an axis of 1, got 1");
  expect(() => play("roll", [x], { axis: 0, shift: 0.5 })).toThrow(
    "node: attribute shift: expected a whole number, got 0.5",
  );
});
