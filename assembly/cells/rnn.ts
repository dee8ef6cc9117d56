// RNN: h' = tanh(b + W x + U h), or another activation in place of tanh
//
// A panel has 16 hidden units, its lines the `inputs` of x first and the `width`
// of h after them:
//
//   b    u0 .. u3 | u4 .. u7 | u8 .. u11 | u12 .. u15
//   x_0  u0 ..
//   ...
//   h_0  u0 ..
//
// Order of summation: bias, inputs in order, recurrent in order.
import { FUSED, madd, storeUpTo } from "../lanes";
import { sigmoid } from "../math/sigmoid";
import { tanh } from "../math/tanh";

/** `sigmoid` only for the gates of a GRU that resets before. */
export const enum Activation { TANH, RELU, SIGMOID }

/** The cell's own equation: the first `count` of h' from a vector of pre-activations. */
@inline function activate(y: usize, a: v128, by: Activation, count: i32): void {
  // pmax(a, 0) is a < 0 ? 0 : a, which keeps NaN.
  if (by == Activation.TANH) storeUpTo(y, tanh(a), count);
  else storeUpTo(y, by == Activation.RELU ? f32x4.pmax(a, f32x4.splat(0)) : sigmoid(a), count);
}

@inline function activatePanel(y: usize, a: v128, b: v128, c: v128, d: v128, by: Activation, count: i32): void {
  activate(y, a, by, count);
  if (count > 4) activate(y + 16, b, by, count - 4);
  if (count > 8) activate(y + 32, c, by, count - 8);
  if (count > 12) activate(y + 48, d, by, count - 12);
}

/**
 * One timestep of one sequence, the activation applied to the accumulators.
 * y [units] is written; it must not overlap x or h.
 * A panel's accumulators start from 64 bytes at `init`, the next panel's `initPanel`
 * bytes on: the biases, or a finished input half (then `inputs` is 0).
 * `skip`: bytes of one panel before its line of x_0, or of h_0 where the input half is finished.
 */
export function rnnStep(
  y: usize, init: usize, initPanel: usize, w: usize, panel: usize, skip: usize,
  x: usize, inputs: i32, h: usize, width: i32, units: i32, by: Activation,
): void {
  if (FUSED) for (; units > 16; units -= 32) {
    let a = v128.load(init), b = v128.load(init, 16), c = v128.load(init, 32), d = v128.load(init, 48);
    let a2 = v128.load(init, 64), b2 = v128.load(init, 80), c2 = v128.load(init, 96), d2 = v128.load(init, 112);
    let v = w + (skip << 1);
    for (let half = 0; half < 2; ++half) {
      let k = half ? h : x;
      for (const end = k + (<usize>(half ? width : inputs) << 2); k < end; k += 4) {
        const s = v128.load32_splat(k);
        a = madd(v128.load(v), s, a);
        b = madd(v128.load(v, 16), s, b);
        c = madd(v128.load(v, 32), s, c);
        d = madd(v128.load(v, 48), s, d);
        a2 = madd(v128.load(v, 64), s, a2);
        b2 = madd(v128.load(v, 80), s, b2);
        c2 = madd(v128.load(v, 96), s, c2);
        d2 = madd(v128.load(v, 112), s, d2);
        v += 128;
      }
    }
    activatePanel(y, a, b, c, d, by, 16);
    activatePanel(y + 64, a2, b2, c2, d2, by, units - 16);
    y += 128;
    init += initPanel << 1;
    w += panel << 1;
  }
  for (; units > 0; units -= 16) {
    let a = v128.load(init), b = v128.load(init, 16), c = v128.load(init, 32), d = v128.load(init, 48);
    let v = w + skip;
    for (let half = 0; half < 2; ++half) {
      let k = half ? h : x;
      const end = k + (<usize>(half ? width : inputs) << 2);
      for (; k + 4 < end; k += 8) {
        const s = v128.load32_splat(k), t = v128.load32_splat(k, 4);
        a = madd(v128.load(v, 64), t, madd(v128.load(v), s, a));
        b = madd(v128.load(v, 80), t, madd(v128.load(v, 16), s, b));
        c = madd(v128.load(v, 96), t, madd(v128.load(v, 32), s, c));
        d = madd(v128.load(v, 112), t, madd(v128.load(v, 48), s, d));
        v += 128;
      }
      if (k < end) {
        const s = v128.load32_splat(k);
        a = madd(v128.load(v), s, a);
        b = madd(v128.load(v, 16), s, b);
        c = madd(v128.load(v, 32), s, c);
        d = madd(v128.load(v, 48), s, d);
        v += 64;
      }
    }
    activatePanel(y, a, b, c, d, by, units);
    y += 64;
    init += initPanel;
    w += panel;
  }
}

/** The activation of one row of a batch, from its finished pre-activations [units]. */
export function rnnGates(y: usize, pre: usize, units: i32, by: Activation): void {
  for (; units > 0; units -= 4) {
    activate(y, v128.load(pre), by, units);
    y += 16;
    pre += 16;
  }
}
