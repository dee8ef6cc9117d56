import { constant } from "../lanes";

/** Where the constant stands: math/constants.ts. */
const K: usize = 1216;

/** Writes the constant that flushed reads. */
export function flushConstants(): void {
  store<f32>(K, 7.888609052210118e-31); // 2^-100
}

/** x, or 0 where |x| < 2^-100; NaN stays. */
@inline export function flushed(x: v128): v128 {
  return v128.andnot(x, f32x4.lt(f32x4.abs(x), constant(K, 0)));
}
