// The function that a product's outputs pass through on their way to memory.
import { storeUpTo } from "../lanes";
import { sigmoid } from "./sigmoid";
import { tanh } from "./tanh";

export const enum Activation { NONE, TANH, RELU, SIGMOID }

/** Stores the first `count` lanes of the activation of `a`. */
@inline export function activate(y: usize, a: v128, by: Activation, count: i32): void {
  switch (by) {
    case Activation.TANH: a = tanh(a); break;
    case Activation.RELU: a = f32x4.pmax(a, f32x4.splat(0)); break; // a < 0 ? 0 : a, which keeps NaN
    case Activation.SIGMOID: a = sigmoid(a); break;
  }
  storeUpTo(y, a, count);
}

/** y [count] = the activation of x [count]; reads whole vectors. */
export function activateRow(y: usize, x: usize, by: Activation, count: i32): void {
  for (; count > 0; count -= 4) {
    activate(y, v128.load(x), by, count);
    y += 16;
    x += 16;
  }
}
