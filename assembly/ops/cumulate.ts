// y[i] = a[0] + ... + a[i], in float64 between the roundings; products alike.
import { CumulateRecord, Word } from "../abi";
import { next } from "../graph/walk";
import { fits, narrow } from "./integer";

/** False where an integer leaves its type. */
export function cumulate(r: CumulateRecord): bool {
  do {
    const step = r.reverse ? -r.step : r.step;
    const from = r.reverse ? <usize>(r.length - 1) * r.step : 0;
    if (r.word == Word.FLOAT) floats(r, r.y + from, r.a + from, step);
    else if (!integers(r, r.y + from, r.a + from, step)) return false;
  } while (next(r));
  return true;
}

function floats(r: CumulateRecord, y: usize, a: usize, step: usize): void {
  let sum: f64 = r.product ? 1 : 0;
  for (let n = r.length; n > 0; --n) {
    const v = <f64>load<f32>(a);
    if (r.exclusive) store<f32>(y, <f32>sum);
    sum = r.product ? sum * v : sum + v;
    if (!r.exclusive) store<f32>(y, <f32>sum);
    y += step;
    a += step;
  }
}

function integers(r: CumulateRecord, y: usize, a: usize, step: usize): bool {
  let sum: i64 = r.product ? 1 : 0;
  for (let n = r.length; n > 0; --n) {
    const v = <i64>load<i32>(a);
    if (r.exclusive) store<i32>(y, <i32>sum);
    if (!r.exclusive || n > 1) {
      sum = r.product ? sum * v : sum + v;
      if (!fits(sum, r.bits)) return false;
      sum = narrow(<i32>sum, r.bits);
    }
    if (!r.exclusive) store<i32>(y, <i32>sum);
    y += step;
    a += step;
  }
  return true;
}
