// y = a, any steps: transposes, slices, pieces of a concat, broadcasts.
import { CopyRecord, FillRecord } from "../abi";
import { next } from "../graph/walk";
import { copy } from "../lanes";

export function copies(r: CopyRecord): void {
  do inner(r.y, r.yStep, r.a, r.aStep, r.count);
  while (next(r));
}

function inner(y: usize, yStep: usize, a: usize, aStep: usize, count: i32): void {
  if (yStep == 4 && aStep == 4) return copy(y, a, count);
  for (; count > 0; --count) {
    store<i32>(y, load<i32>(a));
    y += yStep;
    a += aStep;
  }
}

export function fills(r: FillRecord): void {
  do {
    for (let y = r.y, n = r.count; n > 0; --n) {
      store<i32>(y, r.value);
      y += r.yStep;
    }
  } while (next(r));
}
