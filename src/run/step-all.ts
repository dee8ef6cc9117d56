import { checkFloats, checkList, kindOf } from "../check.ts";
import type { Net } from "../model/build.ts";
import { overlap, readItems, type Items } from "./items.ts";
import { copyRow } from "./state.ts";
import { insideOf, Stream, type Inside } from "./stream.ts";
import { CHUNK_ROWS } from "./workspace.ts";

/**
 * One timestep of many streams of a model at once, bit for bit as `step` on each: the weights are read
 * once for all of them, which pays from about 256 KB of weights and 8 streams on. x [streams, inputSize] floats, or an
 * id a stream, to y [streams, outputSize]. Returns `y`. Throws TypeError or RangeError, with all states as they were.
 */
export function stepAll(streams: readonly Stream[], x: Items, y?: Float32Array): Float32Array {
  checkList("streams", streams);
  if (streams.length === 0) throw new RangeError("streams: expected at least one, got none");
  const { net, workspace } = insideAt(streams, 0);
  const { values: items, width, count } = readItems(net, x);
  const states = new Int32Array(streams.length);
  for (let i = 0; i < states.length; i++) {
    const inside = insideAt(streams, i);
    if (inside.net !== net)
      throw new TypeError(`streams[${i}]: expected a stream of the model of streams[0], got another's`);
    states[i] = inside.state;
  }
  if (count !== states.length) throw new RangeError(`x: expected an item a stream, ${states.length}, got ${count}`);
  const seen = new Set<number>();
  const twice = states.findIndex((at) => seen.size === seen.add(at).size);
  if (twice >= 0) throw new TypeError(`streams[${twice}]: expected every stream once, got one again`);
  const outputs = net.program.outputSize;
  y ??= new Float32Array(count * outputs);
  checkFloats("y", y, count * outputs);
  if (overlap(items, y)) throw new TypeError("y: expected memory apart from x, got an array that shares a part");
  const most = Math.min(count, CHUNK_ROWS);
  workspace.reserve(most, most, 0);
  const bytes = most * net.stateSize * 4;
  const block = net.arena.allocate(bytes);
  const { f32, i32 } = net.arena;
  const memory = net.layers[0].type === "embedding" ? i32 : f32;
  const { address, records } = net.program;
  const { a, b, scratch } = workspace;
  for (let from = 0; from < count; from += most) {
    const rows = Math.min(most, count - from);
    moveStates(net, block, states, from, rows, true);
    memory.set(items.subarray(from * width, (from + rows) * width), a >> 2);
    const result = net.kernels.forward(address, records, block, a, b, scratch, 1, rows, 0, rows) >> 2;
    y.set(f32.subarray(result, result + rows * outputs), from * outputs);
    moveStates(net, block, states, from, rows, false);
  }
  net.arena.release(block, bytes);
  return y;
}

function insideAt(streams: readonly Stream[], i: number): Inside {
  if (!(streams[i] instanceof Stream))
    throw new TypeError(`streams[${i}]: expected a stream, got ${kindOf(streams[i])}`);
  return insideOf(streams[i]);
}

/** Copies the states of `rows` streams from `from` on into the block of a batch, or out of it. */
function moveStates(
  { arena: { f32 }, cells }: Net,
  block: number,
  states: Int32Array,
  from: number,
  rows: number,
  gather: boolean,
): void {
  for (const { h, width, c, units } of cells) {
    for (let r = 0; r < rows; r++) {
      copyRow(f32, block, states[from + r], h, width, rows, r, gather);
      copyRow(f32, block, states[from + r], c, units, rows, r, gather);
    }
  }
}
