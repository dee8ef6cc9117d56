// y, h_n, c_n = cell(x, h_0, c_0), every direction over all of x: cells/recurrence.ts.
//
// Where sequences differ in length or steps are masked, each passes alone, as a batch of one:
// the bits are those of the whole batch.
import { CellRecord, Flag, Layer } from "../abi";
import { recurrence } from "../cells/recurrence";
import { copy, padded } from "../lanes";

export function cells(r: CellRecord): bool {
  for (let d = 0; d < r.directions; ++d) {
    const l = changetype<Layer>(changetype<usize>(r) + offsetof<CellRecord>() + <usize>d * offsetof<Layer>());
    if (r.lengths || r.mask) {
      for (let b = 0; b < r.batch; ++b) if (!alone(r, l, d, b)) return false;
    } else {
      for (let b = 0; b < r.batch; ++b) begin(r, l, d, b, b, r.batch);
      recurrence(l, r.state, r.y, r.x, r.scratch, r.steps, r.batch, 0, r.steps * r.batch, true);
      for (let b = 0; b < r.batch; ++b) end(r, l, d, b, b, r.batch);
    }
  }
  return true;
}

/** Row `row` of the state, of `rows`, from h_0 and c_0 of sequence b. */
function begin(r: CellRecord, l: Layer, d: i32, b: i32, row: i32, rows: i32): void {
  const from = d * (r.shared ? 1 : r.batch) + (r.shared ? 0 : b);
  part(r.state + l.h * rows, row, r.h0, from, l.width);
  if (l.c != l.h) part(r.state + l.c * rows, row, r.c0, from, l.units);
}

function part(block: usize, row: i32, values: usize, from: i32, count: i32): void {
  const h = block + ((<usize>(row * padded(count))) << 2);
  if (values) copy(h, values + ((<usize>(from * count)) << 2), count);
  else memory.fill(h, 0, (<usize>padded(count)) << 2);
}

function end(r: CellRecord, l: Layer, d: i32, b: i32, row: i32, rows: i32): void {
  const to = d * r.batch + b;
  if (r.hn)
    copy(
      r.hn + ((<usize>(to * l.width)) << 2),
      r.state + l.h * rows + ((<usize>(row * padded(l.width))) << 2),
      l.width,
    );
  if (r.cn)
    copy(
      r.cn + ((<usize>(to * l.units)) << 2),
      r.state + l.c * rows + ((<usize>(row * padded(l.units))) << 2),
      l.units,
    );
}

/** One sequence as far as it goes; what lies past its length is 0, and so is the state where it has none. */
function alone(r: CellRecord, l: Layer, d: i32, b: i32): bool {
  const steps = r.lengths ? load<i32>(r.lengths + ((<usize>b) << 2)) : r.steps;
  if (steps < 0 || steps > r.steps) return false;
  const xRow = (<usize>l.inputs) << 2,
    out = r.y + l.column + l.row * b;
  for (let t = 0; t < steps; ++t) copy(r.xs + xRow * t, r.x + xRow * (t * r.batch + b), l.inputs);
  begin(r, l, d, b, 0, 1);
  if (r.mask) masked(r, l, b);
  else if (steps) recurrence(l, r.state, r.ys, r.xs, r.scratch, steps, 1, 0, steps, true);
  else memory.fill(r.state, 0, l.c + ((<usize>padded(l.units)) << 2));
  for (let t = 0; t < steps; ++t) copy(out + l.row * (t * r.batch), r.ys + l.row * t + l.column, l.width);
  for (let t = steps; t < r.steps; ++t) memory.fill(out + l.row * (t * r.batch), 0, (<usize>l.width) << 2);
  end(r, l, d, b, 0, 1);
  return true;
}

/** A masked step leaves the state as it is, and repeats the output before it: zeros at first. */
function masked(r: CellRecord, l: Layer, b: i32): void {
  let before: usize = 0;
  for (let n = 0; n < r.steps; ++n) {
    const t = l.flags & Flag.REVERSE ? r.steps - 1 - n : n;
    const y = r.ys + l.row * t;
    if (load<i32>(r.mask + ((<usize>(t * r.batch + b)) << 2))) {
      recurrence(l, r.state, y, r.xs + ((<usize>(l.inputs * t)) << 2), r.scratch, 1, 1, 0, 1, true);
      before = y + l.column;
    } else if (before && !r.zeroMasked) {
      copy(y + l.column, before, l.width);
    } else memory.fill(y + l.column, 0, (<usize>l.width) << 2);
  }
}
