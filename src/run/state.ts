import { checkFloats } from "../check.ts";
import type { CellState, Net } from "../model/build.ts";
import { whole } from "../pack/gates.ts";

/**
 * Hidden states of all cells, and the cell states of LSTMs, in PyTorch's order
 * and shapes: `h` is [layers * directions, (batch,) width], `c` the same with H.
 * Where a net has several recurrent layers, theirs follow each other.
 */
export interface State {
  readonly h: Float32Array;
  /** Only where the net has an LSTM. */
  readonly c?: Float32Array;
}

/** Elements of `h` and of `c` for one sequence. */
export function stateSizes(net: Net): { h: number; c: number } {
  return { h: net.cells.reduce((n, s) => n + s.width, 0), c: net.cells.reduce((n, s) => n + s.units, 0) };
}

/** A state of zeros for `batch` sequences. */
export function emptyState(net: Net, batch: number): State {
  const { h, c } = stateSizes(net);
  return c > 0 ? { h: new Float32Array(h * batch), c: new Float32Array(c * batch) } : { h: new Float32Array(h * batch) };
}

/** Throws unless `state` has this net's sizes for `batch` sequences. */
export function checkState(label: string, net: Net, state: State, batch: number): void {
  const { h, c } = stateSizes(net);
  checkFloats(`${label}.h`, state.h, h * batch);
  if (c > 0) checkFloats(`${label}.c`, state.c, c * batch);
  else if (state.c !== undefined) throw new TypeError(`${label}.c: expected none for a net without LSTM, got ${state.c.length} values`);
}

/** Copies `state` into the block at `address`; row r of memory is sequence `order[r]` of `state`. */
export function writeState(net: Net, address: number, state: State, batch: number, order: Int32Array | undefined): void {
  const { f32 } = net.arena;
  eachRow(net, address, batch, order, (at, from, size, cell) => {
    const source = cell ? state.c! : state.h;
    for (let k = 0; k < size; k++) f32[at + k] = source[from + k];
  });
}

/** Copies the block at `address` out into `state`. */
export function readState(net: Net, address: number, state: State, batch: number, order: Int32Array | undefined): void {
  const { f32 } = net.arena;
  eachRow(net, address, batch, order, (at, to, size, cell) => {
    const target = cell ? state.c! : state.h;
    for (let k = 0; k < size; k++) target[to + k] = f32[at + k];
  });
}

/** Visits every cell's h and c of every sequence: element in memory, element in the State, how many, and whether it is c. */
function eachRow(
  net: Net, address: number, batch: number, order: Int32Array | undefined,
  visit: (at: number, index: number, size: number, cell: boolean) => void,
): void {
  let h = 0;
  let c = 0;
  for (const s of net.cells) {
    h = eachOf(s, s.h, s.width, h, false);
    c = eachOf(s, s.c, s.units, c, true);
  }

  function eachOf(_: CellState, offset: number, size: number, index: number, cell: boolean): number {
    const block = (address >> 2) + offset * batch;
    for (let r = 0; r < batch; r++) visit(block + r * whole(size), index + (order ? order[r] : r) * size, size, cell);
    return index + batch * size;
  }
}
