// y = (x - mean) / sqrt(variance + epsilon) * scale + bias, of each sequence and each group of channels.
//
// Order of summation: ops/norm.ts has it, row by row: four partial sums over every fourth channel of each row.
import { GroupNormRecord } from "../abi";
import { loadUpTo, madd, storeUpTo } from "../lanes";

export function groupNorms(r: GroupNormRecord): void {
  const group = (<usize>r.width) << 2,
    row = group * r.groups;
  for (let b = 0; b < r.batch; ++b) {
    for (let g = 0; g < r.groups; ++g) {
      const at = row * r.rows * b + group * g;
      const count = <f32>r.rows * <f32>r.width;
      const mean = f32x4.splat(total(r.x + at, row, r.rows, r.width, f32x4.splat(0), false) / count);
      const variance = total(r.x + at, row, r.rows, r.width, mean, true) / count;
      const by = f32x4.splat(1 / sqrt<f32>(variance + r.epsilon));
      const scale = r.scale ? r.scale + group * g : 0,
        bias = r.bias ? r.bias + group * g : 0;
      for (let n = 0, y = r.y + at, x = r.x + at; n < r.rows; ++n, y += row, x += row)
        write(y, x, r.width, mean, by, scale, bias);
    }
  }
}

/** The sum of x - mean, or of its squares, over rows of `width`. */
function total(x: usize, row: usize, rows: i32, width: i32, mean: v128, squared: bool): f32 {
  const fill = f32x4.extract_lane(mean, 0);
  let sum = f32x4.splat(0);
  for (; rows > 0; --rows, x += row) {
    for (let n = width, at = x; n > 0; n -= 4, at += 16) {
      const d = f32x4.sub(loadUpTo(at, n, fill), mean);
      sum = squared ? madd(d, d, sum) : f32x4.add(sum, d);
    }
  }
  return (
    f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1) + (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3))
  );
}

function write(y: usize, x: usize, width: i32, mean: v128, by: v128, scale: usize, bias: usize): void {
  for (let at: usize = 0; width > 0; width -= 4, at += 16) {
    let v = f32x4.mul(f32x4.sub(loadUpTo(x + at, width, 0), mean), by);
    if (scale) v = f32x4.mul(v, loadUpTo(scale + at, width, 0));
    if (bias) v = f32x4.add(v, loadUpTo(bias + at, width, 0));
    storeUpTo(y + at, v, width);
  }
}
