// GRU, reset after the product (PyTorch, Keras):
//   r, z = sigmoid(b + W x + U h)
//   n = tanh(b_n + W_n x + r * (d_n + U_n h)),  h' = (1 - z) * n + z * h
//
// The candidate's two halves meet only after the reset gate, so a panel of 4
// hidden units has four biases but three gates a line, m = b_n + W_n x and
// n = d_n + U_n h in turns around r and z:
//
//   b    m0 m1 m2 m3 | r0 r1 r2 r3 | z0 z1 z2 z3 | n0 n1 n2 n3
//   x_0  m0 m1 m2 m3 | r0 r1 r2 r3 | z0 z1 z2 z3
//   h_0                r0 r1 r2 r3 | z0 z1 z2 z3 | n0 n1 n2 n3
//
// Order of summation: bias, inputs in order, recurrent in order.
import { sums } from "../integer/step";
import { INTEGER, madd, storeUpTo } from "../lanes";
import { sigmoid } from "../math/sigmoid";
import { tanh } from "../math/tanh";

/** The cell's own equations: the first `count` of h' from pre-activations and h. */
@inline function gates(y: usize, h: usize, m: v128, r: v128, z: v128, n: v128, count: i32): void {
  const update = sigmoid(z);
  const candidate = tanh(madd(sigmoid(r), n, m));
  const rest = f32x4.mul(f32x4.sub(f32x4.splat(1), update), candidate);
  storeUpTo(y, madd(update, v128.load(h), rest), count);
}

/**
 * One timestep of one sequence, the gates applied to the accumulators.
 * y [units] is written; it must not overlap x or h.
 * A panel's accumulators start from 64 bytes at `init`, the next panel's `initPanel`
 * bytes on: the biases, or a finished input half (then `inputs` is 0).
 * `skip`: bytes of one panel before its line of x_0, or of h_0 where the input half is finished.
 */
export function gruStep(
  y: usize, init: usize, initPanel: usize, w: usize, panel: usize, skip: usize,
  x: usize, inputs: i32, h: usize, width: i32, units: i32,
): void {
  if (INTEGER) return gruGates(y, h, sums<i16>(init, w, panel, x, inputs, h, width, (units + 3) >> 2), units);
  const xEnd = x + (<usize>inputs << 2), hEnd = h + (<usize>width << 2);
  let old = h;
  for (; units > 4; units -= 8) {
    let m = v128.load(init), r = v128.load(init, 16), z = v128.load(init, 32), n = v128.load(init, 48);
    let m2 = v128.load(init, 64), r2 = v128.load(init, 80), z2 = v128.load(init, 96), n2 = v128.load(init, 112);
    let v = w + (skip << 1);
    for (let k = x; k < xEnd; k += 4) {
      const s = v128.load32_splat(k);
      m = madd(v128.load(v), s, m);
      r = madd(v128.load(v, 16), s, r);
      z = madd(v128.load(v, 32), s, z);
      m2 = madd(v128.load(v, 48), s, m2);
      r2 = madd(v128.load(v, 64), s, r2);
      z2 = madd(v128.load(v, 80), s, z2);
      v += 96;
    }
    for (let k = h; k < hEnd; k += 4) {
      const s = v128.load32_splat(k);
      r = madd(v128.load(v), s, r);
      z = madd(v128.load(v, 16), s, z);
      n = madd(v128.load(v, 32), s, n);
      r2 = madd(v128.load(v, 48), s, r2);
      z2 = madd(v128.load(v, 64), s, z2);
      n2 = madd(v128.load(v, 80), s, n2);
      v += 96;
    }
    gates(y, old, m, r, z, n, 4);
    gates(y + 16, old + 16, m2, r2, z2, n2, units - 4);
    y += 32;
    old += 32;
    init += initPanel << 1;
    w += panel << 1;
  }
  for (; units > 0; units -= 4) {
    let m = v128.load(init), r = v128.load(init, 16), z = v128.load(init, 32), n = v128.load(init, 48);
    let v = w + skip;
    for (let k = x; k < xEnd; k += 4) {
      const s = v128.load32_splat(k);
      m = madd(v128.load(v), s, m);
      r = madd(v128.load(v, 16), s, r);
      z = madd(v128.load(v, 32), s, z);
      v += 48;
    }
    for (let k = h; k < hEnd; k += 4) {
      const s = v128.load32_splat(k);
      r = madd(v128.load(v), s, r);
      z = madd(v128.load(v, 16), s, z);
      n = madd(v128.load(v, 32), s, n);
      v += 48;
    }
    gates(y, old, m, r, z, n, units);
    y += 16;
    old += 16;
    init += initPanel;
    w += panel;
  }
}

/** The gates of one row of a batch, from its finished pre-activations [panels][m r z n]. */
export function gruGates(y: usize, h: usize, pre: usize, units: i32): void {
  for (; units > 0; units -= 4) {
    gates(y, h, v128.load(pre), v128.load(pre, 16), v128.load(pre, 32), v128.load(pre, 48), units);
    y += 16;
    h += 16;
    pre += 64;
  }
}
