import { exp, log } from "../math/float64";

/** a^b as IEEE 754 has it, through float64: within half a ULP of float32 but for ties; a^2 is a * a. */
export function pow(a: f32, b: f32): f32 {
  if (b == 2) return a * a;
  if (b == 0 || a == 1) return 1;
  if (a != a || b != b) return NaN;
  const m = <f64>abs(a),
    whole = b == trunc(b),
    odd = whole && abs(b) < 16777216 && ((<i32>b) & 1) != 0;
  if (m == 1 && abs(b) == Infinity) return 1;
  if (a < 0 && !whole && m != Infinity) return NaN;
  let y: f64;
  if (m == 0) y = b > 0 ? 0 : Infinity;
  else if (m == Infinity) y = b > 0 ? Infinity : 0;
  else if (whole && abs(b) <= 8) y = power(m, <i32>b);
  else y = exp(<f64>b * log(m));
  const negative = odd && reinterpret<i32>(a) < 0;
  return <f32>(negative ? -y : y);
}

/** Products of a few factors, which float64 keeps exact where float32 could hold them. */
function power(a: f64, n: i32): f64 {
  let y: f64 = 1;
  for (let i = abs(n); i > 0; --i) y *= a;
  return n < 0 ? 1 / y : y;
}
