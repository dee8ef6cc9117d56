// LSTM: i, f, o = sigmoid(b + W x + U h), g = tanh(b + W x + U h)
//       c' = f * c + i * g,  h' = o * tanh(c')
//
// The sums are linear/gemv.ts or linear/gemm.ts. A panel has 4 hidden units, its lines the
// `inputs` of x first and the `width` of h after them:
//
//   b    i0 i1 i2 i3 | f0 f1 f2 f3 | g0 g1 g2 g3 | o0 o1 o2 o3
//   x_0  i0 i1 i2 i3 | f0 ..
//   ...
//   h_0  i0 i1 i2 i3 | f0 ..
import { madd, storeUpTo } from "../lanes";
import { flushed } from "../math/flush";
import { sigmoid } from "../math/sigmoid";
import { tanh } from "../math/tanh";

/**
 * y [units] and c [units, whole vectors], in place, from finished pre-activations [panels][i f g o].
 * In two passes: c' and o, which takes the place of i, then tanh(c'). So few operations wait for
 * each other that the core has several panels in flight: a fifth less time.
 */
export function lstmGates(y: usize, c: usize, pre: usize, units: i32): void {
  const end = pre + (<usize>units << 4);
  for (let p = pre, at = c; p < end; p += 64, at += 16) {
    const added = f32x4.mul(sigmoid(v128.load(p)), tanh(v128.load(p, 32)));
    const cell = madd(sigmoid(v128.load(p, 16)), v128.load(at), added);
    v128.store(p, sigmoid(v128.load(p, 48)));
    v128.store(at, cell);
  }
  for (; units > 0; units -= 4) {
    const cell = v128.load(c);
    v128.store(c, flushed(cell));
    storeUpTo(y, f32x4.mul(v128.load(pre), tanh(cell)), units);
    y += 16;
    c += 16;
    pre += 64;
  }
}
