// y[o][c] = the largest, the average or the p-norm of the channel's window; pads are never the largest.
//
// Order of summation: taps in order.
import { Pool, PoolRecord } from "../abi";
import { places, tapOf } from "../graph/window";
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

function one(r: PoolRecord, y: usize, x: usize, o: i32, count: i32): void {
  const o2 = o % r.out2,
    rest = o / r.out2,
    o1 = rest % r.out1,
    o0 = rest / r.out1;
  let all = f32x4.splat(r.pool == Pool.MAX ? -Infinity : 0),
    seen = 0;
  for (let k0 = 0; k0 < r.kernel0; ++k0)
    for (let k1 = 0; k1 < r.kernel1; ++k1)
      for (let k2 = 0; k2 < r.kernel2; ++k2) {
        const at = tapOf(r, o0, o1, o2, k0, k1, k2);
        if (at < 0) {
          if (r.counted && padAt(r, o0, o1, o2, k0, k1, k2)) ++seen;
          continue;
        }
        const v = loadUpTo(x + ((<usize>(at * r.channels)) << 2), count, 0);
        ++seen;
        if (r.pool == Pool.MAX) all = v128.bitselect(v, f32x4.max(all, v), f32x4.ne(v, v));
        else if (r.pool == Pool.AVERAGE) all = f32x4.add(all, v);
        else all = f32x4.add(all, power(f32x4.abs(v), r.p));
      }
  if (r.pool == Pool.AVERAGE) all = f32x4.div(all, f32x4.splat(<f32>seen));
  else if (r.pool == Pool.LP) all = r.p == 1 ? all : f32x4.sqrt(all);
  storeUpTo(y, all, count);
}

/** A tap within the pads, which an average may count; past them nothing is. */
@inline function padAt(r: PoolRecord, o0: i32, o1: i32, o2: i32, k0: i32, k1: i32, k2: i32): bool {
  return (
    o0 * r.stride0 + k0 * r.dilation0 - r.pad0 < r.in0 + r.after0 &&
    o1 * r.stride1 + k1 * r.dilation1 - r.pad1 < r.in1 + r.after1 &&
    o2 * r.stride2 + k2 * r.dilation2 - r.pad2 < r.in2 + r.after2
  );
}

/** x^p for p of 1 or 2. */
@inline function power(x: v128, p: i32): v128 {
  return p == 1 ? x : f32x4.mul(x, x);
}
