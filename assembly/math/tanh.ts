import { constant, madd } from "../lanes";

/** Where the constants stand: math/constants.ts. */
const K: usize = 1024;

/** Writes the constants that tanh reads. */
export function tanhConstants(): void {
  store<f32>(K, 9.02, 0); // saturation
  store<f32>(K, 2.8853900817779268, 4); // 2 / ln 2
  store<f32>(K, 6291582, 8); // 1.5 * 2^22 + 126
  store<f32>(K, -0.34657359027997264, 12); // -ln 2 / 2
  store<f32>(K, -0.02202481, 16); // r coth r: r^4
  store<f32>(K, 0.33332923, 20); // r coth r: r^2
  store<f32>(K, 1, 24);
  store<f32>(K, 0.5, 28);
  store<f32>(K, 1.401298464324817e-45, 32); // the integer 1
}

/**
 * tanh in four lanes, with one division, odd by construction.
 *
 *   |x| = n ln2/2 + r, n >= 0 an integer, r in [-1/8, 3/8] ln 2
 *   w   = r coth r - r            (e^2r = (r coth r + r) / w)
 *   u   = (2^n - 1)/2 w + 2^n r
 *   tanh |x| = u / (u + w)
 *
 * Numerator and denominator share u, so its rounding fades as 2^n grows; at n = 0 u = r = |x| exactly, which keeps
 * small x, denormals and -0. u + w >= u: never above 1. n is the floor of a sum rounded to halves (magic number
 * 1.5 * 2^22, low bit cleared), not the nearest integer: r stays above -ln2/8, where (2^n - 1)/2 w + 2^n r cancels
 * little. A rational x P4(x^2)/Q4(x^2) is faster by 0.15 ns but errs by 5.8 ULP (base) and 4.9 (relaxed).
 *
 * r coth r = 1 + c1 r^2 + c2 r^4: minimax on |r| <= 3/8 ln 2, relative error 2.5e-8 (Lawson's weights, float64).
 *
 * Worst over all 2^32 inputs: 1.883 ULP base, at 0x1.fe174cp-4 (0.12453394), got 0.12389413267, want 0.12389411864;
 * 1.881 relaxed, at 0.12495337, got 0.12430710346, want 0.12430708944. Not monotone everywhere: 0.03 % of neighbours
 * step back, by 2 ULP at most (at 0.48135263). tanh(+-Infinity) = +-1, from |x| = 9.02 exactly 1; NaN gives NaN.
 */
@inline export function tanh(x: v128): v128 {
  const m = f32x4.abs(x), sign = v128.xor(x, m);
  const v = f32x4.pmin(m, constant(K, 0)); // NaN stays: pmin(a, b) = b < a ? b : a
  const t = v128.andnot(madd(v, constant(K, 1), constant(K, 2)), constant(K, 8));
  const n = f32x4.sub(t, constant(K, 2));
  const r = madd(n, constant(K, 3), v);
  const z = f32x4.mul(r, r);
  const a = madd(z, madd(z, constant(K, 4), constant(K, 5)), constant(K, 6));
  const w = f32x4.sub(a, r);
  const h = i32x4.shl(t, 22); // 2^(n - 1)
  const u = madd(f32x4.sub(h, constant(K, 7)), w, f32x4.mul(f32x4.add(h, h), r));
  return v128.or(f32x4.div(u, f32x4.add(u, w)), sign);
}
