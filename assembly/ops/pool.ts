// y[o][c] = the largest, the average or the p-norm of the channel's window; pads are never the largest.
//
// Order of summation: taps in order.
import { Pool, PoolRecord } from "../abi";
import { places } from "../graph/window";
import { loadUpTo, storeUpTo } from "../lanes";

export function pools(r: PoolRecord): void {
  const pixel = (<usize>r.channels) << 2,
    image = pixel * (r.in0 * r.in1 * r.in2);
  let y = r.y,
    x = r.x;
  for (let n = r.batch; n > 0; --n) {
    for (let o = 0, out = places(r); o < out; ++o, y += pixel) {
      for (let c = 0; c < r.channels; c += 4) one(r, y + ((<usize>c) << 2), x + ((<usize>c) << 2), o, r.channels - c);
    }
    x += image;
  }
}

/** Taps that see nothing are passed over, however wide the window: those of each axis are a run. */
function one(r: PoolRecord, y: usize, x: usize, o: i32, count: i32): void {
  const o2 = o % r.out2,
    rest = o / r.out2,
    from0 = (rest / r.out1) * r.stride0 - r.pad0,
    from1 = (rest % r.out1) * r.stride1 - r.pad1,
    from2 = o2 * r.stride2 - r.pad2,
    first0 = tapsTo(0, from0, r.dilation0, r.kernel0),
    first1 = tapsTo(0, from1, r.dilation1, r.kernel1),
    first2 = tapsTo(0, from2, r.dilation2, r.kernel2),
    last0 = tapsTo(r.in0, from0, r.dilation0, r.kernel0),
    last1 = tapsTo(r.in1, from1, r.dilation1, r.kernel1),
    last2 = tapsTo(r.in2, from2, r.dilation2, r.kernel2);
  let all = f32x4.splat(r.pool == Pool.MAX ? -Infinity : 0);
  for (let k0 = first0; k0 < last0; ++k0)
    for (let k1 = first1; k1 < last1; ++k1)
      for (let k2 = first2; k2 < last2; ++k2) {
        const i0 = from0 + k0 * r.dilation0,
          i1 = from1 + k1 * r.dilation1,
          i2 = from2 + k2 * r.dilation2;
        const v = loadUpTo(x + ((<usize>(((i0 * r.in1 + i1) * r.in2 + i2) * r.channels)) << 2), count, 0);
        if (r.pool == Pool.MAX) all = v128.bitselect(v, f32x4.max(all, v), f32x4.ne(v, v));
        else if (r.pool == Pool.AVERAGE) all = f32x4.add(all, v);
        else all = f32x4.add(all, power(f32x4.abs(v), r.p));
      }
  if (r.pool == Pool.AVERAGE) {
    const seen = r.counted
      ? <f32>tapsTo(r.in0 + r.after0, from0, r.dilation0, r.kernel0) *
        <f32>tapsTo(r.in1 + r.after1, from1, r.dilation1, r.kernel1) *
        <f32>tapsTo(r.in2 + r.after2, from2, r.dilation2, r.kernel2)
      : <f32>((last0 - first0) * (last1 - first1) * (last2 - first2));
    all = f32x4.div(all, f32x4.splat(seen));
  } else if (r.pool == Pool.LP) all = r.p == 1 ? all : f32x4.sqrt(all);
  storeUpTo(y, all, count);
}

/** Taps of an axis that stand before `end`, the first at `from`. */
function tapsTo(end: i32, from: i32, dilation: i32, kernel: i32): i32 {
  const room = end - from;
  if (room <= 0) return 0;
  return room > (kernel - 1) * dilation ? kernel : (room + dilation - 1) / dilation;
}

/** x^p for p of 1 or 2. */
@inline function power(x: v128, p: i32): v128 {
  return p == 1 ? x : f32x4.mul(x, x);
}
