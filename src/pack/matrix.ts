import { FormatError, shown } from "../check.ts";

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

/**
 * Quantizes a matrix [rows, columns], symmetric: integer = round(w / scale), one scale a row.
 *
 *   int8   scale = max |w| / 127
 *   int16  scale = max(max |w| / 32767, sum |w| / S),  S = (2^31 - 1) / 2^p - columns / 2
 *
 * With 16 bits on both sides the sum of products is what limits: |x| <= 2^p and sum |w| <= S share
 * 31 bits. p = (33 - log2 columns) / 2, at most 14, makes the errors of both alike for inputs as
 * spread as weights: 12 at 512 columns, where a weight of average magnitude has 10 bits.
 * Throws FormatError where a weight is not finite.
 */
export function quantize(name: string, w: Float32Array, rows: number, precision: "int8" | "int16"): Integers {
  const columns = w.length / rows;
  const values = precision === "int8" ? new Int8Array(w.length) : new Int16Array(w.length);
  const scales = new Float32Array(rows);
  const most = precision === "int8" ? 127 : 32767;
  const bits = Math.min(14, Math.floor((33 - Math.ceil(Math.log2(columns))) / 2));
  const room = precision === "int8" ? Infinity : Math.floor(LARGEST_SUM / 2 ** bits) - columns / 2 - 2;
  for (let r = 0; r < rows; r++) {
    const end = (r + 1) * columns;
    let largest = 0;
    let sum = 0;
    for (let i = r * columns; i < end; i++) {
      const magnitude = Math.abs(w[i]);
      if (!(magnitude < Infinity))
        throw new FormatError(
          "unsupported",
          `${name}: expected finite weights for ${precision}, got ${w[i]} in row ${r}`,
        );
      if (magnitude > largest) largest = magnitude;
      sum += magnitude;
    }
    const scale = (scales[r] = Math.max(largest / most, sum / room));
    if (scales[r] === 0) continue; // a row of zeros, or of less than float32 can scale
    for (let i = r * columns; i < end; i++) values[i] = Math.max(-most, Math.min(most, Math.round(w[i] / scale)));
  }
  return { values, scales };
}
