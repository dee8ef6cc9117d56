import type { Net, Program } from "../model/build.ts";
import { reachOf, type Schedule } from "./batch.ts";
import { writeItem, type Sequence } from "./items.ts";
import { CHUNK_ROWS, type Workspace } from "./workspace.ts";

/**
 * Runs whole sequences through a program, from and to the state at `state`.
 * A net of forward cells goes in chunks of timesteps through fixed buffers; a
 * bidirectional one needs every timestep of a layer before the next.
 * `output`: [batch, steps, outputSize], zero past each length; or, where the
 * program ends each sequence in one row or `all` is false, [batch, outputSize].
 */
export function runSequences(
  net: Net, workspace: Workspace, program: Program, items: Sequence, s: Schedule,
  state: number, output: Float32Array | undefined, all: boolean,
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
      program.address, end === steps ? program.records : program.body, state,
      workspace.a, workspace.b, workspace.scratch,
      end - t, batch, s.order ? workspace.active + 4 * t : 0, rows,
    );
    if (output) {
      if (!summed) readRows(net, workspace, result, program.outputSize, s, t, end, output, all);
      else if (end === steps) readFinal(net, result, program.outputSize, s, output);
    }
    t = end;
  }
}

/** Copies in the items of timesteps t to end - 1, timestep by timestep. */
function writeRows(net: Net, workspace: Workspace, items: Sequence, s: Schedule, t: number, end: number): void {
  const bytes = items.width * 4;
  let at = workspace.a;
  for (; t < end; t++) {
    const count = reachOf(net, workspace, s, t);
    for (let r = 0; r < count; r++, at += bytes) writeItem(net, at, items, (s.order ? s.order[r] : r) * s.steps + t);
  }
}

/** Copies out the rows of timesteps t to end - 1, all of them or each sequence's last. */
function readRows(
  net: Net, workspace: Workspace, address: number, width: number, s: Schedule,
  t: number, end: number, output: Float32Array, all: boolean,
): void {
  const { f32 } = net.arena;
  let from = address >> 2;
  for (; t < end; t++) {
    const count = reachOf(net, workspace, s, t);
    for (let r = 0; r < count; r++, from += width) {
      const sequence = s.order ? s.order[r] : r;
      if (!all && t + 1 !== (s.lengths ? s.lengths[sequence] : s.steps)) continue;
      const to = (all ? sequence * s.steps + t : sequence) * width;
      for (let k = 0; k < width; k++) output[to + k] = f32[from + k];
    }
  }
}

/** Copies out one row a sequence. */
function readFinal(net: Net, address: number, width: number, s: Schedule, output: Float32Array): void {
  const { f32 } = net.arena;
  let from = address >> 2;
  for (let r = 0; r < s.batch; r++, from += width) {
    const to = (s.order ? s.order[r] : r) * width;
    for (let k = 0; k < width; k++) output[to + k] = f32[from + k];
  }
}
