import { shown } from "../check.ts";

/** Rows of 8 or 16 bit integers with a scale each: the row's weights are scale * integer. */
export interface IntegerRows {
  readonly values: Int8Array | Int16Array;
  /** [rows] */
  readonly scales: Float32Array;
}

/** How a matrix of integers stands in panels: the row that each lane holds, -1 for padding. */
export interface IntegerPanels {
  readonly columns: number;
  readonly lanes: number;
  readonly panels: number;
  row(panel: number, lane: number): number;
  /** Absent where the sums start from what is there. */
  readonly bias?: (panel: number, lane: number) => number;
}

/** Integers that know how to pack themselves: integers.ts. What packs them knows no more of them than this. */
export interface Integers extends IntegerRows {
  /** Float32 words in panels, and as an embedding's table. */
  size(panels: IntegerPanels): number;
  readonly tableSize: number;
  /** Write them; `out` is zero, `name` is for errors. */
  pack(out: Float32Array, name: string, panels: IntegerPanels): void;
  packTable(out: Float32Array): void;
}

/** Makes integers for a net; without it a net takes floats alone, as in `unrolled/core`. */
export interface IntegerMaker {
  make(rows: IntegerRows): Integers;
  quantize(name: string, weights: Float32Array, rows: number, precision: "int8" | "int16"): IntegerRows;
}

/** The weights of a matrix [rows, columns], row-major. */
export type Matrix = Float32Array | Integers;

/** How a net keeps its matrices. */
export type Precision = "float32" | "int8" | "int16";

/** The same for all, or for those of each layer by its `weights`; of the others as the file has them. */
export type Precisions = Precision | { readonly [weights: string]: Precision };

/** Throws a TypeError for anything but precisions or undefined. */
export function checkPrecision(value: unknown, label = "weights"): void {
  if (value === undefined || value === "float32" || value === "int8" || value === "int16") return;
  if (label !== "weights" || typeof value !== "object" || value === null)
    throw new TypeError(`${label}: expected "float32", "int8" or "int16", got ${shown(value)}`);
  for (const [name, precision] of Object.entries(value)) checkPrecision(precision, `weights.${name}`);
}

export const isFloats = (m: Matrix): m is Float32Array => m instanceof Float32Array;

export const precisionOf = (m: Float32Array | IntegerRows): Precision =>
  m instanceof Float32Array ? "float32" : m.values instanceof Int8Array ? "int8" : "int16";

/** Weights of a matrix. */
export const countOf = (m: Matrix): number => (isFloats(m) ? m.length : m.values.length);

/** The weights as float32, each scale * integer rounded once. */
export function toFloats(m: Float32Array | IntegerRows): Float32Array {
  if (m instanceof Float32Array) return m;
  const { values, scales } = m;
  const columns = values.length / scales.length;
  return Float32Array.from(values, (q, i) => q * scales[Math.floor(i / columns)]);
}

/** The largest sum that int32 holds. */
export const LARGEST_SUM = 2 ** 31 - 1;
