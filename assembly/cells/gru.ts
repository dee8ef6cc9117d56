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
import { FUSED, madd, storeUpTo } from "../lanes";
import { group } from "../linear/panels";
import { sigmoid } from "../math/sigmoid";
import { tanh } from "../math/tanh";

/**
 * Finishes pre-activations [panels][m r z n] of one sequence: they start from the biases,
 * or where `inputs` is 0 from the finished input half that stands there.
 * `skip`: bytes of one panel before its line of x_0, or of h_0 where the input half is finished.
 */
export function gruSums(
  pre: usize, w: usize, panel: usize, skip: usize,
  x: usize, inputs: i32, h: usize, width: i32, panels: i32,
): void {
  let left = panels * 3;
  for (; FUSED && group(left, 3) == 9; left -= 9) {
    lines(3, pre, inputs ? w : pre, w + skip * 3, x, inputs, h, width);
    pre += 192;
    w += panel * 3;
  }
  for (; group(left, 3) == 6; left -= 6) {
    lines(2, pre, inputs ? w : pre, w + (skip << 1), x, inputs, h, width);
    pre += 128;
    w += panel << 1;
  }
  if (left > 0) lines(1, pre, inputs ? w : pre, w + skip, x, inputs, h, width);
}

/** A group of `n` panels. */
@inline function lines(n: i32, pre: usize, init: usize, v: usize, x: usize, inputs: i32, h: usize, width: i32): void {
  let m = v128.load(init), r = v128.load(init, 16), z = v128.load(init, 32), d = v128.load(init, 48);
  let m2 = m, r2 = m, z2 = m, d2 = m, m3 = m, r3 = m, z3 = m, d3 = m;
  if (n > 1) {
    m2 = v128.load(init, 64);
    r2 = v128.load(init, 80);
    z2 = v128.load(init, 96);
    d2 = v128.load(init, 112);
  }
  if (n > 2) {
    m3 = v128.load(init, 128);
    r3 = v128.load(init, 144);
    z3 = v128.load(init, 160);
    d3 = v128.load(init, 176);
  }
  for (const end = x + (<usize>inputs << 2); x < end; x += 4) {
    const s = v128.load32_splat(x);
    m = madd(v128.load(v), s, m);
    r = madd(v128.load(v, 16), s, r);
    z = madd(v128.load(v, 32), s, z);
    if (n > 1) {
      m2 = madd(v128.load(v, 48), s, m2);
      r2 = madd(v128.load(v, 64), s, r2);
      z2 = madd(v128.load(v, 80), s, z2);
    }
    if (n > 2) {
      m3 = madd(v128.load(v, 96), s, m3);
      r3 = madd(v128.load(v, 112), s, r3);
      z3 = madd(v128.load(v, 128), s, z3);
    }
    v += n * 48;
  }
  for (const end = h + (<usize>width << 2); h < end; h += 4) {
    const s = v128.load32_splat(h);
    r = madd(v128.load(v), s, r);
    z = madd(v128.load(v, 16), s, z);
    d = madd(v128.load(v, 32), s, d);
    if (n > 1) {
      r2 = madd(v128.load(v, 48), s, r2);
      z2 = madd(v128.load(v, 64), s, z2);
      d2 = madd(v128.load(v, 80), s, d2);
    }
    if (n > 2) {
      r3 = madd(v128.load(v, 96), s, r3);
      z3 = madd(v128.load(v, 112), s, z3);
      d3 = madd(v128.load(v, 128), s, d3);
    }
    v += n * 48;
  }
  store(pre, m, r, z, d);
  if (n > 1) store(pre + 64, m2, r2, z2, d2);
  if (n > 2) store(pre + 128, m3, r3, z3, d3);
}

@inline function store(pre: usize, m: v128, r: v128, z: v128, n: v128): void {
  v128.store(pre, m);
  v128.store(pre, r, 16);
  v128.store(pre, z, 32);
  v128.store(pre, n, 48);
}

/**
 * y [units] from h and finished pre-activations [panels][m r z n], in two passes: z and the
 * candidate's sum, then the candidate.
 */
export function gruGates(y: usize, h: usize, pre: usize, units: i32): void {
  const end = pre + (<usize>units << 4);
  for (let p = pre; p < end; p += 64) {
    v128.store(p, madd(sigmoid(v128.load(p, 16)), v128.load(p, 48), v128.load(p)));
    v128.store(p, sigmoid(v128.load(p, 32)), 32);
  }
  for (; units > 0; units -= 4) {
    const z = v128.load(pre, 32);
    const rest = f32x4.mul(f32x4.sub(f32x4.splat(1), z), tanh(v128.load(pre)));
    storeUpTo(y, madd(z, v128.load(h), rest), units);
    y += 16;
    h += 16;
    pre += 64;
  }
}
