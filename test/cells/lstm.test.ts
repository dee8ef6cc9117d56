import { expect, test } from "vitest";
import { oneUnit } from "../support/cells.ts";

test("a step by hand", () => {
  // x = 2, h = 0.5, c = 0.8; each row W, b_ih, U, b_hh:
  using model = oneUnit({ type: "lstm", weights: "" }, [
    [1, 0.5, -3, -1], //               2 + 0.5 - 1.5 - 1      = 0       i = 1/2
    [0.5, Math.log(3), -2, 0], //      1 + ln 3 - 1 + 0       = ln 3    f = 3/4
    [-0.25, 0, 1, Math.log(2)], //  -0.5 + 0 + 0.5 + ln 2     = ln 2    g = tanh(ln 2) = 3/5
    [1, -2, 2, -1 - Math.log(3)], //   2 - 2 + 1 - 1 - ln 3   = -ln 3   o = 1/4
  ]);
  const { output, state } = model.run([2], { state: { h: Float32Array.of(0.5), c: Float32Array.of(0.8) } });
  // c' = f c + i g = 0.75 * 0.8 + 0.5 * 0.6 = 0.9;  h' = o tanh(c') = 0.25 * 0.71629787 = 0.17907447
  expect(state.c![0]).toBeCloseTo(0.9, 6);
  expect(state.h[0]).toBeCloseTo(0.17907447, 6);
  expect(output[0]).toBe(state.h[0]);
});
