// The packed matrix. Its outputs stand in vectors of four; a group of vectors stands side by
// side, a line an input after the biases, so that one walk over the inputs feeds all of them:
//
//          vector 0   vector 1         vector 5
//   bias   b0 .. b3 | b4 .. b7 | ... | b20 .. b23
//   k = 0  w0 .. w3 | w4 .. w7 | ... | w20 .. w23
//   k = 1  w0 ..
//
// 16 outputs are a panel: 4 vectors a line; a GRU's lines have 3 vectors a panel, its biases 4.
//
// A group is as wide as V8 has registers for: unfused, products need some too, 6 sums are 5 to 7 % faster
// than 4 on Node 20, and 8 spill. Fused, 8 hide the latency, and three of a GRU's panels are 4 to 10 % faster than two.
import { FUSED } from "../lanes";

/** Bytes of a panel's biases. */
export const BIAS: usize = 64;

/** Vectors in the first group of `left`; `vectors` to a panel's line. */
export function group(left: i32, vectors: i32): i32 {
  if (vectors == 3) {
    if (FUSED && left != 6 && left != 12 && left > 3) return 9;
    return left > 3 ? 6 : 3;
  }
  if (FUSED) return left > 4 ? 8 : 4;
  return left > 4 && left != 8 ? 6 : 4;
}

/** Bytes of a group of `count` vectors, or of its part that has `bytes` in a panel. */
@inline export function groupBytes(count: i32, bytes: usize, vectors: i32): usize {
  return vectors == 4 ? <usize>count * bytes >> 2 : <usize>(count / 3) * bytes;
}
