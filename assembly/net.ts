// A net is a list of layer records; a call walks it once over a block of rows.
import { assertActive, assertRegion, assertRows, CHECKED } from "./check";
import * as integer from "./integer/embedding";
import { copy, ofIntegers } from "./lanes";
import { Flag, Kind, Layer } from "./abi";
import { recurrence } from "./cells/recurrence";
import { padded } from "./lanes";
import { linear } from "./linear/linear";
import { embedding } from "./ops/embedding";
import { softmax } from "./ops/softmax";

/**
 * Runs `layers` records over `steps` timesteps of `batch` sequences, from and to `state`.
 * `a` holds the input rows, time-major: [rows, features] f32, or [rows] i32 ids. Layers
 * write `a` and `b` in turns; returns the one that holds the result.
 * `active`: i32 sequences at each timestep (falling), or 0 where all have `batch`;
 * `rows`: their sum.
 */
export function forward(
  net: usize,
  layers: i32,
  state: usize,
  a: usize,
  b: usize,
  scratch: usize,
  steps: i32,
  batch: i32,
  active: usize,
  rows: i32,
): usize {
  const end = net + <usize>layers * offsetof<Layer>();
  if (CHECKED) {
    assert(layers > 0 && steps > 0 && batch > 0, "nothing to run");
    assertRegion(net, <usize>layers * offsetof<Layer>(), 64);
    assertActive(active, steps, batch, rows);
  }
  for (; net < end; net += offsetof<Layer>()) {
    const l = changetype<Layer>(net);
    const paired = (l.flags & Flag.PAIRED) != 0;
    if (CHECKED) {
      assertRows(a, (<usize>l.inputs) << 2, l.inputs, rows, 64);
      assertRows(b, l.row, <i32>(l.row >> 2), l.kind == Kind.LAST ? batch : rows, 64);
      assert(!((l.weights % 64) | (l.second % 64) | (l.peepholes % 64) | (l.panel % 16)), "weights out of line");
    }
    switch (l.kind) {
      case Kind.EMBEDDING:
        if (ofIntegers(l.panel)) integer.embedding(b, l.weights, a, l.units, rows);
        else embedding(b, l.weights, a, l.units, rows);
        break;
      case Kind.LINEAR:
        linear(b, l.row, l.weights, l.panel, a, (<usize>l.inputs) << 2, l.inputs, l.units, rows);
        break;
      case Kind.SOFTMAX:
        softmax(a, l.units, rows);
        continue;
      case Kind.LAST:
        last(l, state, b, batch);
        if (!paired) rows = batch;
        break;
      default: {
        const next = net + (paired ? 2 : 1) * offsetof<Layer>();
        const keep = next >= end || changetype<Layer>(next).kind != Kind.LAST;
        recurrence(l, state, b, a, scratch, steps, batch, active, rows, keep);
      }
    }
    if (paired) continue;
    const out = b;
    b = a;
    a = out;
  }
  return a;
}

/** y[sequence] = h of the cell before, as it stands in the state. */
function last(l: Layer, state: usize, y: usize, batch: i32): void {
  y += l.column;
  for (let r = 0, h = state + l.h * batch; r < batch; ++r) {
    copy(y, h, l.width);
    y += l.row;
    h += (<usize>padded(l.width)) << 2;
  }
}
