// y = f(a, b)
import { Binary, BinaryRecord } from "../abi";
import { next } from "../graph/walk";
import { loadUpTo, storeUpTo } from "../lanes";

export function binary(r: BinaryRecord): bool {
  do {
    const vectors = r.yStep == 4 && (r.aStep == 4 || r.aStep == 0) && (r.bStep == 4 || r.bStep == 0);
    if (vectors) row(r);
    else single(r);
  } while (next(r));
  return true;
}

function row(r: BinaryRecord): void {
  let y = r.y, a = r.a, b = r.b;
  for (let n = r.count; n > 0; n -= 4) {
    const u = r.aStep ? loadUpTo(a, n, 0) : v128.load32_splat(a);
    const v = r.bStep ? loadUpTo(b, n, 0) : v128.load32_splat(b);
    storeUpTo(y, apply(u, v, r.binary), n);
    y += 16;
    a += r.aStep << 2;
    b += r.bStep << 2;
  }
}

function single(r: BinaryRecord): void {
  let y = r.y, a = r.a, b = r.b;
  for (let n = r.count; n > 0; --n) {
    store<f32>(y, f32x4.extract_lane(apply(v128.load32_splat(a), v128.load32_splat(b), r.binary), 0));
    y += r.yStep;
    a += r.aStep;
    b += r.bStep;
  }
}

function apply(a: v128, b: v128, f: i32): v128 {
  switch (f) {
    case Binary.ADD: return f32x4.add(a, b);
    case Binary.SUB: return f32x4.sub(a, b);
    case Binary.MUL: return f32x4.mul(a, b);
    case Binary.DIV: return f32x4.div(a, b);
    default: unreachable();
  }
  return a;
}
