// y = activation(b + W x + U h) over packed panels, for one row of x and h: a
// timestep of an RNN, a linear layer, a projection.
//
// The activation is applied to the accumulators; nothing is stored before.
//
// Order of summation, for every output: bias, inputs in order, recurrent in order.
import { sums } from "../integer/step";
import { FUSED, INTEGER, madd } from "../lanes";
import { Activation, activate, activateRow } from "../math/activation";

/**
 * y [outputs] is written; it must not overlap x or h.
 * A panel's accumulators start from 64 bytes at `init`, the next panel's `initPanel`
 * bytes on: the biases, or a finished input half (then `inputs` is 0).
 * `skip`: bytes of one panel before its line of x_0, or of h_0 where the input half is finished.
 */
export function gemv(
  y: usize, init: usize, initPanel: usize, w: usize, panel: usize, skip: usize,
  x: usize, inputs: i32, h: usize, width: i32, outputs: i32, by: Activation,
): void {
  if (INTEGER) return activateRow(y, sums<i32>(init, w, panel, x, inputs, h, width, (outputs + 15) >> 4), by, outputs);
  if (FUSED) for (; outputs > 16; outputs -= 32) {
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
    activatePanel(y + 64, a2, b2, c2, d2, by, outputs - 16);
    y += 128;
    init += initPanel << 1;
    w += panel << 1;
  }
  for (; outputs > 0; outputs -= 16) {
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
    activatePanel(y, a, b, c, d, by, outputs);
    y += 64;
    init += initPanel;
    w += panel;
  }
}

function activatePanel(y: usize, a: v128, b: v128, c: v128, d: v128, by: Activation, count: i32): void {
  activate(y, a, by, count);
  if (count > 4) activate(y + 16, b, by, count - 4);
  if (count > 8) activate(y + 32, c, by, count - 8);
  if (count > 12) activate(y + 48, d, by, count - 12);
}
