import { checkLength, kindOf } from "../check.ts";
import type { Net } from "../model/build.ts";
import { encodeUtf8 } from "../text.ts";

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

/** Checks all items before any is used. @internal */
export function readItems(net: Net, items: Items, label = "x"): Sequence {
  const [first] = net.layers;
  const ids = net.description.input === "ids" || net.description.input === "bytes";
  const values = typeof items === "string" ? encodeText(net, items, label) : items;
  if (typeof values !== "object" || values === null || typeof values.length !== "number") {
    throw new TypeError(`${label}: expected an array of numbers, got ${kindOf(items)}`);
  }
  const width = ids ? 1 : first.inputSize;
  if (!(values.length > 0) || values.length % width !== 0) {
    throw new RangeError(`${label}: expected ${width === 1 ? "at least one item" : `rows of ${width} features, at least one`}, got ${values.length} values`);
  }
  if (ids) for (let i = 0; i < values.length; i++) checkId(label, values[i], first.inputSize, i);
  const whole = ArrayBuffer.isView(values) ? (values as unknown as NumberArray) : ids ? Int32Array.from(values) : Float32Array.from(values);
  return { values: whole, width, count: values.length / width };
}

/** Throws unless `id` is a whole number below `vocabulary`. */
export function checkId(label: string, id: number, vocabulary: number, at?: number): void {
  if (!(id >= 0 && id < vocabulary && id === Math.trunc(id))) {
    throw new RangeError(`${label}${at === undefined ? "" : `[${at}]`}: expected an id from 0 to ${vocabulary - 1}, got ${id}`);
  }
}

/** Throws where a run would overwrite items that it has yet to read. */
export function checkApart({ values }: Sequence, output: Float32Array): void {
  if (!ArrayBuffer.isView(values) || values.buffer !== output.buffer) return;
  if (values.byteOffset < output.byteOffset + output.byteLength && output.byteOffset < values.byteOffset + values.byteLength) {
    throw new TypeError("into.output: expected memory apart from x, got an array that shares it");
  }
}

function encodeText(net: Net, text: string, label: string): Uint8Array {
  if (net.description.input !== "bytes") {
    throw new TypeError(`${label}: expected ${net.description.input === "ids" ? "ids" : "features"}, got a text; only a net with input "bytes" takes one`);
  }
  return encodeUtf8(text);
}

/** Throws unless a timestep's features are as many as the net takes. @internal */
export function checkItem(net: Net, x: ArrayLike<number>): void {
  checkLength("x", x, net.layers[0].inputSize);
}
