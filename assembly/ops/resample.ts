// y[o] = sum over taps t of w[o][t] x[i[o][t]]: any resizing of one axis.
//
// Order of summation: taps in order.
import { ResampleRecord } from "../abi";
import { loadUpTo, madd, storeUpTo } from "../lanes";

export function resamples(r: ResampleRecord): void {
  const row = (<usize>r.inner) << 2;
  let y = r.y,
    x = r.x;
  for (let n = r.outer; n > 0; --n) {
    for (let o = 0, i = r.indices, w = r.weights; o < r.out; ++o) {
      for (let c = 0; c < r.inner; c += 4) {
        let sum = f32x4.splat(0);
        for (let t = 0; t < r.taps; ++t) {
          const v = loadUpTo(x + row * load<i32>(i + ((<usize>t) << 2)) + ((<usize>c) << 2), r.inner - c, 0);
          sum = madd(v128.load32_splat(w + ((<usize>t) << 2)), v, sum);
        }
        storeUpTo(y + ((<usize>c) << 2), sum, r.inner - c);
      }
      i += (<usize>r.taps) << 2;
      w += (<usize>r.taps) << 2;
      y += row;
    }
    x += row * r.places;
  }
}
