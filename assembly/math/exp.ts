import { constant, madd } from "../lanes";

/** Where the constants stand: math/constants.ts. */
const K: usize = 1152;

/** Writes the constants that exp reads. */
export function expConstants(): void {
  store<f32>(K, 89, 0); // overflow
  store<f32>(K, -105, 4); // underflow
  store<f32>(K, 1.4426950408889634, 8); // 1 / ln 2
  store<f32>(K, 12582912, 12); // 1.5 * 2^23
  store<f32>(K, -0.693145751953125, 16); // -ln 2, upper 16 bits
  store<f32>(K, -1.428606820309417e-06, 20); // and the rest
  store<f32>(K, 0.00138145, 24); // q: r^4
  store<f32>(K, 0.00836875, 28); // r^3
  store<f32>(K, 0.04166839, 32); // r^2
  store<f32>(K, 0.1666652, 36); // r
  store<f32>(K, 0.49999993, 40); // 1
  store<f32>(K, 1, 44);
}

/**
 * e^x in four lanes.
 *
 *   x = n ln 2 + r, n an integer, |r| <= ln2/2
 *   e^x = 2^n (1 + (r + r^2 q(r))),  2^n applied as 2^floor(n/2), exact, then the rest: one rounding into denormals
 *
 * -n ln 2 is added in two parts, the first exact (8 + 16 bits).
 * q of degree 4: minimax on |r| <= ln2/2, relative error of e^r 3.1e-9 (Lawson's weights, float64). Degree 3 gains 9 %
 * of the time and errs by 2.3 ULP; the quotient of sigmoid.ts gains 10 %, errs by 2.7 ULP and wobbles.
 *
 * Worst over all 2^32 inputs: 0.989 ULP base, at -27.378984 (0xc1db0829), got 1.28664331793e-12, want
 * 1.28664321072e-12; 1.019 relaxed, at -27.377993, got 1.28792007441e-12, want 1.28791996390e-12. Monotone over every
 * float32. Overflows to Infinity and underflows through the denormals to 0 where e^x rounds there; e^+-0 = 1;
 * NaN gives NaN.
 */
@inline export function exp(x: v128): v128 {
  const v = f32x4.pmax(f32x4.pmin(x, constant(K, 0)), constant(K, 1)); // NaN stays
  const t = madd(v, constant(K, 2), constant(K, 3));
  const n = f32x4.sub(t, constant(K, 3));
  const r = madd(n, constant(K, 5), madd(n, constant(K, 4), v));
  const z = f32x4.mul(r, r);
  const high = madd(r, constant(K, 6), constant(K, 7)), low = madd(r, constant(K, 8), constant(K, 9));
  const q = madd(r, madd(z, high, low), constant(K, 10));
  const p = f32x4.add(constant(K, 11), madd(z, q, r));
  const e = i32x4.shl(t, 23); // n, in the exponent
  const g = i32x4.shl(i32x4.shr_s(e, 24), 23);
  const half = i32x4.add(constant(K, 11), g);
  const rest = i32x4.add(constant(K, 11), i32x4.sub(e, g));
  return f32x4.mul(f32x4.mul(p, half), rest);
}
