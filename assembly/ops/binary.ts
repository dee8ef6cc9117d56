// y = f(a, b), four lanes at a time where all stand in whole rows, or one is a single number.
import { Binary, BinaryRecord, Word } from "../abi";
import { next } from "../graph/walk";
import { storeUpTo } from "../lanes";
import { integers } from "./binary_integer";
import { pow } from "./pow";

/** False where an integer leaves its type or is divided by 0. */
export function binary(r: BinaryRecord): bool {
  do {
    if (r.word == Word.INT) {
      if (!integers(r)) return false;
    } else if (r.binary < Binary.POW && r.yStep == 4 && (r.aStep & ~4) == 0 && (r.bStep & ~4) == 0) row(r);
    else single(r);
  } while (next(r));
  return true;
}

/** A loop a function: none asks which inside. */
function row(r: BinaryRecord): void {
  switch (r.binary) {
    case Binary.ADD:
      each(r, Binary.ADD);
      break;
    case Binary.SUB:
      each(r, Binary.SUB);
      break;
    case Binary.MUL:
      each(r, Binary.MUL);
      break;
    case Binary.DIV:
      each(r, Binary.DIV);
      break;
    case Binary.MIN:
      each(r, Binary.MIN);
      break;
    case Binary.MAX:
      each(r, Binary.MAX);
      break;
    case Binary.PRELU:
      each(r, Binary.PRELU);
      break;
    default:
      each(r, r.binary);
  }
}

/** Reads whole vectors. */
@inline function each(r: BinaryRecord, f: i32): void {
  let y = r.y,
    a = r.a,
    b = r.b,
    n = r.count;
  const u = v128.load32_splat(a),
    v = v128.load32_splat(b);
  if (r.aStep && r.bStep) {
    for (; n >= 4; n -= 4, y += 16, a += 16, b += 16) v128.store(y, common(v128.load(a), v128.load(b), f));
  } else if (r.aStep) {
    for (; n >= 4; n -= 4, y += 16, a += 16) v128.store(y, common(v128.load(a), v, f));
  } else if (r.bStep) {
    for (; n >= 4; n -= 4, y += 16, b += 16) v128.store(y, common(u, v128.load(b), f));
  } else {
    for (; n >= 4; n -= 4, y += 16) v128.store(y, common(u, v, f));
  }
  if (n > 0) storeUpTo(y, one(r.aStep ? v128.load(a) : u, r.bStep ? v128.load(b) : v, f), n);
}

function one(a: v128, b: v128, f: i32): v128 {
  return common(a, b, f);
}

/** Any steps, any function. */
function single(r: BinaryRecord): void {
  let y = r.y,
    a = r.a,
    b = r.b;
  for (let n = r.count; n > 0; --n) {
    switch (r.binary) {
      case Binary.POW:
        store<f32>(y, pow(load<f32>(a), load<f32>(b)));
        break;
      case Binary.FMOD:
        store<f32>(y, load<f32>(a) % load<f32>(b));
        break;
      case Binary.MOD:
        store<f32>(y, floored(load<f32>(a), load<f32>(b)));
        break;
      default:
        v128.store_lane<i32>(y, one(v128.load32_splat(a), v128.load32_splat(b), r.binary), 0);
    }
    y += r.yStep;
    a += r.aStep;
    b += r.bStep;
  }
}

/** The remainder with the divisor's sign. */
function floored(a: f32, b: f32): f32 {
  const r = a % b;
  if (r == 0) return copysign<f32>(0, b);
  return r < 0 != b < 0 ? r + b : r;
}

/** NaN from either side stays in min and max. Comparisons give the integers 0 and 1. */
@inline function common(a: v128, b: v128, f: i32): v128 {
  switch (f) {
    case Binary.ADD:
      return f32x4.add(a, b);
    case Binary.SUB:
      return f32x4.sub(a, b);
    case Binary.MUL:
      return f32x4.mul(a, b);
    case Binary.DIV:
      return f32x4.div(a, b);
    case Binary.MIN:
      return f32x4.min(a, b);
    case Binary.MAX:
      return f32x4.max(a, b);
    case Binary.PRELU:
      return v128.bitselect(f32x4.mul(a, b), a, f32x4.lt(a, f32x4.splat(0)));
    case Binary.EQUAL:
      return i32x4.neg(f32x4.eq(a, b));
    case Binary.LESS:
      return i32x4.neg(f32x4.lt(a, b));
    case Binary.LESS_EQUAL:
      return i32x4.neg(f32x4.le(a, b));
    case Binary.GREATER:
      return i32x4.neg(f32x4.gt(a, b));
    case Binary.GREATER_EQUAL:
      return i32x4.neg(f32x4.ge(a, b));
    default:
      unreachable();
  }
  return a;
}
