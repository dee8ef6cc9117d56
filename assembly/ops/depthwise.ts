// y[o][c] = activation(b[c] + sum over taps k of w_k[c] x[o * stride + k * dilation - pad][c])
//
// The taps of an output that are no pads are listed, as bytes from its pixel to theirs and to their weights: once for
// all outputs of a line whose windows lie within it, which go by four so that they share what is read of the weights.
// Order of summation: bias, taps in order.
import { DepthwiseRecord, Unary } from "../abi";
import { tapOf } from "../graph/window";
import { madd, padded, storeUpTo } from "../lanes";
import { row } from "./unary";

export function depthwise(r: DepthwiseRecord): void {
  const pixel = (<usize>r.channels) << 2,
    image = pixel * (r.in0 * r.in1 * r.in2),
    line = pixel * r.out2,
    right = r.in2 + r.pad2 - (r.kernel2 - 1) * r.dilation2;
  // Outputs of a line whose windows lie within it.
  const first = min(r.out2, (r.pad2 + r.stride2 - 1) / r.stride2),
    last = right > 0 ? max(first, min(r.out2, (right - 1) / r.stride2 + 1)) : first;
  let y = r.y,
    x = r.x;
  for (let n = r.batch; n > 0; --n) {
    for (let o0 = 0; o0 < r.out0; ++o0)
      for (let o1 = 0; o1 < r.out1; ++o1) {
        for (let o2 = 0; o2 < r.out2;) {
          const end = listed(r, o0, o1, o2),
            within = o2 >= first && o2 < last,
            stop = within ? last : o2 + 1;
          while (o2 < stop) {
            const next = o2 + 4 <= stop ? 4 : 1;
            by4(r, y + pixel * o2, x + pixel * (r.stride2 * o2), end, next == 4 ? pixel : 0);
            o2 += next;
          }
        }
        if (r.activation != Unary.IDENTITY) row(y, y, r.channels * r.out2, r.activation, r.alpha, r.beta);
        y += line;
      }
    x += image;
  }
}

/** Lists the taps of an output that are no pads; returns where the list ends. */
function listed(r: DepthwiseRecord, o0: i32, o1: i32, o2: i32): usize {
  let to = r.taps,
    w: usize = 0;
  for (let k0 = 0; k0 < r.kernel0; ++k0)
    for (let k1 = 0; k1 < r.kernel1; ++k1)
      for (let k2 = 0; k2 < r.kernel2; ++k2) {
        w += (<usize>padded(r.channels)) << 2;
        const at = tapOf(r, o0, o1, o2, k0, k1, k2);
        if (at < 0) continue;
        store<usize>(to, (<usize>((at - r.stride2 * o2) * r.channels)) << 2);
        store<usize>(to, w, sizeof<usize>());
        to += sizeof<usize>() << 1;
      }
  return to;
}

/** Four outputs `pixel` apart, or with 0 four times the same; may read a vector past a pixel's end. */
function by4(r: DepthwiseRecord, y: usize, x: usize, end: usize, pixel: usize): void {
  const step = pixel * r.stride2;
  let w = r.weights;
  for (let c = r.channels; c > 0; c -= 4) {
    let s0 = v128.load(w),
      s1 = s0,
      s2 = s0,
      s3 = s0;
    for (let tap = r.taps; tap < end; tap += sizeof<usize>() << 1) {
      const at = x + load<usize>(tap),
        v = v128.load(w + load<usize>(tap, sizeof<usize>()));
      s0 = madd(v, v128.load(at), s0);
      s1 = madd(v, v128.load(at + step), s1);
      s2 = madd(v, v128.load(at + step * 2), s2);
      s3 = madd(v, v128.load(at + step * 3), s3);
    }
    storeUpTo(y, s0, c);
    storeUpTo(y + pixel, s1, c);
    storeUpTo(y + pixel * 2, s2, c);
    storeUpTo(y + pixel * 3, s3, c);
    y += 16;
    x += 16;
    w += 16;
  }
}
