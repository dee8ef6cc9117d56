// RNN: h' = tanh(b + W x + U h), or relu in place of tanh
//
// Packed panel of 16 hidden units: 16 biases, then one line an input, the
// `inputs` of x first and the `width` of h after them:
//
//   b    u0 u1 u2 u3 | u4 .. u7 | u8 .. u11 | u12 .. u15
//   x_0  u0 ..
//   h_0  u0 ..
//
// Order of summation: bias, inputs in order, recurrent in order.
import { FUSED, madd, storeUpTo } from "../lanes";
import { tanh } from "../math/tanh";

/** The cell's own equation: the first `count` of h' from four pre-activations. */
@inline function activate(y: usize, a: v128, relu: bool, count: i32): void {
  // pmax(a, 0) is a < 0 ? 0 : a, which keeps NaN.
  storeUpTo(y, relu ? f32x4.pmax(a, f32x4.splat(0)) : tanh(a), count);
}

/**
 * One timestep of one sequence, the activation applied to the accumulators.
 * y [units] is written; it must not overlap x or h.
 * Accumulators start from `init`, one line of 64 bytes every `initPanel` bytes:
 * the panels' own biases, or a finished input half (then `inputs` is 0).
 * `w`: the first panel's line of x_0, or of h_0 where the input half is finished.
 */
export function rnnStep(
  y: usize, init: usize, initPanel: usize, w: usize, panel: usize,
  x: usize, inputs: i32, h: usize, width: i32, units: i32, relu: bool,
): void {
  // Two panels at once where multiply-add is fused: 8 accumulators hide its latency.
  if (FUSED) for (; units > 16; units -= 32) {
    let a = v128.load(init), b = v128.load(init, 16), c = v128.load(init, 32), d = v128.load(init, 48);
    init += initPanel;
    let a2 = v128.load(init), b2 = v128.load(init, 16), c2 = v128.load(init, 32), d2 = v128.load(init, 48);
    init += initPanel;
    let v = w, v2 = w + panel;
    for (let half = 0; half < 2; ++half) {
      let k = half ? h : x;
      for (const end = k + (<usize>(half ? width : inputs) << 2); k < end; k += 4) {
        const s = v128.load32_splat(k);
        a = madd(v128.load(v), s, a);
        b = madd(v128.load(v, 16), s, b);
        c = madd(v128.load(v, 32), s, c);
        d = madd(v128.load(v, 48), s, d);
        a2 = madd(v128.load(v2), s, a2);
        b2 = madd(v128.load(v2, 16), s, b2);
        c2 = madd(v128.load(v2, 32), s, c2);
        d2 = madd(v128.load(v2, 48), s, d2);
        v += 64;
        v2 += 64;
      }
    }
    panelOut(y, a, b, c, d, relu, 16);
    panelOut(y + 64, a2, b2, c2, d2, relu, units - 16);
    y += 128;
    w += panel << 1;
  }
  for (; units > 0; units -= 16) {
    let a = v128.load(init), b = v128.load(init, 16), c = v128.load(init, 32), d = v128.load(init, 48);
    init += initPanel;
    let v = w;
    for (let half = 0; half < 2; ++half) {
      let k = half ? h : x;
      for (const end = k + (<usize>(half ? width : inputs) << 2); k < end; k += 4) {
        const s = v128.load32_splat(k);
        a = madd(v128.load(v), s, a);
        b = madd(v128.load(v, 16), s, b);
        c = madd(v128.load(v, 32), s, c);
        d = madd(v128.load(v, 48), s, d);
        v += 64;
      }
    }
    panelOut(y, a, b, c, d, relu, units);
    y += 64;
    w += panel;
  }
}

@inline function panelOut(y: usize, a: v128, b: v128, c: v128, d: v128, relu: bool, count: i32): void {
  activate(y, a, relu, count);
  if (count > 4) activate(y + 16, b, relu, count - 4);
  if (count > 8) activate(y + 32, c, relu, count - 8);
  if (count > 12) activate(y + 48, d, relu, count - 12);
}

/** The activation of one row of a batch, from its finished pre-activations [units]. */
export function rnnGates(y: usize, pre: usize, units: i32, relu: bool): void {
  for (; units > 0; units -= 4) {
    activate(y, v128.load(pre), relu, units);
    y += 16;
    pre += 16;
  }
}
