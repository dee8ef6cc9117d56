// y = f(a) for integers.
import { Unary, UnaryRecord } from "../abi";
import { fits, narrow } from "./integer";

/** One inner axis; false where int64 leaves int32. */
export function integers(r: UnaryRecord): bool {
  for (let y = r.y, a = r.a, n = r.count; n > 0; --n) {
    const v = one(load<i32>(a), r);
    if (!fits(v, r.bits)) return false;
    store<i32>(y, narrow(<i32>v, r.bits));
    y += r.yStep;
    a += r.aStep;
  }
  return true;
}

function one(x: i64, r: UnaryRecord): i64 {
  switch (r.unary) {
    case Unary.IDENTITY:
      return x;
    case Unary.RELU:
      return max(x, 0);
    case Unary.ABS:
      return abs(x);
    case Unary.NEG:
      return -x;
    case Unary.SIGN:
      return i64(x > 0) - i64(x < 0);
    case Unary.SQUARE:
      return x * x;
    case Unary.CLIP:
      return min(max(x, <i64>r.low), <i64>r.high);
    case Unary.BIT_NOT:
      return ~x;
    case Unary.NOT:
      return i64(x == 0);
    default:
      unreachable();
  }
  return x;
}
