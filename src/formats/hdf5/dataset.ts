import { unzlibSync } from "fflate/browser";
import { FormatError } from "../../check.ts";
import { MESSAGE, readTree, type Message } from "./header.ts";
import { readDatatype, readNumbers, readShape, type Datatype } from "./types.ts";
import { bad, unsupported, UNDEFINED, type View } from "./view.ts";

/** An array of numbers as they run: float32, or int32 of integers. */
export interface Dataset {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/** Reads a dataset of numbers (IV.A.2.i): compact, contiguous, or in chunks, deflated, shuffled and summed. */
export function readDataset(view: View, messages: readonly Message[], path: string): Dataset {
  const find = (type: number, what: string): Message => {
    const message = messages.find((m) => m.type === type);
    if (message === undefined) throw bad(`${path}: expected a dataset, got no ${what}`);
    if (message.shared) throw unsupported(`${path}: a shared ${what} is not read`);
    return message;
  };
  const type = readDatatype(view, find(MESSAGE.type, "type").at);
  const shape = readShape(view, find(MESSAGE.space, "shape").at);
  const count = shape.reduce((product, n) => product * n, 1);
  const bytes = count * type.size;
  const layout = find(MESSAGE.layout, "data");
  view.take(bytes, path);
  return { shape, data: readNumbers(readLayout(view, layout.at, messages, { path, shape, type, bytes }), type, count) };
}

interface Array {
  readonly path: string;
  readonly shape: readonly number[];
  readonly type: Datatype;
  readonly bytes: number;
}

function readLayout(view: View, at: number, messages: readonly Message[], array: Array): Uint8Array {
  const version = view.u8(at);
  const layout = view.u8(at + 1);
  if (version !== 3 && !(version === 4 && layout < 2)) {
    throw unsupported(
      `${array.path}: data of layout ${version} (libver "latest") are not read: write it again without`,
    );
  }
  if (array.bytes === 0) return new Uint8Array(0);
  if (layout === 0) return view.slice(at + 4, stored(array, view.u16(at + 2)));
  if (layout === 1) return view.slice(placed(array, view.u64(at + 2)), stored(array, view.u64(at + 10)));
  if (layout === 2) return readChunks(view, at + 2, messages, array);
  throw unsupported(`${array.path}: expected compact, contiguous or chunked data, got layout ${layout}`);
}

function stored(array: Array, bytes: number): number {
  if (bytes < array.bytes) {
    throw new FormatError("truncated", `HDF5: ${array.path}: expected ${array.bytes} bytes of data, got ${bytes}`);
  }
  return array.bytes;
}

function placed(array: Array, address: number): number {
  if (address === UNDEFINED) throw bad(`${array.path}: expected data, got none`);
  return address;
}

/** Chunks of one shape, row-major, in a tree; the rank in the file counts the bytes of an element as an axis. */
function readChunks(view: View, at: number, messages: readonly Message[], array: Array): Uint8Array {
  const { path, shape, type } = array;
  const rank = view.u8(at) - 1;
  if (rank !== shape.length) throw bad(`${path}: expected chunks of ${shape.length} axes, got ${rank}`);
  const chunk = shape.map((_, i) => view.u32(at + 9 + 4 * i));
  const size = chunk.reduce((product, n) => product * n, type.size);
  const filters = readFilters(view, messages, path);
  if (size === 0) throw bad(`${path}: chunks of ${size} bytes`);
  const entries = readTree(view, placed(array, view.u64(at + 1)), 1, 8 + 8 * (rank + 1));
  const needed = shape.reduce((product, n, i) => product * Math.ceil(n / chunk[i]), 1);
  if (entries.length !== needed) throw bad(`${path}: expected ${needed} chunks, got ${entries.length}`);
  view.take(needed * size, path);
  const out = new Uint8Array(array.bytes);
  const seen = new Set<string>();
  for (const { key, child } of entries) {
    const from = shape.map((_, i) => view.u64(key + 8 + 8 * i));
    if (from.some((n, i) => n % chunk[i] !== 0 || n >= shape[i]) || seen.has(`${from}`)) {
      throw bad(`${path}: a chunk at [${from}]`);
    }
    seen.add(`${from}`);
    const bytes = unfilter(view.slice(child, view.u32(key)), view.u32(key + 4), filters, {
      size,
      element: type.size,
      path,
    });
    copyChunk(bytes, out, { shape, chunk, from, element: type.size });
  }
  return out;
}

/** The filters in the order in which they were applied (IV.A.2.l). */
function readFilters(view: View, messages: readonly Message[], path: string): number[] {
  const message = messages.find((m) => m.type === MESSAGE.filters);
  if (message === undefined) return [];
  const version = view.u8(message.at);
  if (version !== 1 && version !== 2) throw unsupported(`${path}: filters of version ${version} are not read`);
  const filters: number[] = [];
  let at = message.at + (version === 1 ? 8 : 2);
  for (let left = view.u8(message.at + 1); left > 0; left--) {
    const id = view.u16(at);
    const named = version === 1 || id > 255;
    const name = named ? view.u16(at + 2) : 0;
    const values = view.u16(at + (named ? 6 : 4));
    filters.push(id);
    at += (named ? 8 : 6) + (version === 1 ? Math.ceil(name / 8) * 8 + (values % 2) * 4 : name) + values * 4;
  }
  return filters;
}

function unfilter(
  bytes: Uint8Array,
  mask: number,
  filters: readonly number[],
  chunk: { size: number; element: number; path: string },
): Uint8Array {
  let data = bytes;
  for (let i = filters.length - 1; i >= 0; i--) {
    if ((mask >> i) & 1) continue;
    if (filters[i] === 1) data = inflate(data, chunk);
    else if (filters[i] === 2) data = unshuffle(data, chunk.element);
    else if (filters[i] === 3)
      data = data.subarray(0, data.length - 4); // a checksum
    else throw unsupported(`${chunk.path}: filter ${filters[i]} is not read (deflate, shuffle and fletcher32 are)`);
  }
  if (data.length < chunk.size) {
    throw new FormatError(
      "truncated",
      `HDF5: ${chunk.path}: expected a chunk of ${chunk.size} bytes, got ${data.length}`,
    );
  }
  return data;
}

/** Up to a chunk and a checksum: what is longer is damage. */
function inflate(bytes: Uint8Array, chunk: { size: number; path: string }): Uint8Array {
  try {
    return unzlibSync(bytes, { out: new Uint8Array(chunk.size + 4) });
  } catch (error) {
    throw bad(`${chunk.path}: deflated data: ${(error as Error).message}`);
  }
}

/** From first bytes of all elements, then second bytes, to elements. */
function unshuffle(bytes: Uint8Array, element: number): Uint8Array {
  const count = Math.floor(bytes.length / element);
  const out = bytes.slice();
  for (let b = 0, at = 0; b < element; b++) for (let i = 0; i < count; i++) out[i * element + b] = bytes[at++];
  return out;
}

function copyChunk(
  bytes: Uint8Array,
  out: Uint8Array,
  {
    shape,
    chunk,
    from,
    element,
  }: { shape: readonly number[]; chunk: readonly number[]; from: readonly number[]; element: number },
): void {
  const last = shape.length - 1;
  const row = last < 0 ? element : Math.min(chunk[last], shape[last] - from[last]) * element;
  const copy = (axis: number, source: number, target: number): void => {
    if (axis >= last) {
      const to = (target * (last < 0 ? 1 : shape[last]) + (last < 0 ? 0 : from[last])) * element;
      out.set(bytes.subarray(source * (last < 0 ? 1 : chunk[last]) * element).subarray(0, row), to);
      return;
    }
    const rows = Math.min(chunk[axis], shape[axis] - from[axis]);
    for (let i = 0; i < rows; i++) copy(axis + 1, source * chunk[axis] + i, target * shape[axis] + from[axis] + i);
  };
  copy(0, 0, 0);
}
