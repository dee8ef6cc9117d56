// Functions of one number that go through float64, two lanes at a time or one.
import { Unary } from "../abi";
import { erfs, exps, expm1s, log1ps, logs } from "../math/float64";
import { acos, asin, atan, cos, sin, tan } from "../math/trigonometry";

/** f of four lanes. */
export function rare(x: v128, f: i32, alpha: f32, beta: f32): v128 {
  const low = f32x4.demote_f64x2_zero(two(f64x2.promote_low_f32x4(x), f, alpha, beta));
  const high = f32x4.demote_f64x2_zero(
    two(f64x2.promote_low_f32x4(v128.shuffle<i32>(x, x, 2, 3, 2, 3)), f, alpha, beta),
  );
  return v128.shuffle<i32>(low, high, 0, 1, 4, 5);
}

function two(x: v128, f: i32, alpha: f64, beta: f64): v128 {
  const one = f64x2.splat(1),
    m = f64x2.abs(x);
  switch (f) {
    case Unary.ELU:
      return below(x, f64x2.mul(f64x2.splat(alpha), expm1s(x)));
    case Unary.CELU:
      return below(x, f64x2.mul(f64x2.splat(alpha), expm1s(f64x2.div(x, f64x2.splat(alpha)))));
    case Unary.SELU:
      return f64x2.mul(f64x2.splat(beta), below(x, f64x2.mul(f64x2.splat(alpha), expm1s(x))));
    case Unary.GELU: {
      // nothing is left below -4 sqrt 2
      const v = f64x2.mul(f64x2.pmax(x, f64x2.splat(-5.656854249492381)), f64x2.splat(0.5));
      return f64x2.mul(v, f64x2.add(one, erfs(f64x2.mul(x, f64x2.splat(0.7071067811865476)))));
    }
    case Unary.MISH: {
      // tanh(ln(1 + e^x)) = w / (w + 2), w = e^x (e^x + 2)
      const e = exps(f64x2.pmin(x, f64x2.splat(40)));
      const w = f64x2.mul(e, f64x2.add(e, f64x2.splat(2)));
      return f64x2.mul(x, f64x2.div(w, f64x2.add(w, f64x2.splat(2))));
    }
    case Unary.SOFTPLUS:
      return f64x2.add(f64x2.pmax(x, f64x2.splat(0)), log1ps(exps(f64x2.neg(m))));
    case Unary.LOG:
      return logs(x);
    case Unary.ERF:
      return erfs(x);
    case Unary.SINH: {
      // (e + e / (e + 1)) / 2, e = e^|x| - 1
      const e = expm1s(m);
      return signed(f64x2.mul(f64x2.splat(0.5), f64x2.add(e, f64x2.div(e, f64x2.add(e, one)))), x);
    }
    case Unary.COSH:
      return f64x2.mul(f64x2.splat(0.5), f64x2.add(exps(m), exps(f64x2.neg(m))));
    case Unary.ASINH: {
      // ln(1 + m + m^2 / (1 + sqrt(1 + m^2)))
      const z = f64x2.mul(m, m);
      const y = signed(log1ps(f64x2.add(m, f64x2.div(z, f64x2.add(one, f64x2.sqrt(f64x2.add(one, z)))))), x);
      return v128.bitselect(x, y, f64x2.eq(m, f64x2.splat(Infinity)));
    }
    case Unary.ACOSH: {
      // ln(1 + t + sqrt(t (t + 2))), t = x - 1
      const t = f64x2.sub(x, one);
      const y = log1ps(f64x2.add(t, f64x2.sqrt(f64x2.mul(t, f64x2.add(t, f64x2.splat(2))))));
      return v128.bitselect(f64x2.splat(NaN), y, f64x2.lt(x, one));
    }
    case Unary.ATANH: {
      // ln(1 + 2m / (1 - m)) / 2
      const y = log1ps(f64x2.div(f64x2.add(m, m), f64x2.sub(one, m)));
      return v128.bitselect(f64x2.splat(NaN), signed(f64x2.mul(f64x2.splat(0.5), y), x), f64x2.gt(m, one));
    }
  }
  return f64x2.replace_lane(f64x2.splat(single(f64x2.extract_lane(x, 0), f)), 1, single(f64x2.extract_lane(x, 1), f));
}

/** x from 0 up, y below. */
@inline function below(x: v128, y: v128): v128 {
  return v128.bitselect(y, x, f64x2.lt(x, f64x2.splat(0)));
}

/** y >= 0 with the sign of x. */
@inline function signed(y: v128, x: v128): v128 {
  return v128.or(y, v128.and(x, i64x2.splat(0x8000000000000000)));
}

function single(x: f64, f: i32): f64 {
  switch (f) {
    case Unary.SIN:
      return sin(x);
    case Unary.COS:
      return cos(x);
    case Unary.TAN:
      return tan(x);
    case Unary.ASIN:
      return asin(x);
    case Unary.ACOS:
      return acos(x);
    case Unary.ATAN:
      return atan(x);
    default:
      unreachable();
  }
  return x;
}
