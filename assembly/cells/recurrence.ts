// The walk over time that all cells share: the input half of several timesteps
// as one gemm, then the recurrent half a timestep at a time.
//
// Rows of x and y are time-major: all sequences of timestep 0, then of 1, ...
// Sequences are ordered by falling length, so those that reach timestep t are
// the first `active[t]`, whichever way the walk goes.
import { copy, padded } from "../lanes";
import { Flag, Kind, Layer } from "../layer";
import { accumulate, affine } from "../linear/gemm";
import { BIAS, line } from "../linear/panels";
import { gruGates, gruStep } from "./gru";
import { lstmGates, lstmStep } from "./lstm";
import { rnnGates, rnnStep } from "./rnn";

/** Rows of the input half that are finished before their recurrent half begins (or one timestep's, if more). */
export const CHUNK: i32 = 32;

/** Vectors in an input's line of a panel. */
@inline function vectors(l: Layer): i32 { return l.kind == Kind.GRU ? 3 : 4; }

/** Panels of 16 pre-activations. */
@inline function panels(l: Layer): i32 { return l.kind == Kind.RNN ? (l.units + 15) >> 4 : (l.units + 3) >> 2; }

/**
 * All timesteps of one direction of one layer, from and to `state`.
 * `active`: sequences at each timestep, or 0 where every timestep has `batch`.
 * `keep`: y gets every timestep's h; otherwise only the walk's last, in the place of the first rows.
 */
export function recurrence(
  l: Layer, state: usize, y: usize, x: usize, scratch: usize,
  steps: i32, batch: i32, active: usize, rows: i32, keep: bool,
): void {
  const h = state + l.h * batch, c = state + l.c * batch;
  const xRow = <usize>l.inputs << 2, preRow = <usize>panels(l) << 6;
  const reverse = (l.flags & Flag.REVERSE) != 0;
  const projected = scratch + preRow * <usize>max(CHUNK, batch);
  y += l.column;

  if (rows == 1) { // streaming: no input half apart
    single(l, y, h, c, l.weights, l.panel, x, l.inputs, projected);
    copy(h, y, l.width);
    return;
  }

  let row = reverse ? rows : 0; // forward: first row not yet done; reverse: first row done
  for (let t = 0; t < steps;) {
    // Timesteps t..end-1 of the walk, `n` rows together.
    let n = 0, end = t;
    while (end < steps) {
      const more = reach(active, batch, reverse ? steps - 1 - end : end);
      if (n && n + more > CHUNK) break;
      n += more;
      ++end;
    }
    if (reverse) row -= n;
    affineHalf(l, scratch, preRow, x + <usize>row * xRow, xRow, n);
    let at = reverse ? n : 0;
    for (; t < end; ++t) {
      const count = reach(active, batch, reverse ? steps - 1 - t : t);
      if (reverse) at -= count;
      const out = keep ? y + <usize>(row + at) * l.row : y;
      const pre = scratch + <usize>at * preRow;
      if (count == 1) single(l, out, h, c, pre, 64, 0, 0, projected);
      else several(l, out, h, c, pre, preRow, count, projected);
      for (let r = 0; r < count; ++r) copy(h + <usize>r * hRow(l), out + <usize>r * l.row, l.width);
      if (!reverse) at += count;
    }
    if (!reverse) row += n;
  }
}

/** Sequences that reach timestep `t`. */
@inline function reach(active: usize, batch: i32, t: i32): i32 {
  return active ? load<i32>(active + (<usize>t << 2)) : batch;
}

@inline function hRow(l: Layer): usize { return <usize>padded(l.width) << 2; }

@inline function affineHalf(l: Layer, pre: usize, preRow: usize, x: usize, xRow: usize, rows: i32): void {
  const outputs = panels(l) << 4;
  if (l.kind == Kind.GRU) affine(pre, preRow, l.weights, l.panel, x, xRow, l.inputs, outputs, rows, 3);
  else affine(pre, preRow, l.weights, l.panel, x, xRow, l.inputs, outputs, rows, 4);
}

/** One timestep of one sequence: y from the accumulators' start, x and h. */
function single(
  l: Layer, y: usize, h: usize, c: usize, init: usize, initPanel: usize,
  x: usize, inputs: i32, projected: usize,
): void {
  const w = line(l.weights, 0, panels(l), l.panel, vectors(l), l.inputs - inputs);
  switch (l.kind) {
    case Kind.RNN: rnnStep(y, init, initPanel, w, l.panel, x, inputs, h, l.width, l.units, (l.flags & Flag.RELU) != 0); break;
    case Kind.GRU: gruStep(y, init, initPanel, w, l.panel, x, inputs, h, l.width, l.units); break;
    default: lstmStep(l.projection ? projected : y, c, init, initPanel, w, l.panel, x, inputs, h, l.width, l.units);
  }
  if (l.projection) project(l, y, projected, 1);
}

/** One timestep of several sequences: the recurrent half as a gemm onto `pre`, then the gates. */
function several(
  l: Layer, y: usize, h: usize, c: usize, pre: usize, preRow: usize, rows: i32, projected: usize,
): void {
  if (l.kind == Kind.GRU) accumulate(pre + 16, preRow, l.weights, l.panel, l.inputs, h, hRow(l), l.width, panels(l), rows, 3);
  else accumulate(pre, preRow, l.weights, l.panel, l.inputs, h, hRow(l), l.width, panels(l), rows, 4);

  const cRow = <usize>padded(l.units) << 2;
  for (let r = 0, out = l.projection ? projected : y; r < rows; ++r) {
    switch (l.kind) {
      case Kind.RNN: rnnGates(out, pre, l.units, (l.flags & Flag.RELU) != 0); break;
      case Kind.GRU: gruGates(out, h, pre, l.units); break;
      default: lstmGates(out, c, pre, l.units);
    }
    out += l.projection ? cRow : l.row;
    h += hRow(l);
    c += cRow;
    pre += preRow;
  }
  if (l.projection) project(l, y, projected, rows);
}

/** y = W_hr (o * tanh(c')), for `rows` sequences. */
function project(l: Layer, y: usize, projected: usize, rows: i32): void {
  const panel = BIAS + (<usize>l.units << 6);
  affine(y, l.row, l.projection, panel, projected, <usize>padded(l.units) << 2, l.units, l.width, rows, 4);
}
