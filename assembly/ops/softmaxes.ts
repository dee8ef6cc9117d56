// y = softmax(x), and log softmax(x) = x - max x - log(sum exp(x - max x)).
//
// Order of summation: ops/softmax.ts; the logarithm's sum is float64, in order.
import { SoftmaxRecord } from "../abi";
import { loadUpTo } from "../lanes";
import { exp } from "../math/exp";
import { log } from "../math/float64";
import { softmax } from "./softmax";

export function softmaxes(r: SoftmaxRecord): void {
  if (!r.log) return softmax(r.x, r.width, r.rows);
  for (let x = r.x, n = r.rows; n > 0; --n) {
    logRow(x, r.width);
    x += <usize>r.width << 2;
  }
}

/** x in place. A row with NaN or +Infinity becomes NaN. */
function logRow(x: usize, width: i32): void {
  const end = x + (<usize>width << 2);
  let top: f32 = -Infinity;
  for (let at = x; at < end; at += 4) top = load<f32>(at) > top ? load<f32>(at) : top;
  let sum: f64 = 0;
  for (let n = width, at = x; n > 0; n -= 4, at += 16) {
    const e = exp(f32x4.sub(loadUpTo(at, n, -Infinity), f32x4.splat(top)));
    sum += <f64>f32x4.extract_lane(e, 0);
    sum += <f64>f32x4.extract_lane(e, 1);
    sum += <f64>f32x4.extract_lane(e, 2);
    sum += <f64>f32x4.extract_lane(e, 3);
  }
  const below = <f64>top + f64x2.extract_lane(log(f64x2.splat(sum)), 0);
  for (let at = x; at < end; at += 4) store<f32>(at, <f32>(<f64>load<f32>(at) - below));
}
