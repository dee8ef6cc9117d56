// y[o] = activation(b + sum over taps k of W_k x[o * stride + k * dilation - pad]), channels last.
//
// Where all of a window's rows stand side by side they are one row of k * C inputs, and those of the next
// output begin stride * C further: the gemm walks x itself. Elsewhere a block of windows is copied to
// patches [rows, k * C], zeros for pads. Order of summation, both ways: bias, taps in order, channels in order.
import { ConvRecord, Unary } from "../abi";
import { places, tapOf, taps } from "../graph/window";
import { copy } from "../lanes";
import { linear } from "../linear/linear";
import { row } from "./unary";

export function convs(r: ConvRecord): void {
  const image = (<usize>(r.in0 * r.in1 * r.in2 * r.channels)) << 2,
    lines = r.out0 * r.out1,
    yRow = (<usize>r.outputs) << 2;
  const inline =
    r.groups == 1 &&
    r.kernel0 == 1 &&
    r.kernel1 == 1 &&
    r.pad0 == 0 &&
    r.pad1 == 0 &&
    (r.dilation2 == 1 || r.kernel2 == 1);
  // Outputs of a line whose windows lie within it.
  let first = r.out2,
    last = r.out2;
  if (inline && r.in2 + r.pad2 >= r.kernel2) {
    first = min(r.out2, (r.pad2 + r.stride2 - 1) / r.stride2);
    last = max(first, min(r.out2, (r.in2 + r.pad2 - r.kernel2) / r.stride2 + 1));
  }
  let y = r.y,
    x = r.x;
  for (let n = r.batch; n > 0; --n) {
    if (inline) {
      for (let i = 0; i < lines; ++i) {
        const o = i * r.out2;
        patched(r, y, x, 0, o, o + first);
        if (last > first) {
          const at = ((i / r.out1) * r.stride0 * r.in1 + (i % r.out1) * r.stride1) * r.in2 + first * r.stride2 - r.pad2;
          linear(
            y + yRow * (o + first),
            yRow,
            r.weights,
            r.panel,
            x + ((<usize>(at * r.channels)) << 2),
            (<usize>(r.stride2 * r.channels)) << 2,
            r.kernel2 * r.channels,
            r.outputs,
            last - first,
          );
        }
        patched(r, y, x, 0, o + last, o + r.out2);
      }
    } else {
      for (let g = 0; g < r.groups; ++g) patched(r, y, x, g, 0, lines * r.out2);
    }
    y += yRow * (lines * r.out2);
    x += image;
  }
  if (r.activation != Unary.IDENTITY) row(r.y, r.y, r.batch * places(r) * r.outputs, r.activation, r.alpha, r.beta);
}

/** Outputs `from` to `to` - 1 of group g, a block of patches at a time. */
function patched(r: ConvRecord, y: usize, x: usize, g: i32, from: i32, to: i32): void {
  const channels = r.channels / r.groups,
    outputs = r.outputs / r.groups,
    inputs = taps(r) * channels;
  const yRow = (<usize>r.outputs) << 2;
  x += (<usize>(g * channels)) << 2;
  y += (<usize>(g * outputs)) << 2;
  for (; from < to; from += r.rows) {
    const rows = min(r.rows, to - from);
    for (let i = 0, p = r.patches; i < rows; ++i) p = window(r, p, x, from + i, channels);
    linear(
      y + yRow * from,
      yRow,
      r.weights + r.group * g,
      r.panel,
      r.patches,
      (<usize>inputs) << 2,
      inputs,
      outputs,
      rows,
    );
  }
}

/** The rows that one output reads, one after the other; those of an axis that stand side by side in one piece. */
function window(r: ConvRecord, p: usize, x: usize, o: i32, channels: i32): usize {
  const o2 = o % r.out2,
    rest = o / r.out2,
    o1 = rest % r.out1,
    o0 = rest / r.out1,
    i2 = o2 * r.stride2 - r.pad2;
  const whole = r.groups == 1 && r.dilation2 == 1 && i2 >= 0 && i2 + r.kernel2 <= r.in2,
    step = whole ? r.kernel2 : 1,
    floats = step * channels;
  for (let k0 = 0; k0 < r.kernel0; ++k0)
    for (let k1 = 0; k1 < r.kernel1; ++k1)
      for (let k2 = 0; k2 < r.kernel2; k2 += step) {
        const at = tapOf(r, o0, o1, o2, k0, k1, k2);
        if (at >= 0) copy(p, x + ((<usize>(at * r.channels)) << 2), floats);
        else memory.fill(p, 0, (<usize>floats) << 2);
        p += (<usize>floats) << 2;
      }
  return p;
}
