// One timestep of any cell, in the three forms that the walk over time needs.
//
// `pre` are pre-activations that hold the finished input half, panel by panel.
// `between` is scratch for what a timestep needs besides: o * tanh(c') of a
// projected LSTM, or what stands between the two steps of a GRU that resets before.
import { sums } from "../integer/step";
import { FULL, ofIntegers, padded } from "../lanes";
import { Flag, GraphFlag, Kind, Layer } from "../abi";
import { accumulate, affine } from "../linear/gemm";
import { linear } from "../linear/linear";
import { gemv } from "../linear/gemv";
import { BIAS } from "../linear/panels";
import { Activation, activateRow } from "../math/activation";
import { gruGates, gruSums } from "./gru";
import { resetHidden, update } from "./gru_before";
import { lstmGates } from "./lstm";
import { lstmNormed, normedSums } from "./normed";
import { rounded } from "./quantized";
import { nonlinearity } from "./rnn";
import { gruVariant, lstmVariant, rnnVariant } from "./variants";

/** Outputs of a cell's first panels, in whole panels; a GRU that resets before has its candidate apart. */
@inline function outputs(l: Layer): i32 {
  switch (l.kind) {
    case Kind.RNN: return whole(l.units);
    case Kind.GRU_BEFORE: return whole(padded(l.units) << 1);
    default: return padded(l.units) << 2;
  }
}

@inline function whole(outputs: i32): i32 { return (outputs + 15) & ~15; }

/** Vectors in an input's line of a panel. */
@inline function vectors(l: Layer): i32 { return l.kind == Kind.GRU ? 3 : 4; }

/** Bytes of a panel of n, and of W_hr. */
@inline function secondPanel(l: Layer): usize {
  if (ofIntegers(l.panel)) return l.panel;
  return BIAS + (<usize>(l.kind == Kind.GRU_BEFORE ? l.inputs + l.width : l.units) << 6);
}

/** Bytes of one row of pre-activations. */
export function preBytes(l: Layer): usize {
  return <usize>(outputs(l) + (l.kind == Kind.GRU_BEFORE ? whole(l.units) : 0)) << 2;
}

/** Bytes of one sequence's row of h. */
@inline export function hRow(l: Layer): usize { return <usize>padded(l.width) << 2; }

/** pre = b + W x for `rows` rows of x. */
export function inputHalf(l: Layer, pre: usize, preRow: usize, x: usize, xRow: usize, rows: i32): void {
  affine(pre, preRow, l.weights, l.panel, x, xRow, l.inputs, outputs(l), rows, vectors(l));
  if (l.kind == Kind.GRU_BEFORE) {
    affine(pre + (<usize>outputs(l) << 2), preRow, l.second, secondPanel(l), x, xRow, l.inputs,
        whole(l.units), rows, 4);
  }
}

/**
 * One sequence: y from h, and from x where `inputs` are still to be added, in the place `pre`,
 * or from the finished input half that stands there, with `inputs` 0.
 */
export function single(l: Layer, y: usize, h: usize, c: usize, pre: usize, x: usize, inputs: i32,
    between: usize): void {
  const second = pre + (<usize>outputs(l) << 2);
  const panels = outputs(l) >> 4, skip = BIAS + <usize>((l.inputs - inputs) * vectors(l) << 4);
  if (ofIntegers(l.panel)) {
    const init = inputs ? l.weights : pre, room = l.panel - 1;
    if (l.kind == Kind.GRU) pre = sums<i16>(init, l.weights, room, x, inputs, h, l.width, panels);
    else pre = sums<i32>(init, l.weights, room, x, inputs, h, l.width, panels);
  } else if (l.kind == Kind.GRU) gruSums(pre, l.weights, l.panel, skip, x, inputs, h, l.width, panels);
  else gemv(pre, inputs ? 0 : pre, l.weights, l.panel, skip, x, inputs, h, l.width, panels << 4);
  switch (l.kind) {
    case Kind.RNN: activateRow(y, pre, nonlinearity(l), l.units); break;
    case Kind.GRU: gruGates(y, h, pre, l.units); break;
    case Kind.GRU_BEFORE: {
      activateRow(between, pre, Activation.SIGMOID, padded(l.units) << 1);
      resetHidden(between, h, l.units);
      gemv(second, inputs ? 0 : second, l.second, secondPanel(l), skip, x, inputs, between, l.width, whole(l.units));
      activateRow(y, second, Activation.TANH, l.units);
      update(y, between, h, l.units);
      break;
    }
    default:
      lstmGates(l.second ? between : y, c, pre, l.units);
      if (l.second) project(l, y, between, 1);
  }
}

