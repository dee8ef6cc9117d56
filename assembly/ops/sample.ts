// One id from a row of logits:
//   p = softmax((x - max x) / T), then the k largest, then the largest that sum to top-p; one of these by weight
//
// No row is sorted. Floats above 0 order as their bits do, so the smallest that
// is kept is found bit by bit: 30 sums over the row at most.
import { padded } from "../lanes";
import { softmax } from "./softmax";

/** The index of the largest, the first of equal ones; -1 where none is above -Infinity, or one is NaN or Infinity. */
function largest(x: usize, count: i32): i32 {
  let best: f32 = -Infinity,
    at = -1;
  for (let i = 0; i < count; ++i) {
    const v = load<f32>(x + ((<usize>i) << 2));
    if (!(v < Infinity)) return -1;
    if (v > best) {
      best = v;
      at = i;
    }
  }
  return at;
}

/**
 * Sum, or number, of the p at or above `least`: two partial sums in float64, over elements 0, 2 and 1, 3 of every four.
 */
function mass(p: usize, end: usize, least: f32, counted: bool): f64 {
  let sum = f64x2.splat(0);
  for (; p < end; p += 16) {
    const v = v128.load(p);
    const kept = v128.and(f32x4.ge(v, f32x4.splat(least)), counted ? f32x4.splat(1) : v);
    const high = v128.shuffle<i64>(kept, kept, 1, 0);
    sum = f64x2.add(sum, f64x2.add(f64x2.promote_low_f32x4(kept), f64x2.promote_low_f32x4(high)));
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** Zeros all but the largest p that together reach `goal`, as few as do; of equal ones the first. */
function keep(p: usize, end: usize, goal: f64, counted: bool): void {
  let least = 0;
  for (let bit = 1 << 29; bit; bit >>= 1) {
    const reached = mass(p, end, reinterpret<f32>(least | bit), counted);
    if (reached >= goal) least |= bit;
    if (reached == goal) break;
  }
  let left = goal - mass(p, end, reinterpret<f32>(least + 1), counted);
  for (; p < end; p += 4) {
    const bits = load<i32>(p);
    if (bits > least) continue;
    if (bits == least && left > 0) left -= counted ? 1 : load<f32>(p);
    else store<i32>(p, 0);
  }
}

/**
 * x [count] becomes weights in place, up to whole vectors. `scale` is 1 / T; at 0 the
 * largest is chosen. `random` is 32 uniform bits. -1 where x has no finite softmax.
 */
export function sample(x: usize, count: i32, scale: f32, topK: i32, topP: f64, random: u32): i32 {
  const best = largest(x, count);
  if (best < 0 || scale == 0) return best;
  const top = load<f32>(x + ((<usize>best) << 2)),
    end = x + ((<usize>padded(count)) << 2);
  for (let i = 0; i < count; ++i) {
    const at = x + ((<usize>i) << 2);
    store<f32>(at, (load<f32>(at) - top) * scale);
  }
  softmax(x, count, 1);
  for (let at = x + ((<usize>count) << 2); at < end; at += 4) store<f32>(at, 0);
  if (topK < count) keep(x, end, topK, true);
  if (topP < 1) keep(x, end, topP * mass(x, end, 0, false), false);
  let left = mass(x, end, 0, false) * (<f64>random / 4294967296.0),
    chosen = -1;
  if (!(left >= 0)) return -1;
  for (let at = x; at < end; at += 4) {
    const p = load<f32>(at);
    if (p > 0) {
      chosen = <i32>((at - x) >> 2);
      left -= p;
      if (left < 0) break;
    }
  }
  return chosen;
}
