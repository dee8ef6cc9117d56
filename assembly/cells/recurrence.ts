// The walk over time that all cells share: the input half of several timesteps
// as one gemm, then the recurrent half a timestep at a time.
//
// Rows of x and y are time-major: all sequences of timestep 0, then of 1, ...
// Sequences are ordered by falling length, so those that reach timestep t are
// the first `active[t]`, whichever way the walk goes.
import { assertApart, assertRegion, assertRows, CHECKED } from "../check";
import { copy, padded } from "../lanes";
import { Flag, Kind, Layer, Rows } from "../abi";
import { hRow, inputHalf, preBytes, several, single } from "./step";

/**
 * Rows of the input half that are finished before their recurrent half begins (or one timestep's, if more).
 * Each gemm pushes recurrent weights out of the caches: with 128 rows in the place of 32 a sequence of
 * LSTM (512, 512) takes 4 to 9 % less, of (1024, 1024) 8 to 9, and one below 256 the same.
 */
export const CHUNK: i32 = Rows.CHUNK;

/** The most inputs that a step of a sequence adds by itself: (1, 16) takes 14 to 16 % less, (16, 64) 2 to 4. */
const FEW: i32 = 16;

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
  const xRow = <usize>l.inputs << 2, preRow = preBytes(l);
  const between = scratch + preRow * <usize>max(CHUNK, batch);
  const reverse = (l.flags & Flag.REVERSE) != 0;
  const plain = !(l.flags & Flag.VARIANT);
  if (CHECKED) {
    const kept = keep ? rows : 1;
    const half = preRow * <usize>max(CHUNK, batch), out = l.row * <usize>kept;
    assertRegion(h, hRow(l) * batch, 16);
    if (l.kind == Kind.LSTM) assertRegion(c, <usize>padded(l.units) * batch << 2, 16);
    assertRegion(scratch, half, 64);
    assertApart(x, xRow * rows, y, out);
    assertApart(scratch, half, y, out);
    assertRows(y + l.column, l.row, l.width, kept, 4);
  }
  y += l.column;

  if (batch == 1 && plain) return alone(l, h, c, y, x, scratch, preRow, between, rows, reverse, keep);

  let row = reverse ? rows : 0; // forward: the first not yet done; reverse: the first done
  for (let t = 0; t < steps;) {
    // Timesteps t to end - 1 of the walk, `n` rows together.
    let n = 0, end = t;
    while (end < steps) {
      const more = reach(active, batch, reverse ? steps - 1 - end : end);
      if (n && n + more > CHUNK) break;
      n += more;
      ++end;
    }
    if (reverse) row -= n;
    inputHalf(l, scratch, preRow, x + <usize>row * xRow, xRow, n);
    let at = reverse ? n : 0;
    for (; t < end; ++t) {
      const count = reach(active, batch, reverse ? steps - 1 - t : t);
      if (reverse) at -= count;
      const out = keep ? y + <usize>(row + at) * l.row : y;
      const pre = scratch + <usize>at * preRow;
      if (count == 1 && plain) single(l, out, h, c, pre, 0, 0, between);
      else several(l, out, h, c, pre, preRow, count, between);
      for (let r = 0; r < count; ++r) copy(h + <usize>r * hRow(l), out + <usize>r * l.row, l.width);
      if (!reverse) at += count;
    }
    if (!reverse) row += n;
  }
}

/**
 * One sequence. Few inputs, or those of one row, are added within the step: as a gemm they would take
 * longer to store and load again. h is read where the step before wrote it, in y.
 */
function alone(
  l: Layer, h: usize, c: usize, y: usize, x: usize, scratch: usize, preRow: usize, between: usize,
  rows: i32, reverse: bool, keep: bool,
): void {
  const xRow = <usize>l.inputs << 2, within = rows == 1 || l.inputs <= FEW;
  let before = h;
  for (let t = 0; t < rows;) {
    const end = within ? rows : min(t + CHUNK, rows), first = reverse ? rows - end : t;
    if (!within) inputHalf(l, scratch, preRow, x + <usize>first * xRow, xRow, end - t);
    for (; t < end; ++t) {
      const row = reverse ? rows - 1 - t : t;
      const out = keep ? y + <usize>row * l.row : y;
      if (within) single(l, out, before, c, scratch, x + <usize>row * xRow, l.inputs, between);
      else single(l, out, before, c, scratch + <usize>(row - first) * preRow, 0, 0, between);
      if (keep) before = out;
      else copy(h, out, l.width);
    }
  }
  if (keep) copy(h, before, l.width);
}

/** Sequences that reach timestep `t`. */
@inline function reach(active: usize, batch: i32, t: i32): i32 {
  return active ? load<i32>(active + (<usize>t << 2)) : batch;
}
