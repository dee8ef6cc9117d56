// q = round(x limit / t), x ~ q t / limit, t = max |x|, a row of x at a time: a row's bits do not
// depend on its neighbours. Products then lose at most t / (2 limit) of every x, 2^-15 of
// the row's largest where limit is 2^14.
//
// t is the largest of the bit patterns, as integers: NaN above Infinity above all numbers.
// A row with either becomes 0 with scale NaN: all its outputs are NaN. t is at least
// 2^-100, so that limit / t is finite: smaller x count as 0.
//
// A quantized row: scale t / limit f32 | 12 bytes | q int16, to whole vectors of four, zeros.
import { loadUpTo } from "../lanes";

/** Bytes of a quantized row before its integers. */
export const SCALE: usize = 16;

/** Bytes of a quantized row of `count`. */
@inline export function quantizedRow(count: i32): usize {
  return SCALE + ((<usize>count * 2 + 15) & ~15);
}

/** q [rows, count] in quantized rows from x [rows, count] in rows of `xRow` bytes. */
export function quantize(q: usize, x: usize, xRow: usize, count: i32, rows: i32, limit: f32): void {
  for (const next = quantizedRow(count); rows > 0; --rows) {
    row(q, x, count, limit);
    q += next;
    x += xRow;
  }
}

@inline function row(q: usize, x: usize, count: i32, limit: f32): void {
  let most = i32x4.splat(0x0d800000); // 2^-100
  for (let n = count, at = x; n > 0; n -= 4, at += 16) most = i32x4.max_s(most, f32x4.abs(loadUpTo(at, n, 0)));
  most = i32x4.max_s(most, v128.shuffle<f32>(most, most, 2, 3, 0, 1));
  most = i32x4.max_s(most, v128.shuffle<f32>(most, most, 1, 0, 3, 2));
  const finite = i32x4.extract_lane(most, 0) < 0x7f800000;
  const top = f32x4.extract_lane(most, 0);
  store<f32>(q, finite ? top / limit : NaN);
  const by = f32x4.splat(finite ? limit / top : 0);
  const magic = f32x4.splat(12582912); // 1.5 * 2^23: the low bits of the sum are the rounded integer
  q += SCALE;
  for (; count > 0; count -= 4) {
    const r = i32x4.sub(f32x4.add(f32x4.mul(loadUpTo(x, count, 0), by), magic), magic);
    v128.store64_lane(q, i16x8.narrow_i32x4_s(r, r), 0);
    x += 16;
    q += 8;
  }
}
