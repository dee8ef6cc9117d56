// y = softmax(x), and log softmax(x) = x - max x - log(sum exp(x - max x)).
//
// Order of summation: ops/softmax.ts; the logarithm's sum is float64, in order.
import { SoftmaxRecord } from "../abi";
import { softmax } from "./softmax";

export function softmaxes(r: SoftmaxRecord): void {
  softmax(r.x, r.width, r.rows);
}
