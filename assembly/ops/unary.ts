// y = f(a), four lanes at a time.
import { Unary, UnaryRecord, Word } from "../abi";
import { next } from "../graph/walk";
import { constant, madd, storeUpTo } from "../lanes";
import { exp } from "../math/exp";
import { sigmoid } from "../math/sigmoid";
import { tanh } from "../math/tanh";
import { integers } from "./unary_integer";
import { rare } from "./unary_rare";

/** Where the constants stand: math/constants.ts. */
const K: usize = 1600;

/** Writes the constants that the functions read. */
export function unaryConstants(): void {
  store<f32>(K, 1, 0);
  store<f32>(K, 0.5, 4);
  store<f32>(K, 1.0 / 6, 8);
  store<f32>(K, 1.5957691216057308, 12); // 2 sqrt(2 / pi)
  store<f32>(K, 0.07135481282956, 16); // and * 0.044715
  store<f32>(K, 3, 20);
}

/** False where an integer leaves its type. */
export function unary(r: UnaryRecord): bool {
  do {
    if (r.word == Word.INT) {
      if (!integers(r)) return false;
    } else if (r.yStep == 4 && r.aStep == 4) row(r.y, r.a, r.count, r.unary, r.alpha, r.beta);
    else {
      for (let y = r.y, a = r.a, n = r.count; n > 0; --n) {
        row(y, a, 1, r.unary, r.alpha, r.beta);
        y += r.yStep;
        a += r.aStep;
      }
    }
  } while (next(r));
  return true;
}

/** y [count] = f(a [count]); y may be a; reads whole vectors. A loop a function: none asks which inside. */
export function row(y: usize, a: usize, count: i32, f: i32, alpha: f32, beta: f32): void {
  const u = f32x4.splat(alpha),
    v = f32x4.splat(beta);
  switch (f) {
    case Unary.IDENTITY:
      each(y, a, count, Unary.IDENTITY, u, v);
      break;
    case Unary.RELU:
      each(y, a, count, Unary.RELU, u, v);
      break;
    case Unary.SIGMOID:
      each(y, a, count, Unary.SIGMOID, u, v);
      break;
    case Unary.TANH:
      each(y, a, count, Unary.TANH, u, v);
      break;
    case Unary.LEAKY_RELU:
      each(y, a, count, Unary.LEAKY_RELU, u, v);
      break;
    case Unary.CLIP:
      each(y, a, count, Unary.CLIP, u, v);
      break;
    case Unary.HARD_SIGMOID:
      each(y, a, count, Unary.HARD_SIGMOID, u, v);
      break;
    case Unary.HARD_SWISH:
      each(y, a, count, Unary.HARD_SWISH, u, v);
      break;
    case Unary.SILU:
      each(y, a, count, Unary.SILU, u, v);
      break;
    case Unary.GELU_TANH:
      each(y, a, count, Unary.GELU_TANH, u, v);
      break;
    case Unary.SCALED_TANH:
      each(y, a, count, Unary.SCALED_TANH, u, v);
      break;
    case Unary.AFFINE:
      each(y, a, count, Unary.AFFINE, u, v);
      break;
    case Unary.EXP:
      each(y, a, count, Unary.EXP, u, v);
      break;
    case Unary.SQRT:
      each(y, a, count, Unary.SQRT, u, v);
      break;
    case Unary.ABS:
      each(y, a, count, Unary.ABS, u, v);
      break;
    case Unary.NEG:
      each(y, a, count, Unary.NEG, u, v);
      break;
    case Unary.RECIPROCAL:
      each(y, a, count, Unary.RECIPROCAL, u, v);
      break;
    case Unary.SQUARE:
      each(y, a, count, Unary.SQUARE, u, v);
      break;
    default:
      any(y, a, count, f, alpha, beta);
  }
}

/** Whole vectors; a store that asks how many lanes takes three times as long. */
@inline function each(y: usize, a: usize, count: i32, f: Unary, alpha: v128, beta: v128): void {
  for (; count >= 4; count -= 4) {
    v128.store(y, common(v128.load(a), f, alpha, beta));
    y += 16;
    a += 16;
  }
  if (count > 0) any(y, a, count, f, f32x4.extract_lane(alpha, 0), f32x4.extract_lane(beta, 0));
}

