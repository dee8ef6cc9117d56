import { constant, madd } from "../lanes";

/** Where the constants stand: math/constants.ts. */
const K: usize = 1088;

/** Writes the constants that sigmoid reads. */
export function sigmoidConstants(): void {
  store<f32>(K, 105, 0); // saturation
  store<f32>(K, -105, 4);
  store<f32>(K, 1.4426950408889634, 8); // 1 / ln 2
  store<f32>(K, 12582912, 12); // 1.5 * 2^23
  store<f32>(K, -0.693145751953125, 16); // -ln 2, upper 16 bits
  store<f32>(K, -1.428606820309417e-06, 20); // and the rest
  store<f32>(K, -2.76598e-03, 24); // r coth(r / 2): r^4
  store<f32>(K, 1.6666618e-01, 28); // r coth(r / 2): r^2
  store<f32>(K, 2, 32);
  store<f32>(K, 1, 36);
}

/**
 * sigmoid(x) = 1 / (1 + e^-x) in four lanes, with one division and no select.
 *
 *   x = n ln 2 + r, n an integer, |r| <= ln2/2;  g = floor(n / 2)
 *   e^r = (a + r) / (a - r),  a = r coth(r/2)
 *   sigmoid = 2^g (a + r) / (2^g (a + r) + 2^(g - n) (a - r))
 *
 * The scale is split between numerator and denominator: both stay normal, so the tail goes down through the denormals
 * with the division's single rounding. -n ln 2 is added in two parts, the first exact (8 + 16 bits).
 * 2^g/(2^g + 2^(g-n) e^-r) with a polynomial of degree 6 is monotone and 2.2 ULP, but 15 to 20 % slower.
 *
 * a = 2 + c1 r^2 + c2 r^4: minimax on |r| <= ln2/2, weighted for e^r, relative error 5.2e-10 (Lawson's weights).
 *
 * Worst over all 2^32 inputs: 2.438 ULP base and relaxed, at -1.950915 (0xbff9b795), got 0.12445364148, want
 * 0.12445362331. 1.50 ULP for x >= 0. 0.04 % of neighbours step back, by 1 ULP at most.
 * sigmoid(-Infinity) = 0, sigmoid(+Infinity) = 1, sigmoid(+-0) = 0.5; NaN gives NaN.
 */
@inline export function sigmoid(x: v128): v128 {
  const v = f32x4.pmax(f32x4.pmin(x, constant(K, 0)), constant(K, 1)); // NaN stays
  const t = madd(v, constant(K, 2), constant(K, 3));
  const n = f32x4.sub(t, constant(K, 3));
  const r = madd(n, constant(K, 5), madd(n, constant(K, 4), v));
  const z = f32x4.mul(r, r);
  const a = madd(z, madd(z, constant(K, 6), constant(K, 7)), constant(K, 8));
  const e = i32x4.shl(t, 23); // n, in the exponent
  const g = i32x4.shl(i32x4.shr_s(e, 24), 23);
  const up = i32x4.add(constant(K, 9), g);
  const down = i32x4.sub(up, e);
  const p = f32x4.mul(up, f32x4.add(a, r));
  return f32x4.div(p, madd(down, f32x4.sub(a, r), p));
}
