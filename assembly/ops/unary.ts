// y = f(a), four lanes at a time where both stand in whole rows.
import { Unary, UnaryRecord } from "../abi";
import { next } from "../graph/walk";
import { loadUpTo, storeUpTo } from "../lanes";
import { sigmoid } from "../math/sigmoid";
import { tanh } from "../math/tanh";

export function unary(r: UnaryRecord): void {
  do {
    if (r.yStep == 4 && r.aStep == 4) row(r.y, r.a, r.count, r.unary, r.alpha, r.beta);
    else {
      for (let y = r.y, a = r.a, n = r.count; n > 0; --n) {
        store<f32>(y, f32x4.extract_lane(apply(v128.load32_splat(a), r.unary, r.alpha, r.beta), 0));
        y += r.yStep;
        a += r.aStep;
      }
    }
  } while (next(r));
}

/** y [count] = f(a [count]); y may be a. */
export function row(y: usize, a: usize, count: i32, f: i32, alpha: f32, beta: f32): void {
  for (; count > 0; count -= 4) {
    storeUpTo(y, apply(loadUpTo(a, count, 0), f, alpha, beta), count);
    y += 16;
    a += 16;
  }
}

/** f of four lanes. */
export function apply(x: v128, f: i32, alpha: f32, beta: f32): v128 {
  switch (f) {
    case Unary.IDENTITY: return x;
    case Unary.RELU: return f32x4.pmax(x, f32x4.splat(0));
    case Unary.SIGMOID: return sigmoid(x);
    case Unary.TANH: return tanh(x);
    default: unreachable();
  }
  return x;
}
