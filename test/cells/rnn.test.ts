import { expect, test } from "vitest";
import { oneUnit } from "../support/cells.ts";

// x = 2, h = 0.5:  W x + b_ih + U h + b_hh = 0.25 * 2 + ln 2 - 1 * 0.5 + 0 = ln 2
const GATES = [[0.25, Math.log(2), -1, 0]] as const;
const state = { h: Float32Array.of(0.5) };

test("a step by hand, tanh", () => {
  using model = oneUnit({ type: "rnn", weights: "" }, GATES);
  // h' = tanh(ln 2) = (4 - 1) / (4 + 1) = 3/5
  expect(model.run([2], { state }).output[0]).toBeCloseTo(0.6, 6);
});

test("a step by hand, relu", () => {
  using model = oneUnit({ type: "rnn", weights: "", nonlinearity: "relu" }, GATES);
  // h' = max(0, ln 2)
  expect(model.run([2], { state }).output[0]).toBeCloseTo(Math.log(2), 6);
  // x = -2:  -0.5 + ln 2 - 0.5 = ln 2 - 1 < 0
  expect(model.run([-2], { state }).output[0]).toBe(0);
});
