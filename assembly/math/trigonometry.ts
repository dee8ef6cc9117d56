// Sines and their inverses in float64, for float32 arguments and results: errors below 1e-8 of the result.

const HALF_PI: f64 = 1.5707963267948966;

/** What is left of x beside the nearest n pi/2, and n's two lowest bits. */
let quadrant: i32 = 0;
function reduced(x: f64): f64 {
  const m = abs(x);
  quadrant = 0;
  if (m < 0.78) return x;
  if (!(m < Infinity)) return NaN;
  if (m < 120) {
    const n = nearest(x * 0.6366197723675814);
    quadrant = <i32>n & 3;
    return x - n * 1.5707963267341256 - n * 6.077100506506192e-11; // pi/2, upper 33 bits, and the rest
  }
  const r = reducedFar(<f32>m);
  if (x > 0) return r;
  quadrant = -quadrant & 3;
  return -r;
}

/**
 * Payne and Hanek: the mantissa times the 96 bits of 2/pi that matter, 2 bits before the point and 62 after
 * (the scheme of ARM's optimized routines, math/sinf.h).
 */
function reducedFar(x: f32): f64 {
  const bits = reinterpret<u32>(x);
  const at = (bits >> 26) & 15;
  const m = <u64>((bits & 0xffffff | 0x800000) << ((bits >> 23) & 7));
  let sum = (m * window(at)) << 32 | (m * window(at + 8)) >> 32;
  sum += m * window(at + 4);
  const n = (sum + (1 << 61)) >> 62;
  quadrant = <i32>n & 3;
  return <f64><i64>(sum - (n << 62)) * 3.406121580086554e-19; // pi / 2^63
}

/** The four bytes of 2/pi that end with byte i. */
function window(i: i32): u64 {
  let word: u64 = 0;
  for (let j = i - 3; j <= i; ++j) {
    const part: u64 = j < 8 ? 0xa2f9836e4e441529 : j < 16 ? 0xfc2757d1f534ddc0 : 0xdb6295993c439041;
    word = word << 8 | (j < 0 ? 0 : part >> <u64>(56 - ((j & 7) << 3)) & 255);
  }
  return word;
}

/** Taylor's series, for |r| <= pi/4. */
function sine(r: f64): f64 {
  const z = r * r;
  return r * (1 + z * (-1.0 / 6 + z * (1.0 / 120 + z * (-1.0 / 5040 + z * (1.0 / 362880 - z / 39916800)))));
}

function cosine(r: f64): f64 {
  const z = r * r;
  return 1 + z * (-0.5 + z * (1.0 / 24 + z * (-1.0 / 720 + z * (1.0 / 40320 + z * (-1.0 / 3628800 + z / 479001600)))));
}

export function sin(x: f64): f64 {
  const r = reduced(x);
  const s = quadrant & 1 ? cosine(r) : sine(r);
  return quadrant & 2 ? -s : s;
}

export function cos(x: f64): f64 {
  const r = reduced(x);
  const c = quadrant & 1 ? sine(r) : cosine(r);
  return (quadrant + 1) & 2 ? -c : c;
}

export function tan(x: f64): f64 {
  const r = reduced(x), s = sine(r), c = cosine(r);
  return quadrant & 1 ? -c / s : s / c;
}

/** atan |x|: past 1 from 1/x, past tan(pi/12) from the angle beside pi/6, then the series. */
export function atan(x: f64): f64 {
  const m = abs(x);
  let t = m > 1 ? 1 / m : m;
  const far = t > 0.2679491924311227;
  if (far) t = (t * 1.7320508075688772 - 1) / (t + 1.7320508075688772);
  const z = t * t;
  let p: f64 = 0;
  for (let n = 19; n > 1; n -= 2) p = (p + (n & 2 ? -1.0 : 1.0) / <f64>n) * z;
  let y = t * (1 + p);
  if (far) y += 0.5235987755982989;
  if (m > 1) y = HALF_PI - y;
  return copysign(y, x);
}

export function asin(x: f64): f64 {
  return atan(x / sqrt((1 - x) * (1 + x)));
}

export function acos(x: f64): f64 {
  return 2 * atan(sqrt((1 - x) / (1 + x)));
}
