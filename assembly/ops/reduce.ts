// y = f(y, a), where y stands still along the axes that vanish.
//
// Order of summation: along an inner axis that vanishes sixteen partial sums over every sixteenth number, then four
// over every fourth, joined ((0 + 2) + (1 + 3)); along any other axis in order. Integers in order.
import { ReduceRecord, Reduction, Word } from "../abi";
import { next } from "../graph/walk";
import { storeUpTo } from "../lanes";
import { exp } from "../math/exp";
import { fits, narrow } from "./integer";

/** False where an integer leaves its type. */
export function reduce(r: ReduceRecord): bool {
  do {
    if (r.word == Word.INT) {
      if (!integers(r)) return false;
    } else if (r.yStep == 0 && r.aStep == 4 && r.bStep == 0) vanish(r);
    else if (r.yStep == 4 && r.aStep == 4 && (r.bStep == 4 || r.reduction != Reduction.SUM_EXP)) stay(r);
    else single(r);
  } while (next(r));
  return true;
}

/** The inner axis vanishes: a loop a function. */
function vanish(r: ReduceRecord): void {
  switch (r.reduction) {
    case Reduction.SUM:
      fold(r, Reduction.SUM, f32x4.splat(0));
      break;
    case Reduction.MAX:
      fold(r, Reduction.MAX, f32x4.splat(-Infinity));
      break;
    case Reduction.MIN:
      fold(r, Reduction.MIN, f32x4.splat(Infinity));
      break;
    case Reduction.PROD:
      fold(r, Reduction.PROD, f32x4.splat(1));
      break;
    case Reduction.L1:
      fold(r, Reduction.L1, f32x4.splat(0));
      break;
    case Reduction.SUM_SQUARE:
      fold(r, Reduction.SUM_SQUARE, f32x4.splat(0));
      break;
    default:
      fold(r, Reduction.SUM_EXP, f32x4.splat(0));
  }
}


@inline function fold(r: ReduceRecord, f: Reduction, identity: v128): void {
  const b = v128.load32_splat(r.b);
  let a = r.a,
    n = r.count,
    s = identity,
    t = identity,
    u = identity,
    v = identity;
  for (; n >= 16; n -= 16, a += 64) {
    s = step(s, v128.load(a), b, f);
    t = step(t, v128.load(a, 16), b, f);
    u = step(u, v128.load(a, 32), b, f);
    v = step(v, v128.load(a, 48), b, f);
  }
  s = join(join(s, t, f), join(u, v, f), f);
  for (; n >= 4; n -= 4, a += 16) s = step(s, v128.load(a), b, f);
  s = join(s, v128.shuffle<i32>(s, s, 2, 3, 0, 1), f);
  s = join(s, v128.shuffle<i32>(s, s, 1, 0, 3, 2), f);
  for (; n > 0; --n, a += 4) s = step(s, v128.load32_splat(a), b, f);
  v128.store_lane<i32>(r.y, join(v128.load32_splat(r.y), s, f), 0);
}

/** The inner axis stays. */
function stay(r: ReduceRecord): void {
  switch (r.reduction) {
    case Reduction.SUM:
      each(r, Reduction.SUM);
      break;
    case Reduction.MAX:
      each(r, Reduction.MAX);
      break;
    case Reduction.SUM_SQUARE:
      each(r, Reduction.SUM_SQUARE);
      break;
    default:
      each(r, r.reduction);
  }
}


@inline function each(r: ReduceRecord, f: i32): void {
  let y = r.y,
    a = r.a,
    b = r.b,
    n = r.count;
  for (; n >= 4; n -= 4, y += 16, a += 16, b += 16) v128.store(y, step(v128.load(y), v128.load(a), v128.load(b), f));
  if (n > 0) storeUpTo(y, one(v128.load(y), v128.load(a), v128.load(b), f), n);
}

function one(s: v128, a: v128, b: v128, f: i32): v128 {
  return step(s, a, b, f);
}

function single(r: ReduceRecord): void {
  for (let y = r.y, a = r.a, b = r.b, n = r.count; n > 0; --n) {
    v128.store_lane<i32>(y, one(v128.load32_splat(y), v128.load32_splat(a), v128.load32_splat(b), r.reduction), 0);
    y += r.yStep;
    a += r.aStep;
    b += r.bStep;
  }
}


@inline function step(s: v128, a: v128, b: v128, f: i32): v128 {
  switch (f) {
    case Reduction.L1:
      return f32x4.add(s, f32x4.abs(a));
    case Reduction.SUM_SQUARE:
      return f32x4.add(s, f32x4.mul(a, a));
    case Reduction.SUM_EXP:
      return f32x4.add(s, exp(f32x4.sub(a, b)));
  }
  return join(s, a, f);
}

/** NaN from either side stays in min and max. */
@inline function join(s: v128, t: v128, f: i32): v128 {
  switch (f) {
    case Reduction.PROD:
      return f32x4.mul(s, t);
    case Reduction.MAX:
      return f32x4.max(s, t);
    case Reduction.MIN:
      return f32x4.min(s, t);
  }
  return f32x4.add(s, t);
}

function integers(r: ReduceRecord): bool {
  for (let y = r.y, a = r.a, n = r.count; n > 0; --n) {
    const s = <i64>load<i32>(y),
      v = <i64>load<i32>(a);
    let sum: i64;
    switch (r.reduction) {
      case Reduction.PROD:
        sum = s * v;
        break;
      case Reduction.MAX:
        sum = max(s, v);
        break;
      case Reduction.MIN:
        sum = min(s, v);
        break;
      case Reduction.L1:
        sum = s + abs(v);
        break;
      case Reduction.SUM_SQUARE:
        sum = s + v * v;
        break;
      default:
        sum = s + v;
    }
    if (!fits(sum, r.bits)) return false;
    store<i32>(y, narrow(<i32>sum, r.bits));
    y += r.yStep;
    a += r.aStep;
  }
  return true;
}
