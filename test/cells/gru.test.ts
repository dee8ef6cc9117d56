import { expect, test } from "vitest";
import { oneUnit } from "../support/cells.ts";

test("a step by hand", () => {
  // x = 2, h = 0.5; each row W, b_ih, U, b_hh:
  using model = oneUnit({ type: "gru", weights: "" }, [
    [1, 0.5, -3, -1], //            2 + 0.5 - 1.5 - 1 = 0       r = 1/2
    [0.5, Math.log(3), -2, 0], //   1 + ln 3 - 1 + 0  = ln 3    z = 3/4
    [-1, 1 + Math.log(2), 3, 0.5], // W x + b_in = ln 2 - 1, U h + b_hn = 2:  n = tanh(ln 2 - 1 + 1/2 * 2) = 3/5
  ]);
  // h' = (1 - z) n + z h = 0.25 * 0.6 + 0.75 * 0.5 = 0.525
  expect(model.run([2], { state: { h: Float32Array.of(0.5) } }).output[0]).toBeCloseTo(0.525, 6);
});
