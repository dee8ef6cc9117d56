// LSTM: i, f, o = sigmoid(b + W x + U h), g = tanh(b + W x + U h)
//       c' = f * c + i * g,  h' = o * tanh(c')
//
// A panel has 4 hidden units, its lines the `inputs` of x first and the `width`
// of h after them:
//
//   b    i0 i1 i2 i3 | f0 f1 f2 f3 | g0 g1 g2 g3 | o0 o1 o2 o3
//   x_0  i0 i1 i2 i3 | f0 ..
//   ...
//   h_0  i0 i1 i2 i3 | f0 ..
//
// Order of summation: bias, inputs in order, recurrent in order.
import { sums } from "../integer/step";
import { FUSED, INTEGER, madd, storeUpTo } from "../lanes";
import { sigmoid } from "../math/sigmoid";
import { tanh } from "../math/tanh";

/** The cell's own equations, from pre-activations to c' (in place) and the first `count` of h'. */
@inline function gates(y: usize, c: usize, i: v128, f: v128, g: v128, o: v128, count: i32): void {
  const cell = madd(sigmoid(f), v128.load(c), f32x4.mul(sigmoid(i), tanh(g)));
  v128.store(c, cell);
  storeUpTo(y, f32x4.mul(sigmoid(o), tanh(cell)), count);
}

/**
 * One timestep of one sequence, the gates applied to the accumulators.
 * y [units] and c [units, whole vectors] are written; y must not overlap x or h.
 * A panel's accumulators start from 64 bytes at `init`, the next panel's `initPanel`
 * bytes on: the biases, or a finished input half (then `inputs` is 0).
 * `skip`: bytes of one panel before its line of x_0, or of h_0 where the input half is finished.
 */
export function lstmStep(
  y: usize, c: usize, init: usize, initPanel: usize, w: usize, panel: usize, skip: usize,
  x: usize, inputs: i32, h: usize, width: i32, units: i32,
): void {
  if (INTEGER) return lstmGates(y, c, sums<i32>(init, w, panel, x, inputs, h, width, (units + 3) >> 2), units);
  if (FUSED) for (; units > 4; units -= 8) {
    let i = v128.load(init), f = v128.load(init, 16), g = v128.load(init, 32), o = v128.load(init, 48);
    let i2 = v128.load(init, 64), f2 = v128.load(init, 80), g2 = v128.load(init, 96), o2 = v128.load(init, 112);
    let v = w + (skip << 1);
    for (let half = 0; half < 2; ++half) {
      let k = half ? h : x;
      for (const end = k + (<usize>(half ? width : inputs) << 2); k < end; k += 4) {
        const s = v128.load32_splat(k);
        i = madd(v128.load(v), s, i);
        f = madd(v128.load(v, 16), s, f);
        g = madd(v128.load(v, 32), s, g);
        o = madd(v128.load(v, 48), s, o);
        i2 = madd(v128.load(v, 64), s, i2);
        f2 = madd(v128.load(v, 80), s, f2);
        g2 = madd(v128.load(v, 96), s, g2);
        o2 = madd(v128.load(v, 112), s, o2);
        v += 128;
      }
    }
    gates(y, c, i, f, g, o, 4);
    gates(y + 16, c + 16, i2, f2, g2, o2, units - 4);
    y += 32;
    c += 32;
    init += initPanel << 1;
    w += panel << 1;
  }
  // Two panels' gates follow each other, so that their chains of dependent operations overlap:
  // (8, 32) takes 13 % less. Divisions shared between gates gain under 4 % and lose accuracy.
  for (; units > 0; units -= 8) {
    const two = !FUSED && units > 4; // fused, one panel at most is left
    let i = f32x4.splat(0), f = i, g = i, o = i, i2 = i, f2 = i, g2 = i, o2 = i;
    for (let p = two ? 0 : 1; p < 2; ++p) {
      i2 = i;
      f2 = f;
      g2 = g;
      o2 = o;
      i = v128.load(init);
      f = v128.load(init, 16);
      g = v128.load(init, 32);
      o = v128.load(init, 48);
      let v = w + skip;
      for (let half = 0; half < 2; ++half) {
        let k = half ? h : x;
        const end = k + (<usize>(half ? width : inputs) << 2);
        for (; k + 4 < end; k += 8) {
          const s = v128.load32_splat(k), t = v128.load32_splat(k, 4);
          i = madd(v128.load(v, 64), t, madd(v128.load(v), s, i));
          f = madd(v128.load(v, 80), t, madd(v128.load(v, 16), s, f));
          g = madd(v128.load(v, 96), t, madd(v128.load(v, 32), s, g));
          o = madd(v128.load(v, 112), t, madd(v128.load(v, 48), s, o));
          v += 128;
        }
        if (k < end) {
          const s = v128.load32_splat(k);
          i = madd(v128.load(v), s, i);
          f = madd(v128.load(v, 16), s, f);
          g = madd(v128.load(v, 32), s, g);
          o = madd(v128.load(v, 48), s, o);
          v += 64;
        }
      }
      init += initPanel;
      w += panel;
    }
    if (two) {
      gates(y, c, i2, f2, g2, o2, 4);
      y += 16;
      c += 16;
    }
    gates(y, c, i, f, g, o, two ? units - 4 : units);
    y += 16;
    c += 16;
  }
}

/** The gates of one row of a batch, from its finished pre-activations [panels][i f g o]. */
export function lstmGates(y: usize, c: usize, pre: usize, units: i32): void {
  for (; units > 0; units -= 4) {
    gates(y, c, v128.load(pre), v128.load(pre, 16), v128.load(pre, 32), v128.load(pre, 48), units);
    y += 16;
    c += 16;
    pre += 64;
  }
}
