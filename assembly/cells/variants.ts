// The gates with what only the ONNX operators add, apart from the fused kernels
// so that these pay nothing for it. Pre-activations come finished, from the gemm.
//
//   clip         every pre-activation is kept within +-clip before its activation
//   peepholes    i and f see c, o sees c':  i = sigmoid(... + p_i * c)
//   coupled      f = 1 - i
//   activations  any functions of one number in the place of sigmoid and tanh (graphs alone)
//   hard         sigmoid(x) = alpha * x + beta, kept within [0, 1]
//
// c' itself is not clipped: ONNX Runtime 1.30 keeps it whole, by experiment
// (test/goldens/recipe.py).
import { FULL, madd, padded, storeUpTo } from "../lanes";
import { apply } from "../ops/unary";
import { Flag, Layer } from "../abi";
import { flushed } from "../math/flush";
import { sigmoid } from "../math/sigmoid";
import { tanh } from "../math/tanh";
import { Activation } from "../math/activation";

/** Within [low, high]; pmin and pmax with x first keep NaN. */
@inline function clamp(x: v128, low: v128, high: v128): v128 {
  return f32x4.pmax(f32x4.pmin(x, high), low);
}

function clip(l: Layer, x: v128): v128 {
  const bound = f32x4.splat(l.clip);
  return clamp(x, f32x4.neg(bound), bound);
}

/** Function `i` of a cell's own: 0 of its gates, 1 of the candidate, 2 of an LSTM's h. */
function own(l: Layer, i: i32, x: v128): v128 {
  const f = l.own + 12 * i;
  return apply(x, load<i32>(f), load<f32>(f, 4), load<f32>(f, 8));
}

export function gate(l: Layer, x: v128): v128 {
  const a = clip(l, x);
  if (FULL && l.own) return own(l, 0, a);
  if (!(l.flags & Flag.HARD)) return sigmoid(a);
  const line = f32x4.add(f32x4.mul(f32x4.splat(l.alpha), a), f32x4.splat(l.beta));
  return clamp(line, f32x4.splat(0), f32x4.splat(1));
}

export function candidate(l: Layer, x: v128): v128 {
  const a = clip(l, x);
  return FULL && l.own ? own(l, 1, a) : tanh(a);
}

@inline export function hidden(l: Layer, c: v128): v128 {
  return FULL && l.own ? own(l, 2, c) : tanh(c);
}

/** y [units] and c, from pre-activations [panels][i f g o]. */
export function lstmVariant(l: Layer, y: usize, c: usize, pre: usize): void {
  const next = <usize>padded(l.units) << 2;
  for (let units = l.units, p = l.peepholes; units > 0; units -= 4) {
    let a = v128.load(pre), b = v128.load(pre, 16), d = v128.load(pre, 48);
    const old = v128.load(c);
    if (p) {
      a = madd(v128.load(p), old, a);
      b = madd(v128.load(p + next), old, b);
    }
    const i = gate(l, a);
    const f = l.flags & Flag.COUPLED ? f32x4.sub(f32x4.splat(1), i) : gate(l, b);
    const cell = madd(f, old, f32x4.mul(i, candidate(l, v128.load(pre, 32))));
    if (p) {
      d = madd(v128.load(p + (next << 1)), cell, d);
      p += 16;
    }
    v128.store(c, flushed(cell));
    storeUpTo(y, f32x4.mul(gate(l, d), hidden(l, cell)), units);
    y += 16;
    c += 16;
    pre += 64;
  }
}

/** y [units] from h and pre-activations [panels][m r z n], reset after. */
export function gruVariant(l: Layer, y: usize, h: usize, pre: usize): void {
  for (let units = l.units; units > 0; units -= 4) {
    const z = gate(l, v128.load(pre, 32));
    const n = candidate(l, madd(gate(l, v128.load(pre, 16)), v128.load(pre, 48), v128.load(pre)));
    storeUpTo(y, madd(z, v128.load(h), f32x4.mul(f32x4.sub(f32x4.splat(1), z), n)), units);
    y += 16;
    h += 16;
    pre += 64;
  }
}

/** y [units] from pre-activations [units]: an RNN, and both steps of a GRU that resets before. */
export function rnnVariant(l: Layer, y: usize, pre: usize, units: i32, activation: Activation): void {
  for (; units > 0; units -= 4) {
    const a = v128.load(pre);
    let v: v128;
    if (activation == Activation.SIGMOID) v = gate(l, a);
    else if (activation == Activation.RELU) v = f32x4.pmax(clip(l, a), f32x4.splat(0));
    else v = candidate(l, a);
    storeUpTo(y, v, units);
    y += 16;
    pre += 16;
  }
}
