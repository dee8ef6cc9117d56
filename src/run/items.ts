import { checkLength, isShared, kindOf } from "../check.ts";
import type { Net } from "../model/build.ts";
import { encodeUtf8 } from "../text.ts";
import type { State } from "./state.ts";

/**
 * A sequence: rows of features one after the other, token ids, or for a net on
 * bytes a text. A batch is the sequences one after the other, each of the same length.
 */
export type Items = Float32Array | ArrayLike<number> | string;

/** What can be copied a part at a time. */
type NumberArray = ArrayLike<number> & { subarray(from: number, to: number): ArrayLike<number> };

/** Items as numbers, checked: features [items, inputSize], or ids within the vocabulary. */
export interface Sequence {
  readonly values: NumberArray;
  /** Values an item: the features, or one id. */
  readonly width: number;
  readonly count: number;
}

/** Checks all items before any is used: what may change meanwhile is copied first. @internal */
export function readItems(net: Net, items: Items, label = "x"): Sequence {
  const [first] = net.layers;
  const ids = net.description.input === "ids" || net.description.input === "bytes";
  const values = readNumbers(typeof items === "string" ? encodeText(net, items, label) : items, label, ids);
  const width = ids ? 1 : first.inputSize;
  if (!(values.length > 0) || values.length % width !== 0) {
    throw new RangeError(
      `${label}: expected ${width === 1 ? "at least one item" : `rows of ${width} features, at least one`}, got ${values.length} values`,
    );
  }
  if (ids) for (let i = 0; i < values.length; i++) checkId(label, values[i], first.inputSize, i);
  return { values, width, count: values.length / width };
}

/** A typed array of numbers that nobody else writes as it is; of all else a copy, each element a number. */
export function readNumbers(values: ArrayLike<number>, label: string, ids: boolean): NumberArray {
  if (ArrayBuffer.isView(values) && !(values instanceof DataView) && typeof values[0] !== "bigint") {
    if (values.length === 0) checkAttached(label, values);
    return (isShared(values) ? (values as unknown as Float32Array).slice() : values) as unknown as NumberArray;
  }
  if (typeof values !== "object" || values === null || typeof values.length !== "number") {
    throw new TypeError(`${label}: expected an array of numbers, got ${kindOf(values)}`);
  }
  const { length } = values;
  if (!Number.isSafeInteger(length) || length < 0)
    throw new RangeError(`${label}: expected an array of numbers, got one of length ${length}`);
  const copy = ids ? new Float64Array(length) : new Float32Array(length);
  for (let i = 0; i < copy.length; i++) {
    const value: unknown = values[i];
    if (typeof value !== "number") throw new TypeError(`${label}[${i}]: expected a number, got ${kindOf(value)}`);
    copy[i] = value;
  }
  return copy;
}

/** Throws unless `id` is a whole number below `vocabulary`. */
export function checkId(label: string, id: number, vocabulary: number, at?: number): void {
  if (!(id >= 0 && id < vocabulary && id === Math.trunc(id))) {
    throw new RangeError(
      `${label}${at === undefined ? "" : `[${at}]`}: expected an id from 0 to ${vocabulary - 1}, got ${id}`,
    );
  }
}

/** Throws where an array was given away: its length is 0 then. */
export function checkAttached(label: string, view: ArrayBufferView): void {
  try {
    new Uint8Array(view.buffer);
  } catch {
    throw new TypeError(`${label}: expected an array with its memory, got one whose memory was transferred`);
  }
}

/** Whether two arrays share memory. */
export function overlap(a: unknown, b: unknown): boolean {
  return (
    ArrayBuffer.isView(a) &&
    ArrayBuffer.isView(b) &&
    a.buffer === b.buffer &&
    a.byteOffset < b.byteOffset + b.byteLength &&
    b.byteOffset < a.byteOffset + a.byteLength
  );
}

/** Throws where a run would overwrite what it has yet to read, or what it has written. */
export function checkApart({ values }: Sequence, output: Float32Array, { h, c }: State): void {
  if (overlap(output, values)) throw shared("into.output", "x");
  if (overlap(output, h)) throw shared("into.output", "into.state.h");
  if (overlap(output, c)) throw shared("into.output", "into.state.c");
  if (overlap(h, c)) throw shared("into.state.h", "into.state.c");
}

const shared = (label: string, other: string) =>
  new TypeError(`${label}: expected memory apart from ${other}, got an array that shares it`);

function encodeText(net: Net, text: string, label: string): Uint8Array {
  if (net.description.input !== "bytes") {
    throw new TypeError(
      `${label}: expected ${net.description.input === "ids" ? "ids" : "features"}, got a text; only a net with input "bytes" takes one`,
    );
  }
  return encodeUtf8(text);
}

/** Throws unless a timestep's features are as many as the net takes. @internal */
export function checkItem(net: Net, x: ArrayLike<number>): void {
  checkLength("x", x, net.layers[0].inputSize);
}
