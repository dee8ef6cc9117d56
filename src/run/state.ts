import { checkFloats, kindOf } from "../check.ts";
import type { Net } from "../model/build.ts";
import { whole } from "../pack/gates.ts";

/**
 * Hidden states of all cells, and the cell states of LSTMs, in PyTorch's order
 * and shapes: `h` is [layers * directions, (batch,) width], `c` the same with H.
 * Where a net has several recurrent layers, theirs follow each other.
 */
export interface State {
  /** Hidden states, [cells, (batch,) size]; cells = layers * directions. */
  readonly h: Float32Array;
  /** Only where the net has an LSTM. */
  readonly c?: Float32Array;
}

/** Elements of `h` for one sequence. @internal */
export function sizeOfH(net: Net): number {
  let size = 0;
  for (let i = 0; i < net.cells.length; i++) size += net.cells[i].width;
  return size;
}

/** Elements of `c` for one sequence, 0 where no cell has one. @internal */
export function sizeOfC(net: Net): number {
  let size = 0;
  for (let i = 0; i < net.cells.length; i++) size += net.cells[i].units;
  return size;
}

/** A state of zeros for `batch` sequences. @internal */
export function emptyState(net: Net, batch: number): State {
  const h = new Float32Array(sizeOfH(net) * batch);
  const c = sizeOfC(net) * batch;
  return c > 0 ? { h, c: new Float32Array(c) } : { h };
}

/** Both parts of a state, each read once. */
export function readParts(label: string, state: State): State {
  if (typeof state !== "object" || state === null)
    throw new TypeError(`${label}: expected { h, c }, got ${kindOf(state)}`);
  return { h: state.h, c: state.c };
}

/** Throws unless `state` has this net's sizes for `batch` sequences. @internal */
export function checkState(label: string, net: Net, state: State, batch: number): void {
  const h = sizeOfH(net) * batch;
  const c = sizeOfC(net) * batch;
  if (!isFloats(state.h, h)) checkFloats(`${label}.h`, state.h, h);
  if (c > 0 && !isFloats(state.c, c)) checkFloats(`${label}.c`, state.c, c);
  if (c === 0 && state.c !== undefined)
    throw new TypeError(`${label}.c: expected none for a net without LSTM, got ${kindOf(state.c)}`);
}

function isFloats(value: unknown, length: number): boolean {
  return value instanceof Float32Array && value.length === length;
}

/** Copies `state` into the block at `address`; row r of memory is sequence `order[r]` of `state`. @internal */
export function writeState(
  net: Net,
  address: number,
  state: State,
  batch: number,
  order: Int32Array | undefined,
): void {
  const { f32 } = net.arena;
  let h = 0;
  let c = 0;
  for (let i = 0; i < net.cells.length; i++) {
    const cell = net.cells[i];
    for (let r = 0; r < batch; r++) {
      const sequence = order ? order[r] : r;
      let at = rowAt(address, cell.h, cell.width, batch, r);
      let from = h + sequence * cell.width;
      for (let k = 0; k < cell.width; k++) f32[at++] = state.h[from++];
      at = rowAt(address, cell.c, cell.units, batch, r);
      from = c + sequence * cell.units;
      for (let k = 0; k < cell.units; k++) f32[at++] = state.c![from++];
    }
    h += batch * cell.width;
    c += batch * cell.units;
  }
}

/** Copies the block at `address` out into `state`. @internal */
export function readState(net: Net, address: number, state: State, batch: number, order: Int32Array | undefined): void {
  const { f32 } = net.arena;
  let h = 0;
  let c = 0;
  for (let i = 0; i < net.cells.length; i++) {
    const cell = net.cells[i];
    for (let r = 0; r < batch; r++) {
      const sequence = order ? order[r] : r;
      let at = rowAt(address, cell.h, cell.width, batch, r);
      let to = h + sequence * cell.width;
      for (let k = 0; k < cell.width; k++) state.h[to++] = f32[at++];
      at = rowAt(address, cell.c, cell.units, batch, r);
      to = c + sequence * cell.units;
      for (let k = 0; k < cell.units; k++) state.c![to++] = f32[at++];
    }
    h += batch * cell.width;
    c += batch * cell.units;
  }
}

/** The element of memory where row `r` of a cell's h or c begins: rows in whole vectors, one block a cell. */
function rowAt(address: number, offset: number, size: number, batch: number, r: number): number {
  return (address >> 2) + offset * batch + r * whole(size);
}

/** Copies a cell's h or c of a stream's state into row `r` of a block of `batch`, or back. @internal */
export function copyRow(
  f32: Float32Array,
  block: number,
  state: number,
  offset: number,
  size: number,
  batch: number,
  r: number,
  gather: boolean,
): void {
  const row = rowAt(block, offset, size, batch, r);
  const alone = rowAt(state, offset, size, 1, 0);
  if (gather) f32.copyWithin(row, alone, alone + size);
  else f32.copyWithin(alone, row, row + size);
}