/** Several sequences: the recurrent half as a gemm onto `pre`, then the gates row by row. */
export function several(l: Layer, y: usize, h: usize, c: usize, pre: usize, preRow: usize, rows: i32,
    between: usize): void {
  const first = l.kind == Kind.GRU ? pre + 16 : pre; // m has no recurrent half
  const by = FULL && l.flags & GraphFlag.QUANTIZED ? rounded(between, h, l.width, rows) : h;
  if (FULL && l.flags & GraphFlag.NORMED)
    normedSums(l, pre, preRow, by, rows, between + (<usize>padded(l.units) << 3) * rows);
  else accumulate(first, preRow, l.weights, l.panel, l.inputs, by, hRow(l), l.width, outputs(l) >> 4, rows, vectors(l));
  switch (l.kind) {
    case Kind.RNN: rnnRows(l, y, l.row, pre, preRow, l.units, rows, nonlinearity(l)); break;
    case Kind.GRU: gruRows(l, y, h, pre, preRow, rows); break;
    case Kind.GRU_BEFORE: beforeRows(l, y, h, pre, preRow, rows, between); break;
    default: {
      const toRow = l.second ? <usize>padded(l.units) << 2 : l.row;
      lstmRows(l, l.second ? between : y, toRow, c, pre, preRow, rows);
      if (l.second) project(l, y, between, rows);
    }
  }
}

function rnnRows(l: Layer, y: usize, yRow: usize, pre: usize, preRow: usize, units: i32, rows: i32,
    by: Activation): void {
  for (; rows > 0; --rows) {
    if (l.flags & Flag.VARIANT) rnnVariant(l, y, pre, units, by);
    else activateRow(y, pre, by, units);
    y += yRow;
    pre += preRow;
  }
}

function gruRows(l: Layer, y: usize, h: usize, pre: usize, preRow: usize, rows: i32): void {
  for (; rows > 0; --rows) {
    if (l.flags & Flag.VARIANT) gruVariant(l, y, h, pre);
    else gruGates(y, h, pre, l.units);
    y += l.row;
    h += hRow(l);
    pre += preRow;
  }
}

function lstmRows(l: Layer, y: usize, yRow: usize, c: usize, pre: usize, preRow: usize, rows: i32): void {
  for (; rows > 0; --rows) {
    if (FULL && l.flags & GraphFlag.NORMED) lstmNormed(l, y, c, pre);
    else if (l.flags & Flag.VARIANT) lstmVariant(l, y, c, pre);
    else lstmGates(y, c, pre, l.units);
    y += yRow;
    c += <usize>padded(l.units) << 2;
    pre += preRow;
  }
}

/** r and z of all rows, the candidate's gemm over r * h, then n and h'. */
function beforeRows(l: Layer, y: usize, h: usize, pre: usize, preRow: usize, rows: i32, between: usize): void {
  const gatedRow = <usize>padded(l.units) << 3, row = hRow(l);
  rnnRows(l, between, gatedRow, pre, preRow, padded(l.units) << 1, rows, Activation.SIGMOID);
  for (let r = 0; r < rows; ++r) resetHidden(between + <usize>r * gatedRow, h + <usize>r * row, l.units);
  pre += <usize>outputs(l) << 2;
  accumulate(pre, preRow, l.second, secondPanel(l), l.inputs, between, gatedRow, l.width, whole(l.units) >> 4, rows, 4);
  rnnRows(l, y, l.row, pre, preRow, l.units, rows, Activation.TANH);
  for (let r = 0; r < rows; ++r)
    update(y + <usize>r * l.row, between + <usize>r * gatedRow, h + <usize>r * row, l.units);
}

/** y = W_hr (o * tanh(c')). */
function project(l: Layer, y: usize, from: usize, rows: i32): void {
  linear(y, l.row, l.second, secondPanel(l), from, <usize>padded(l.units) << 2, l.units, l.width, rows);
}
