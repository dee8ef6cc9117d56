// y = f(a, b) for integers.
import { Binary, BinaryRecord } from "../abi";
import { fits, narrow } from "./integer";

/** One inner axis; false where int64 leaves int32, at a division by 0, and at a power below 0 of 0. */
export function integers(r: BinaryRecord): bool {
  for (let y = r.y, a = r.a, b = r.b, n = r.count; n > 0; --n) {
    const u = <i64>load<i32>(a),
      v = <i64>load<i32>(b);
    if (v == 0 && (r.binary == Binary.DIV || r.binary == Binary.MOD || r.binary == Binary.FMOD)) return false;
    if (u == 0 && v < 0 && r.binary == Binary.POW) return false;
    const x = one(u, v, r);
    if (!fits(x, r.bits)) return false;
    store<i32>(y, narrow(<i32>x, r.bits));
    y += r.yStep;
    a += r.aStep;
    b += r.bStep;
  }
  return true;
}

function one(a: i64, b: i64, r: BinaryRecord): i64 {
  switch (r.binary) {
    case Binary.ADD:
      return a + b;
    case Binary.SUB:
      return a - b;
    case Binary.MUL:
      return a * b;
    case Binary.DIV:
      return a / b;
    case Binary.MIN:
      return min(a, b);
    case Binary.MAX:
      return max(a, b);
    case Binary.PRELU:
      return a < 0 ? a * b : a;
    case Binary.EQUAL:
      return i64(a == b);
    case Binary.LESS:
      return i64(a < b);
    case Binary.LESS_EQUAL:
      return i64(a <= b);
    case Binary.GREATER:
      return i64(a > b);
    case Binary.GREATER_EQUAL:
      return i64(a >= b);
    case Binary.POW:
      return power(a, b, r.bits);
    case Binary.FMOD:
      return a % b;
    case Binary.MOD: {
      const m = a % b;
      return m != 0 && m < 0 != b < 0 ? m + b : m;
    }
    case Binary.AND:
      return i64(a != 0 && b != 0);
    case Binary.OR:
      return i64(a != 0 || b != 0);
    case Binary.XOR:
      return i64((a != 0) != (b != 0));
    case Binary.BIT_AND:
      return a & b;
    case Binary.BIT_OR:
      return a | b;
    case Binary.BIT_XOR:
      return a ^ b;
    case Binary.SHIFT_LEFT:
      return b < 0 || b > 31 ? 0 : a << b;
    case Binary.SHIFT_RIGHT: {
      const u = r.bits == 32 ? <i64>(<u32>a) : a;
      return u >> (b < 0 || b > 31 ? 63 : b);
    }
    default:
      unreachable();
  }
  return a;
}

/**
 * By squaring; wraps as products do, and of int64 2^31 stands for all that leaves int32. A negative power towards 0.
 */
function power(a: i64, n: i64, bits: i32): i64 {
  if (n < 0) return a == 1 ? 1 : a == -1 ? (n & 1 ? -1 : 1) : 0;
  let y: i64 = 1;
  for (; n > 0; n >>= 1) {
    if (n & 1) y = bounded(y * a, bits);
    if (n > 1) a = bounded(a * a, bits);
  }
  return y;
}


@inline function bounded(v: i64, bits: i32): i64 {
  if (bits != -64) return <i64>(<i32>v);
  return abs(v) > 0x80000000 ? 0x80000000 : v;
}