function any(y: usize, a: usize, count: i32, f: i32, alpha: f32, beta: f32): void {
  for (; count > 0; count -= 4) {
    storeUpTo(y, apply(v128.load(a), f, alpha, beta), count);
    y += 16;
    a += 16;
  }
}

/** f of four lanes. */
export function apply(x: v128, f: i32, alpha: f32, beta: f32): v128 {
  if (f >= Unary.ELU) return rare(x, f, alpha, beta);
  return common(x, f, f32x4.splat(alpha), f32x4.splat(beta));
}

/** pmin and pmax keep NaN: pmax(a, b) is a < b ? b : a. */
@inline function common(x: v128, f: i32, alpha: v128, beta: v128): v128 {
  switch (f) {
    case Unary.IDENTITY:
      return x;
    case Unary.RELU:
      return f32x4.pmax(x, f32x4.splat(0));
    case Unary.SIGMOID:
      return sigmoid(x);
    case Unary.TANH:
      return tanh(x);
    case Unary.LEAKY_RELU:
      return v128.bitselect(f32x4.mul(alpha, x), x, f32x4.lt(x, f32x4.splat(0)));
    case Unary.CLIP:
      return f32x4.pmin(f32x4.pmax(x, alpha), beta);
    case Unary.HARD_SIGMOID:
      return f32x4.pmin(f32x4.pmax(madd(alpha, x, beta), f32x4.splat(0)), constant(K, 0));
    case Unary.HARD_SWISH:
      return f32x4.mul(
        x,
        f32x4.pmin(f32x4.pmax(madd(x, constant(K, 2), constant(K, 1)), f32x4.splat(0)), constant(K, 0)),
      );
    case Unary.SILU:
      return f32x4.mul(x, sigmoid(x));
    case Unary.SWISH:
      return f32x4.mul(x, sigmoid(f32x4.mul(alpha, x)));
    // x/2 (1 + tanh u) = x sigmoid(2u), u = sqrt(2/pi) (x + 0.044715 x^3)
    case Unary.GELU_TANH:
      return f32x4.mul(x, sigmoid(f32x4.mul(x, madd(f32x4.mul(x, x), constant(K, 4), constant(K, 3)))));
    case Unary.SCALED_TANH:
      return f32x4.mul(alpha, tanh(f32x4.mul(beta, x)));
    case Unary.AFFINE:
      return madd(alpha, x, beta);
    case Unary.THRESHOLDED_RELU:
      return v128.and(x, f32x4.gt(x, alpha));
    case Unary.SHRINK:
      return v128.or(
        v128.and(f32x4.add(x, beta), f32x4.lt(x, f32x4.neg(alpha))),
        v128.and(f32x4.sub(x, beta), f32x4.gt(x, alpha)),
      );
    case Unary.SOFTSIGN:
      return f32x4.div(x, f32x4.add(constant(K, 0), f32x4.abs(x)));
    case Unary.EXP:
      return exp(x);
    case Unary.SQRT:
      return f32x4.sqrt(x);
    case Unary.ABS:
      return f32x4.abs(x);
    case Unary.NEG:
      return f32x4.neg(x);
    case Unary.RECIPROCAL:
      return f32x4.div(constant(K, 0), x);
    case Unary.SQUARE:
      return f32x4.mul(x, x);
    case Unary.FLOOR:
      return f32x4.floor(x);
    case Unary.CEIL:
      return f32x4.ceil(x);
    case Unary.ROUND:
      return f32x4.nearest(x);
    // x where it is 0 or NaN
    case Unary.SIGN:
      return v128.bitselect(
        v128.or(constant(K, 0), v128.xor(x, f32x4.abs(x))),
        x,
        f32x4.gt(f32x4.abs(x), f32x4.splat(0)),
      );
    case Unary.IS_NAN:
      return v128.and(f32x4.ne(x, x), i32x4.splat(1));
    // alpha: 1 for -Infinity, 2 for +Infinity, 3 for both
    case Unary.IS_INF: {
      const below = v128.and(
        f32x4.eq(x, f32x4.splat(-Infinity)),
        v128.or(f32x4.eq(alpha, constant(K, 0)), f32x4.eq(alpha, constant(K, 5))),
      );
      const above = v128.and(f32x4.eq(x, f32x4.splat(Infinity)), f32x4.gt(alpha, constant(K, 0)));
      return v128.and(v128.or(below, above), i32x4.splat(1));
    }
    default:
      unreachable();
  }
  return x;
}
