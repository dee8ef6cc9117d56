// y = exp(x - max x) / sum exp(x - max x)
//
// Order of summation: four partial sums over every fourth element, then
// (0 + 1) + (2 + 3).
import { loadUpTo, storeUpTo } from "../lanes";
import { exp } from "../math/exp";

/** x [rows, width] in place. A row with NaN or +Infinity becomes NaN. */
export function softmax(x: usize, width: i32, rows: i32): void {
  for (; rows > 0; --rows) {
    row(x, width);
    x += (<usize>width) << 2;
  }
}


@inline function row(x: usize, width: i32): void {
  let top = f32x4.splat(-Infinity);
  for (let n = width, at = x; n > 0; n -= 4, at += 16) top = f32x4.pmax(top, loadUpTo(at, n, -Infinity));
  top = f32x4.pmax(top, v128.shuffle<f32>(top, top, 2, 3, 0, 1));
  top = f32x4.pmax(top, v128.shuffle<f32>(top, top, 1, 0, 3, 2));

  let sum = f32x4.splat(0);
  for (let n = width, at = x; n > 0; n -= 4, at += 16) {
    const e = exp(f32x4.sub(loadUpTo(at, n, -Infinity), top));
    storeUpTo(at, e, n);
    sum = f32x4.add(sum, e);
  }
  sum = f32x4.add(sum, v128.shuffle<f32>(sum, sum, 1, 0, 3, 2));
  sum = f32x4.add(sum, v128.shuffle<f32>(sum, sum, 2, 3, 0, 1));

  for (let n = width, at = x; n > 0; n -= 4, at += 16) storeUpTo(at, f32x4.div(loadUpTo(at, n, 0), sum), n);
}
