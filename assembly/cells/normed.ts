// An LSTM with layer norm (torch/benchmarks/fastrnns/custom_lstms.py, LayerNormLSTMCell):
//
//   a = norm_ih(W x) + norm_hh(U h),  i, f, o = sigmoid(a), g = tanh(a)
//   c' = norm_c(f * c + i * g),  h' = o * tanh(c')
//
//   norm(v) = (v - mean) / sqrt(variance + epsilon) * weight + bias, of [4 * units] or [units]
//
// Order of summation: ops/norm.ts has it; of sums vector by vector as they stand, [panels][i f g o].
// `own`: functions [9 words] | epsilon | .. 16 words | ih weight | ih bias | hh weight | hh bias, as the sums stand
//        | c weight | c bias, in whole vectors
import { Flag, Layer } from "../abi";
import { loadUpTo, madd, padded, storeUpTo } from "../lanes";
import { accumulate } from "../linear/gemm";
import { candidate, gate, hidden } from "./variants";

/** Bytes before the norms. */
const FIRST: usize = 64;

@inline function epsilon(l: Layer): f32 { return load<f32>(l.own, 36); }

/** Bytes of the sums of one sequence: 4 gates. */
@inline function sumsRow(l: Layer): usize { return <usize>padded(l.units) << 4; }

/** pre [rows] = norm_ih(pre) + norm_hh(W_hh h); `sums` is room for the second. */
export function normedSums(l: Layer, pre: usize, preRow: usize, h: usize, rows: i32, sums: usize): void {
  const row = sumsRow(l), first = l.own + FIRST;
  memory.fill(sums, 0, row * rows);
  accumulate(sums, row, l.weights, l.panel, l.inputs, h, <usize>padded(l.width) << 2, l.width,
      padded(l.units) >> 2, rows, 4);
  for (; rows > 0; --rows) {
    norm(pre, pre, false, first, row, 4, l.units, epsilon(l));
    norm(pre, sums, true, first + (row << 1), row, 4, l.units, epsilon(l));
    pre += preRow;
    sums += row;
  }
}

/** y [units] and c, from sums [panels][i f g o]. */
export function lstmNormed(l: Layer, y: usize, c: usize, pre: usize): void {
  const row = <usize>padded(l.units) << 2;
  let a = pre;
  for (let p = c, end = c + row; p < end; p += 16, a += 64) {
    const i = gate(l, v128.load(a));
    const f = l.flags & Flag.COUPLED ? f32x4.sub(f32x4.splat(1), i) : gate(l, v128.load(a, 16));
    v128.store(p, madd(f, v128.load(p), f32x4.mul(i, candidate(l, v128.load(a, 32)))));
  }
  norm(c, c, false, l.own + FIRST + (sumsRow(l) << 2), row, 1, l.units, epsilon(l));
  for (let units = l.units; units > 0; units -= 4) {
    storeUpTo(y, f32x4.mul(gate(l, v128.load(pre, 48)), hidden(l, v128.load(c))), units);
    y += 16;
    c += 16;
    pre += 64;
  }
}

/** y = norm(x), or y + norm(x) where it adds: `vectors` for each four units; the bias `row` bytes after the weight. */
function norm(y: usize, x: usize, adds: bool, weight: usize, row: usize, vectors: i32, units: i32, epsilon: f32): void {
  const count = <f32>(vectors * units);
  const mean = f32x4.splat(total(x, vectors, units, f32x4.splat(0), false) / count);
  const by = f32x4.splat(1 / sqrt<f32>(total(x, vectors, units, mean, true) / count + epsilon));
  for (let end = weight + row; weight < end; weight += 16) {
    const v = f32x4.mul(f32x4.mul(f32x4.sub(v128.load(x), mean), by), v128.load(weight));
    const normed = f32x4.add(v, v128.load(weight + row));
    v128.store(y, adds ? f32x4.add(v128.load(y), normed) : normed);
    x += 16;
    y += 16;
  }
}

/** The sum of x - mean, or of its squares. */
function total(x: usize, vectors: i32, units: i32, mean: v128, squared: bool): f32 {
  let sum = f32x4.splat(0);
  for (; units > 0; units -= 4) {
    for (let v = 0; v < vectors; ++v, x += 16) {
      const d = f32x4.sub(loadUpTo(x, units, f32x4.extract_lane(mean, 0)), mean);
      sum = squared ? madd(d, d, sum) : f32x4.add(sum, d);
    }
  }
  return (
    f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1) + (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3))
  );
}
