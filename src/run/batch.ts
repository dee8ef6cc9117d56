import { checkCount, checkLength } from "../check.ts";
import type { Net } from "../model/build.ts";
import type { Workspace } from "./workspace.ts";

/**
 * The order in which a block's rows pass through the net: sequences by falling
 * length, timestep by timestep, so that those still running are always the first.
 */
export interface Schedule {
  readonly steps: number;
  readonly batch: number;
  /** Row r of every timestep is sequence order[r]; none where all have the same length. */
  readonly order: Int32Array | undefined;
  readonly lengths: ArrayLike<number> | undefined;
}

/** Checks `batch` and `lengths` against the number of items. */
export function schedule(
  net: Net,
  workspace: Workspace,
  items: number,
  batch: number,
  lengths: ArrayLike<number> | undefined,
): Schedule {
  checkCount("batch", batch, 1);
  if (items % batch !== 0)
    throw new RangeError(`x: expected items for ${batch} sequences of the same length, got ${items}`);
  const steps = items / batch;
  if (!lengths) return { steps, batch, order: undefined, lengths };
  checkLength("lengths", lengths, batch);
  for (let i = 0; i < batch; i++) {
    checkCount(`lengths[${i}]`, lengths[i], 1);
    if (lengths[i] > steps)
      throw new RangeError(`lengths[${i}]: expected at most ${steps} timesteps, got ${lengths[i]}`);
  }
  workspace.reserve(0, 0, steps);
  return { steps, batch, order: orderByLength(net, workspace.active, steps, lengths), lengths };
}

/** Sorts by counting, stable; writes the number of sequences that reach each timestep to `active`. */
function orderByLength(net: Net, active: number, steps: number, lengths: ArrayLike<number>): Int32Array {
  const reach = net.arena.i32.subarray(active >> 2, (active >> 2) + steps);
  reach.fill(0);
  for (let i = 0; i < lengths.length; i++) reach[lengths[i] - 1]++;
  for (let t = steps - 2; t >= 0; t--) reach[t] += reach[t + 1]; // sequences of length > t
  const next = new Int32Array(steps); // the row for the next sequence of length t + 1: all longer ones come before
  for (let t = 0; t < steps - 1; t++) next[t] = reach[t + 1];
  const order = new Int32Array(lengths.length);
  for (let i = 0; i < lengths.length; i++) order[next[lengths[i] - 1]++] = i;
  return order;
}

/** Sequences that reach timestep `t`. */
export function reachOf(net: Net, workspace: Workspace, s: Schedule, t: number): number {
  return s.order ? net.arena.i32[(workspace.active >> 2) + t] : s.batch;
}
