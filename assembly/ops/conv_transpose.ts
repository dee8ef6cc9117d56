// y[o * stride + k * dilation - pad] += W_k x[o]: a convolution run backward, channels last.
//
// A block of rows of x goes through one gemm to [taps, outputs], which are added where they belong.
// Order of summation: bias, then rows of x in order, taps in order; within each, channels in order.
import { ConvTransposeRecord, Unary } from "../abi";
import { places, tapOf, taps } from "../graph/window";
import { copy, loadUpTo, storeUpTo } from "../lanes";
import { linear } from "../linear/linear";
import { row } from "./unary";

export function convTransposes(r: ConvTransposeRecord): void {
  const pixels = r.in0 * r.in1 * r.in2,
    out = places(r),
    yRow = (<usize>r.outputs) << 2,
    xRow = (<usize>r.channels) << 2;
  const channels = r.channels / r.groups,
    outputs = r.outputs / r.groups,
    wide = taps(r) * outputs;
  let y = r.y,
    x = r.x;
  for (let n = r.batch; n > 0; --n) {
    for (let i = 0; i < pixels; ++i) copy(y + yRow * i, r.bias, r.outputs);
    for (let g = 0; g < r.groups; ++g) {
      for (let from = 0; from < out; from += r.rows) {
        const rows = min(r.rows, out - from);
        linear(
          r.patches,
          (<usize>wide) << 2,
          r.weights + r.group * g,
          r.panel,
          x + xRow * from + ((<usize>(g * channels)) << 2),
          xRow,
          channels,
          wide,
          rows,
        );
        for (let i = 0; i < rows; ++i)
          spread(r, y + ((<usize>(g * outputs)) << 2), r.patches + ((<usize>(wide * i)) << 2), from + i, outputs);
      }
    }
    y += yRow * pixels;
    x += xRow * out;
  }
  if (r.activation != Unary.IDENTITY) row(r.y, r.y, r.batch * pixels * r.outputs, r.activation, r.alpha, r.beta);
}

/** Adds the taps of one row of x. */
function spread(r: ConvTransposeRecord, y: usize, t: usize, o: i32, outputs: i32): void {
  const o2 = o % r.out2,
    rest = o / r.out2,
    o1 = rest % r.out1,
    o0 = rest / r.out1;
  for (let k0 = 0; k0 < r.kernel0; ++k0)
    for (let k1 = 0; k1 < r.kernel1; ++k1)
      for (let k2 = 0; k2 < r.kernel2; ++k2) {
        const at = tapOf(r, o0, o1, o2, k0, k1, k2);
        if (at >= 0) {
          for (let c = outputs, from = t, to = y + ((<usize>(at * r.outputs)) << 2); c > 0; c -= 4) {
            storeUpTo(to, f32x4.add(loadUpTo(to, c, 0), loadUpTo(from, c, 0)), c);
            from += 16;
            to += 16;
          }
        }
        t += (<usize>outputs) << 2;
      }
}
