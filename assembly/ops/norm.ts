// y = (x - mean) / sqrt(variance + epsilon) * scale + bias, or without the mean, row by row.
//
// Order of summation: four partial sums over every fourth element, then (0 + 1) + (2 + 3).
// The variance is the mean of the squared differences: a second pass, which large means do not cancel.
import { NormRecord } from "../abi";
import { loadUpTo, madd, storeUpTo } from "../lanes";

export function norms(r: NormRecord): void {
  const bytes = (<usize>r.width) << 2;
  for (let n = r.rows, y = r.y, x = r.x; n > 0; --n) {
    const mean = r.centred ? f32x4.splat(total(x, r.width, f32x4.splat(0), false) / <f32>r.width) : f32x4.splat(0);
    const variance = total(x, r.width, mean, true) / <f32>r.width;
    row(r, y, x, mean, f32x4.splat(1 / sqrt<f32>(variance + r.epsilon)));
    y += bytes;
    x += bytes;
  }
}

/** The sum of x - mean, or of its squares. */
function total(x: usize, width: i32, mean: v128, squared: bool): f32 {
  let sum = f32x4.splat(0);
  for (; width >= 4; width -= 4) {
    const d = f32x4.sub(v128.load(x), mean);
    sum = squared ? madd(d, d, sum) : f32x4.add(sum, d);
    x += 16;
  }
  if (width) {
    const d = f32x4.sub(loadUpTo(x, width, f32x4.extract_lane(mean, 0)), mean);
    sum = squared ? madd(d, d, sum) : f32x4.add(sum, d);
  }
  return (
    f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1) + (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3))
  );
}

function row(r: NormRecord, y: usize, x: usize, mean: v128, by: v128): void {
  for (let n = r.width, scale = r.scale, bias = r.bias; n > 0; n -= 4) {
    let v = f32x4.mul(f32x4.sub(loadUpTo(x, n, 0), mean), by);
    if (scale) {
      v = f32x4.mul(v, loadUpTo(scale, n, 0));
      scale += 16;
    }
    if (bias) {
      v = f32x4.add(v, loadUpTo(bias, n, 0));
      bias += 16;
    }
    storeUpTo(y, v, n);
    x += 16;
    y += 16;
  }
}
