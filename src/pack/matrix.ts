import { shown } from "../check.ts";

/** Rows of 8 or 16 bit integers with a scale each: the row's weights are scale * integer. */
export interface Integers {
  readonly values: Int8Array | Int16Array;
  /** [rows] */
  readonly scales: Float32Array;
}

/** The weights of a matrix [rows, columns], row-major. */
export type Matrix = Float32Array | Integers;

/** How a net keeps its matrices. */
export type Precision = "float32" | "int8" | "int16";

/** Throws a TypeError for anything but a precision or undefined. */
export function checkPrecision(value: unknown): void {
  if (value !== undefined && value !== "float32" && value !== "int8" && value !== "int16") {
    throw new TypeError(`weights: expected "float32", "int8" or "int16", got ${shown(value)}`);
  }
}

export const isFloats = (m: Matrix): m is Float32Array => m instanceof Float32Array;

export const precisionOf = (m: Matrix): Precision =>
  isFloats(m) ? "float32" : m.values instanceof Int8Array ? "int8" : "int16";

/** Weights of a matrix. */
export const countOf = (m: Matrix): number => (isFloats(m) ? m.length : m.values.length);

/** The weights as float32, each scale * integer rounded once. */
export function toFloats(m: Matrix): Float32Array {
  if (isFloats(m)) return m;
  const { values, scales } = m;
  const columns = values.length / scales.length;
  return Float32Array.from(values, (q, i) => q * scales[Math.floor(i / columns)]);
}

/** The largest sum that int32 holds. */
export const LARGEST_SUM = 2 ** 31 - 1;
