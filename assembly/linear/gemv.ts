// y = b + W x + U h over packed panels, for one row of x and h: a timestep of a cell, a linear
// layer, a projection.
//
// Order of summation, for every output: bias, inputs in order, recurrent in order.
import { FUSED, madd, ofIntegers, storeUpTo } from "../lanes";
import { sums } from "../integer/step";
import { activateRow, Activation } from "../math/activation";
import { group } from "./panels";

/**
 * y [outputs] is written; it must not overlap x or h.
 * `pre`: 0, or the finished input half (then `inputs` is 0; it may be y).
 * `skip`: bytes of one panel before its line of x_0, or of h_0 where the input half is finished.
 */
export function gemv(
  y: usize, pre: usize, w: usize, panel: usize, skip: usize,
  x: usize, inputs: i32, h: usize, width: i32, outputs: i32,
): void {
  const panels = (outputs + 15) >> 4;
  if (ofIntegers(panel)) {
    return activateRow(y, sums<i32>(pre ? pre : w, w, panel - 1, x, inputs, h, width, panels), Activation.NONE,
        outputs);
  }
  let left = panels << 2;
  for (; FUSED && group(left, 4) == 8; left -= 8) {
    lines(8, y, pre ? pre : w, w + (skip << 1), x, inputs, h, width, outputs);
    if (pre) pre += 128;
    y += 128;
    w += panel << 1;
    outputs -= 32;
  }
  for (; !FUSED && group(left, 4) == 6; left -= 6) {
    lines(6, y, pre ? pre : w, w + (skip * 3 >> 1), x, inputs, h, width, outputs);
    if (pre) pre += 96;
    y += 96;
    w += panel * 3 >> 1;
    outputs -= 24;
  }
  for (; left > 0; left -= 4) {
    lines(4, y, pre ? pre : w, w + skip, x, inputs, h, width, outputs);
    if (pre) pre += 64;
    y += 64;
    w += panel;
    outputs -= 16;
  }
}

/** A group of `n` vectors. */
@inline export function lines(n: i32, y: usize, init: usize, w: usize, x: usize, inputs: i32, h: usize, width: i32,
    outputs: i32): void {
  let a = v128.load(init), b = v128.load(init, 16), c = v128.load(init, 32), d = v128.load(init, 48);
  let e = a, f = a, g = a, j = a;
  if (n > 4) {
    e = v128.load(init, 64);
    f = v128.load(init, 80);
  }
  if (n > 6) {
    g = v128.load(init, 96);
    j = v128.load(init, 112);
  }
  for (let half = 0; half < 2; ++half) {
    let k = half ? h : x;
    for (const end = k + (<usize>(half ? width : inputs) << 2); k < end; k += 4) {
      const s = v128.load32_splat(k);
      a = madd(v128.load(w), s, a);
      b = madd(v128.load(w, 16), s, b);
      c = madd(v128.load(w, 32), s, c);
      d = madd(v128.load(w, 48), s, d);
      if (n > 4) {
        e = madd(v128.load(w, 64), s, e);
        f = madd(v128.load(w, 80), s, f);
      }
      if (n > 6) {
        g = madd(v128.load(w, 96), s, g);
        j = madd(v128.load(w, 112), s, j);
      }
      w += n << 4;
    }
  }
  if (outputs < n << 2) return some(n, y, a, b, c, d, e, f, g, j, outputs);
  v128.store(y, a);
  v128.store(y, b, 16);
  v128.store(y, c, 32);
  v128.store(y, d, 48);
  if (n > 4) {
    v128.store(y, e, 64);
    v128.store(y, f, 80);
  }
  if (n > 6) {
    v128.store(y, g, 96);
    v128.store(y, j, 112);
  }
}

/** The first `count` outputs of the last group. */
function some(n: i32, y: usize, a: v128, b: v128, c: v128, d: v128, e: v128, f: v128, g: v128, j: v128,
    count: i32): void {
  storeUpTo(y, a, count);
  storeUpTo(y + 16, b, count - 4);
  storeUpTo(y + 32, c, count - 8);
  storeUpTo(y + 48, d, count - 12);
  if (n > 4) {
    storeUpTo(y + 64, e, count - 16);
    storeUpTo(y + 80, f, count - 20);
  }
  if (n > 6) {
    storeUpTo(y + 96, g, count - 24);
    storeUpTo(y + 112, j, count - 28);
  }
}
