// y = a ? b : c, and numbers that change their kind.
import { CastRecord, WhereRecord, Word } from "../abi";
import { next } from "../graph/walk";
import { narrow } from "./integer";

export function where(r: WhereRecord): void {
  do {
    for (let y = r.y, a = r.a, b = r.b, c = r.c, n = r.count; n > 0; --n) {
      store<i32>(y, load<i32>(a) ? load<i32>(b) : load<i32>(c));
      y += r.yStep;
      a += r.aStep;
      b += r.bStep;
      c += r.cStep;
    }
  } while (next(r));
}

/** A float becomes an integer towards 0; what is out of range, and NaN, saturates as WebAssembly has it. */
export function cast(r: CastRecord): void {
  do {
    for (let y = r.y, a = r.a, n = r.count; n > 0; --n) {
      store<i32>(y, one(load<i32>(a), r));
      y += r.yStep;
      a += r.aStep;
    }
  } while (next(r));
}


@inline function one(v: i32, r: CastRecord): i32 {
  const f = reinterpret<f32>(v);
  if (r.bits == 1) return r.from == Word.FLOAT ? i32(f != 0) : i32(v != 0);
  if (r.to == Word.FLOAT) return r.from == Word.FLOAT ? v : reinterpret<i32>(<f32>v);
  return narrow(r.from == Word.FLOAT ? <i32>f : v, r.bits);
}
