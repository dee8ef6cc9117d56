// Functions in two lanes of float64, for float32 arguments and results: errors below 1e-8 of the result.
//
// Constants stand in memory (math/constants.ts).

/** Where the constants stand: math/constants.ts. */
const K: usize = 1280;

/** Places of the constants. */
const EXP: i32 = 5; // 1 / 10!, 1 / 9!, ... 1 / 1!
const ATANH: i32 = 15; // 1 / 19, 1 / 17, ... 1 / 1
const ERF: i32 = 25;

/** Writes the constants that the functions read. */
export function float64Constants(): void {
  set(0, 700);
  set(1, -700);
  set(2, 1.4426950408889634); // 1 / ln 2
  set(3, 6755399441055744); // 1.5 * 2^52
  set(4, 0.6931471805599453); // ln 2
  let factorial: f64 = 1;
  for (let n = 1; n <= 10; ++n) {
    factorial *= n;
    set(EXP + 10 - n, 1 / factorial);
    set(ATANH + 10 - n, 1 / <f64>(2 * n - 1));
  }
  set(ERF, -1.3202145725149106e-08);
  set(ERF + 1, 4.684759857333742e-06);
  set(ERF + 2, 0.00037960834166841337);
  set(ERF + 3, 0.003849614954184906);
  set(ERF + 4, 0.054316914355539994);
  set(ERF + 5, 0.18520334283257298);
  set(ERF + 6, 1.1283791693756258);
  set(ERF + 7, 6.311041541555484e-05);
  set(ERF + 8, 0.0013075698887008013);
  set(ERF + 9, 0.01546209463676626);
  set(ERF + 10, 0.11395845463548804);
  set(ERF + 11, 0.4974656029239327);
  set(ERF + 12, 1);
  set(ERF + 13, 4);
}

function set(i: i32, value: f64): void {
  store<f64>(K + (<usize>i << 3), value);
}

@inline function k(i: i32): v128 {
  return v128.load64_splat(K + (<usize>i << 3));
}

/** p r + constant i */
@inline function next(p: v128, r: v128, i: i32): v128 {
  return f64x2.add(f64x2.mul(p, r), k(i));
}

/**
 * The polynomial whose ten constants stand from `i`, the highest power first; in pairs, for Horner waits on each term.
 */
@inline function ten(r: v128, i: i32): v128 {
  const r2 = f64x2.mul(r, r), r4 = f64x2.mul(r2, r2);
  const a = next(k(i), r, i + 1), b = next(k(i + 2), r, i + 3), c = next(k(i + 4), r, i + 5);
  const d = next(k(i + 6), r, i + 7), e = next(k(i + 8), r, i + 9);
  const high = f64x2.add(f64x2.mul(f64x2.add(f64x2.mul(a, r4), f64x2.add(f64x2.mul(b, r2), c)), r4), f64x2.mul(d, r2));
  return f64x2.add(high, e);
}

/**
 * x = n ln 2 + r, |r| <= ln2/2:  e^x = 2^n (1 + r q(r)),  e^x - 1 = 2^n r q(r) + (2^n - 1); Taylor's q, to r^9.
 * Held within +-700, which float32 cannot tell from infinity.
 */
@inline function exponential(x: v128, minus: bool): v128 {
  const v = f64x2.pmax(f64x2.pmin(x, k(0)), k(1)); // NaN stays
  const t = f64x2.add(f64x2.mul(v, k(2)), k(3));
  const r = f64x2.sub(v, f64x2.mul(f64x2.sub(t, k(3)), k(4)));
  const rq = f64x2.mul(r, ten(r, EXP));
  const scale = i64x2.shl(i64x2.add(t, i64x2.splat(1023)), 52);
  return f64x2.add(f64x2.mul(scale, rq), minus ? f64x2.sub(scale, k(ERF + 12)) : scale);
}

export function exps(x: v128): v128 {
  return exponential(x, false);
}

export function exp(x: f64): f64 {
  return f64x2.extract_lane(exps(f64x2.splat(x)), 0);
}

/** e^x - 1, right near 0 too. */
export function expm1s(x: v128): v128 {
  return exponential(x, true);
}

/** 2 atanh(s) = 2 s (1 + s^2/3 + s^4/5 ...) for |s| <= 1/3. */
@inline function twiceAtanh(s: v128): v128 {
  return f64x2.mul(f64x2.add(s, s), ten(f64x2.mul(s, s), ATANH));
}

/** x = 2^n m, m in [1/sqrt 2, sqrt 2):  ln x = n ln 2 + 2 atanh((m - 1)/(m + 1)). Below 0 NaN, ln 0 = -Infinity. */
export function logs(x: v128): v128 {
  const e = i64x2.shr_s(i64x2.sub(x, i64x2.splat(0x3fe6a09e667f3bcd)), 52);
  const m = i64x2.sub(x, i64x2.shl(e, 52));
  const n = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(e, e, 0, 2, 0, 2));
  const y = f64x2.add(f64x2.mul(n, k(4)), twiceAtanh(f64x2.div(f64x2.sub(m, k(ERF + 12)), f64x2.add(m, k(ERF + 12)))));
  const regular = v128.and(f64x2.gt(x, f64x2.splat(0)), f64x2.lt(x, f64x2.splat(Infinity)));
  const ends = v128.bitselect(f64x2.splat(-Infinity), f64x2.splat(NaN), f64x2.eq(x, f64x2.splat(0)));
  return v128.bitselect(y, v128.bitselect(x, ends, f64x2.gt(x, f64x2.splat(0))), regular);
}

export function log(x: f64): f64 {
  return f64x2.extract_lane(logs(f64x2.splat(x)), 0);
}

/** ln(1 + x) for x >= 0, right near 0 too. */
export function log1ps(x: v128): v128 {
  const small = twiceAtanh(f64x2.div(x, f64x2.add(x, f64x2.splat(2))));
  return v128.bitselect(small, logs(f64x2.add(x, k(ERF + 12))), f64x2.le(x, k(ERF + 12)));
}

/**
 * erf(x) = x P(x^2) / Q(x^2) on [-4, 4], beyond which float32 has +-1: degrees 6 and 5, minimax, relative error 2.1e-9
 * (Lawson's weights, float64).
 */
export function erfs(x: v128): v128 {
  const v = f64x2.pmax(f64x2.pmin(x, k(ERF + 13)), f64x2.neg(k(ERF + 13)));
  const z = f64x2.mul(v, v);
  let p = next(next(next(k(ERF), z, ERF + 1), z, ERF + 2), z, ERF + 3);
  p = next(next(next(p, z, ERF + 4), z, ERF + 5), z, ERF + 6);
  let q = next(next(k(ERF + 7), z, ERF + 8), z, ERF + 9);
  q = next(next(next(q, z, ERF + 10), z, ERF + 11), z, ERF + 12);
  return f64x2.mul(v, f64x2.div(p, q));
}
