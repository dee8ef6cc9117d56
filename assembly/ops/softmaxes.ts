// y = softmax(x), or its logarithm x - max x - log(sum exp(x - max x)).
//
// Order of summation: ops/softmax.ts; the logarithm's sum is float64, in order.
import { SoftmaxRecord } from "../abi";
import { exp, log } from "../math/float64";
import { softmax } from "./softmax";

export function softmaxes(r: SoftmaxRecord): void {
  if (!r.log) return softmax(r.x, r.width, r.rows);
  const bytes = (<usize>r.width) << 2;
  for (let n = r.rows, x = r.x; n > 0; --n, x += bytes) logarithm(x, x + bytes);
}

function logarithm(x: usize, end: usize): void {
  let top: f32 = -Infinity;
  for (let at = x; at < end; at += 4) top = max(top, load<f32>(at)); // NaN stays
  let sum: f64 = 0;
  for (let at = x; at < end; at += 4) sum += exp(<f64>load<f32>(at) - <f64>top);
  const all = log(sum);
  for (let at = x; at < end; at += 4) store<f32>(at, <f32>(<f64>load<f32>(at) - <f64>top - all));
}
