// A matrix of 8 or 16 bit integers with one float32 scale a row, packed for
// i32x4.dot_i16x8_s. 16 rows (outputs) stand in a panel, the columns in pairs k, k + 1:
//
//   head      64 bytes: limit f32 | bytes a weight | bytes to the next matrix | rows of biases
//   biases    b0 .. b15 of panel 0, b0 .. b15 of panel 1, ... f32, where there are any
//   panel 0   scales  s0 .. s15 f32
//             k = 0   w00 w01 w10 w11 w20 w21 w30 w31 | w40 w41 .. | .. | .. wF0 wF1
//             k = 2   w02 w03 w12 w13 ..
//   panel 1   scales ..
//
// wRC: row R, column C, 0 past the last. A GRU's panels have 12 rows: its lines and scales have
// 3 vectors, its biases 4. An embedding's table has scales [rows] f32 in place of the
// biases, and then its rows of integers, one after the other.
//
// x is quantized to |q| <= limit, a power of two of at most 2^14 that src/pack/integers.ts chooses
// so that limit * max over rows R of (sum over C of |wRC|) <= 2^31 - 1. Every partial sum of
// w q, in any order, is then within int32: the sums are exact, at every size.

@unmanaged export class Matrix {
  limit: f32;
  /** 1 or 2. */
  bytes: i32;
  size: usize;
  /** Vectors of float32 before the panels: the biases', or the scales' of a table. */
  vectors: i32;
}

/** Bytes of a matrix's head. */
export const HEAD: usize = 64;

/** Pairs of columns, an even number. */
@inline export function pairsOf(columns: i32): i32 { return ((columns + 3) >> 2) << 1; }

/** Bytes of a panel for `pairs` pairs of columns. */
@inline export function panelBytes(m: Matrix, pairs: i32, vectors: i32): usize {
  return <usize>vectors * (16 + <usize>pairs * <usize>(m.bytes << 3));
}
