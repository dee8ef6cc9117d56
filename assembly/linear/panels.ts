// The packed matrix. A panel holds 16 outputs, one line an input, after their
// biases:
//
//          vector 0   vector 1   vector 2   vector 3
//   bias   b0 .. b3 | b4 .. b7 | b8 ..    | b12 .. b15
//   k = 0  w0 .. w3 | w4 .. w7 | w8 ..    | w12 .. w15
//   k = 1  w0 ..
//
// (a GRU's lines have 3 vectors, its biases 4). Where multiply-add is fused, two
// panels stand side by side, line by line, so that one walk over the inputs
// feeds 8 accumulators and hides the latency; the last of an odd number stands
// alone. Unfused, Node 20 loads all of a turn's weights before it adds: beside 8
// accumulators they spill, and 4 accumulators, two inputs a turn, are 20 % faster.
// A GRU's 3 leave adders idle: its panels are paired in every build, 12 % faster.
import { FUSED } from "../lanes";

/** Bytes of a panel's biases. */
export const BIAS: usize = 64;

/** Panels with lines of 4 vectors that stand side by side, as a global for those who pack. */
export const ABREAST: i32 = FUSED ? 2 : 1;

/** Whether panel `p` of `panels` stands beside another. */
@inline export function paired(p: i32, panels: i32, vectors: i32): bool {
  return (FUSED || vectors == 3) && (p | 1) < panels;
}

/** Bytes from one line of panel `p` to its next; `vectors` in a line. */
@inline export function lineBytes(p: i32, panels: i32, vectors: i32): usize {
  return <usize>(vectors << (paired(p, panels, vectors) ? 5 : 4));
}

/** Address of panel `p`'s biases; a panel alone has `panel` bytes. */
@inline export function biases(w: usize, p: i32, panels: i32, panel: usize, vectors: i32): usize {
  return paired(p, panels, vectors) ? w + panel * (p & ~1) + BIAS * (p & 1) : w + panel * p;
}

/** Address of panel `p`'s line `k`. */
@inline export function line(w: usize, p: i32, panels: i32, panel: usize, vectors: i32, k: i32): usize {
  const first = paired(p, panels, vectors)
    ? w + panel * (p & ~1) + (BIAS << 1) + (vectors << 4) * (p & 1)
    : w + panel * p + BIAS;
  return first + lineBytes(p, panels, vectors) * k;
}
