// y[o][c] = activation(b[c] + sum over taps k of w_k[c] x[o * stride + k * dilation - pad][c])
//
// Order of summation: bias, taps in order.
import { DepthwiseRecord, Unary } from "../abi";
import { places, tapOf } from "../graph/window";
import { loadUpTo, madd, padded, storeUpTo } from "../lanes";
import { row } from "./unary";

export function depthwise(r: DepthwiseRecord): void {
  const pixel = (<usize>r.channels) << 2,
    image = pixel * (r.in0 * r.in1 * r.in2),
    line = (<usize>padded(r.channels)) << 2;
  let y = r.y,
    x = r.x;
  for (let n = r.batch; n > 0; --n) {
    for (let o = 0, out = places(r); o < out; ++o) {
      const o2 = o % r.out2,
        rest = o / r.out2,
        o1 = rest % r.out1,
        o0 = rest / r.out1;
      for (let c = 0; c < r.channels; c += 4) {
        let w = r.weights + ((<usize>c) << 2),
          sum = v128.load(w);
        for (let k0 = 0; k0 < r.kernel0; ++k0)
          for (let k1 = 0; k1 < r.kernel1; ++k1)
            for (let k2 = 0; k2 < r.kernel2; ++k2) {
              w += line;
              const at = tapOf(r, o0, o1, o2, k0, k1, k2);
              if (at >= 0)
                sum = madd(v128.load(w), loadUpTo(x + pixel * at + ((<usize>c) << 2), r.channels - c, 0), sum);
            }
        storeUpTo(y + ((<usize>c) << 2), sum, r.channels - c);
      }
      y += pixel;
    }
    x += image;
  }
  if (r.activation != Unary.IDENTITY) row(r.y, r.y, r.batch * places(r) * r.channels, r.activation, r.alpha, r.beta);
}
