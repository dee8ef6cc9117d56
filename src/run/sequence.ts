import type { Net, Program } from "../model/build.ts";
import { reachOf, type Schedule } from "./batch.ts";
import type { Sequence } from "./items.ts";
import { CHUNK_ROWS, type Workspace } from "./workspace.ts";

/**
 * Runs whole sequences through a program, from and to the state at `state`.
 * A net of forward cells goes in chunks of timesteps through fixed buffers; a
 * bidirectional one needs every timestep of a layer before the next.
 * `output`: [batch, steps, outputSize], zero past each length; or, where the
 * program ends each sequence in one row or `all` is false, [batch, outputSize].
 */
export function runSequences(
  net: Net,
  workspace: Workspace,
  program: Program,
  items: Sequence,
  s: Schedule,
  state: number,
  output: Float32Array,
  all: boolean,
): void {
  const { steps, batch } = s;
  const summed = program.body < program.records;
  for (let t = 0; t < steps;) {
    let end = t;
    let rows = 0;
    do rows += reachOf(net, workspace, s, end++);
    while (end < steps && (net.bidirectional || rows + reachOf(net, workspace, s, end) <= CHUNK_ROWS));
    workspace.reserve(rows, batch, 0);
    writeRows(net, workspace, items, s, t, end);
    const result = net.kernels.forward(
      program.address,
      end === steps ? program.records : program.body,
      state,
      workspace.a,
      workspace.b,
      workspace.scratch,
      end - t,
      batch,
      activeAt(workspace, s, t),
      rows,
    );
    if (!summed && all) readRows(net, workspace, result, program.outputSize, s, t, end, output);
    else if (!summed) readLast(net, workspace, result, program.outputSize, s, t, end, output);
    else if (end === steps) readFinal(net, result, program.outputSize, s, output);
    t = end;
  }
}

/** Address of the number of sequences at timestep `t`, 0 where all have the same length. */
function activeAt(workspace: Workspace, s: Schedule, t: number): number {
  return s.order ? workspace.active + 4 * t : 0;
}

/** Timesteps of sequence `i` from t to end - 1. */
function stepsOf(s: Schedule, i: number, t: number, end: number): number {
  return Math.min(end, s.lengths ? s.lengths[i] : s.steps) - t;
}

/**
 * Copies in the items of timesteps t to end - 1: all sequences at once where they are
 * whole, else a sequence at a time, which takes a view on the caller's array each.
 */
function writeRows(
  net: Net,
  workspace: Workspace,
  { values, width }: Sequence,
  s: Schedule,
  t: number,
  end: number,
): void {
  const { a, b } = workspace;
  const memory = net.layers[0].type === "embedding" ? net.arena.i32 : net.arena.f32;
  const apart = s.batch > 1 ? b : a;
  const whole = isWhole(s, t, end);
  if (whole) memory.set(values, apart >> 2);
  for (let r = 0; r < reachOf(net, workspace, s, t) && (!whole || s.batch > 1); r++) {
    const i = s.order ? s.order[r] : r;
    const count = stepsOf(s, i, t, end);
    const from = (i * s.steps + t) * width;
    if (!whole) memory.set(values.subarray(from, from + count * width), apart >> 2);
    if (s.batch > 1)
      net.kernels.toTimeMajor(
        a + r * width * 4,
        whole ? b + from * 4 : b,
        width,
        count,
        s.batch,
        activeAt(workspace, s, t),
      );
  }
}

/** Copies out the rows of timesteps t to end - 1, likewise. */
function readRows(
  net: Net,
  workspace: Workspace,
  result: number,
  width: number,
  s: Schedule,
  t: number,
  end: number,
  output: Float32Array,
): void {
  const apart = s.batch > 1 ? (result === workspace.a ? workspace.b : workspace.a) : result;
  const whole = isWhole(s, t, end);
  for (let r = 0; r < reachOf(net, workspace, s, t) && (!whole || s.batch > 1); r++) {
    const i = s.order ? s.order[r] : r;
    const count = stepsOf(s, i, t, end);
    const to = (i * s.steps + t) * width;
    if (s.batch > 1)
      net.kernels.fromTimeMajor(
        whole ? apart + to * 4 : apart,
        result + r * width * 4,
        width,
        count,
        s.batch,
        activeAt(workspace, s, t),
      );
    if (!whole) output.set(workspace.view(apart, count * width), to);
  }
  if (whole) output.set(workspace.view(apart, output.length));
}

/** Whether timesteps t to end - 1 are all that any sequence has. */
function isWhole(s: Schedule, t: number, end: number): boolean {
  return t === 0 && end === s.steps && !s.order;
}

/** Copies out the row of each sequence that ends within timesteps t to end - 1. */
function readLast(
  net: Net,
  workspace: Workspace,
  result: number,
  width: number,
  s: Schedule,
  t: number,
  end: number,
  output: Float32Array,
): void {
  const { f32 } = net.arena;
  let from = result >> 2;
  for (; t < end; t++) {
    const count = reachOf(net, workspace, s, t);
    for (let r = 0; r < count; r++, from += width) {
      const i = s.order ? s.order[r] : r;
      if (stepsOf(s, i, t, t + 2) === 1) output.set(f32.subarray(from, from + width), i * width);
    }
  }
}

/** Copies out one row a sequence. */
function readFinal(net: Net, result: number, width: number, s: Schedule, output: Float32Array): void {
  for (let r = 0; r < s.batch; r++) {
    const from = (result >> 2) + r * width;
    output.set(net.arena.f32.subarray(from, from + width), (s.order ? s.order[r] : r) * width);
  }
}
