// Single numbers, and rows, read from or written to where indices say. False where an index is out of range, or an
// integer leaves its type.
import { ElementsRecord, Scatter, TuplesRecord, Word } from "../abi";
import { next } from "../graph/walk";
import { copy } from "../lanes";
import { placeOf } from "./gather";
import { fits, narrow } from "./integer";

export function elements(r: ElementsRecord): bool {
  do {
    for (let y = r.y, a = r.a, b = r.b, n = r.count; n > 0; --n) {
      const i = placeOf(load<i32>(b), r.places);
      if (i < 0) return false;
      const far = <usize>i * r.step;
      if (r.scatter == Scatter.GET) store<i32>(y, load<i32>(a + far));
      else if (!put(y + far, a, r.scatter, r.word, r.bits)) return false;
      y += r.yStep;
      a += r.aStep;
      b += r.bStep;
    }
  } while (next(r));
  return true;
}

export function tuples(r: TuplesRecord): bool {
  const sizes = changetype<usize>(r) + r.size - ((<usize>r.depth) << 3),
    steps = sizes + ((<usize>r.depth) << 2);
  for (let batch = r.batch, x = r.x, rows = r.rows, indices = r.indices; batch > 0; --batch, x += r.bytes) {
    for (let n = r.count; n > 0; --n, rows += (<usize>r.inner) << 2) {
      let at = x;
      for (let d: usize = 0, end = (<usize>r.depth) << 2; d < end; d += 4, indices += 4) {
        const i = placeOf(load<i32>(indices), load<i32>(sizes + d));
        if (i < 0) return false;
        at += <usize>i * load<i32>(steps + d);
      }
      if (r.scatter == Scatter.GET) copy(rows, at, r.inner);
      else {
        for (let i: usize = 0, end = (<usize>r.inner) << 2; i < end; i += 4) {
          if (!put(at + i, rows + i, r.scatter, r.word, r.bits)) return false;
        }
      }
    }
  }
  return true;
}

/** y = f(y, a) */
function put(y: usize, a: usize, f: i32, word: i32, bits: i32): bool {
  if (f == Scatter.SET) {
    store<i32>(y, load<i32>(a));
    return true;
  }
  if (word == Word.FLOAT) {
    const u = load<f32>(y),
      v = load<f32>(a);
    store<f32>(y, f == Scatter.ADD ? u + v : f == Scatter.MUL ? u * v : f == Scatter.MIN ? min(u, v) : max(u, v));
    return true;
  }
  const u = <i64>load<i32>(y),
    v = <i64>load<i32>(a);
  const w = f == Scatter.ADD ? u + v : f == Scatter.MUL ? u * v : f == Scatter.MIN ? min(u, v) : max(u, v);
  store<i32>(y, narrow(<i32>w, bits));
  return fits(w, bits);
}
