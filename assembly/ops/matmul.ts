// y = a b for two values, a batch axis at a time.
//
// Order of summation: k in order, from 0.
import { MatmulRecord, Word } from "../abi";
import { next } from "../graph/walk";
import { madd, storeUpTo } from "../lanes";

export function matmuls(r: MatmulRecord): void {
  do {
    for (let i = 0, a = r.a, y = r.y; i < r.n; ++i) {
      if (r.word == Word.FLOAT && r.bColumn == 4) floats(y, a, r);
      else singles(y, a, r);
      a += r.aRow;
      y += (<usize>r.m) << 2;
    }
  } while (next(r));
}

/** One row of y, four columns at a time; may read a vector past b's end. */
function floats(y: usize, a: usize, r: MatmulRecord): void {
  for (let j = r.m, b = r.b; j > 0; j -= 4) {
    let sum = f32x4.splat(0);
    for (let k = r.k, u = a, v = b; k > 0; --k) {
      sum = madd(v128.load32_splat(u), v128.load(v), sum);
      u += r.aColumn;
      v += r.bRow;
    }
    storeUpTo(y, sum, j);
    y += 16;
    b += 16;
  }
}

function singles(y: usize, a: usize, r: MatmulRecord): void {
  for (let j = r.m, b = r.b; j > 0; --j) {
    let f = f32x4.splat(0),
      i = 0;
    for (let k = r.k, u = a, v = b; k > 0; --k) {
      if (r.word == Word.FLOAT) f = madd(v128.load32_splat(u), v128.load32_splat(v), f);
      else i += load<i32>(u) * load<i32>(v);
      u += r.aColumn;
      v += r.bRow;
    }
    if (r.word == Word.FLOAT) store<f32>(y, f32x4.extract_lane(f, 0));
    else store<i32>(y, i);
    y += 4;
    b += r.bColumn;
  }
}
