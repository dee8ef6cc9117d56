import type { Dtype } from "../graph/graph.ts";

/**
 * Numbers of a tensor, as JavaScript keeps each type: float16 and bfloat16 in a Float32Array; int64 also in an
 * Int32Array.
 */
export type SessionData =
  | Float32Array
  | Float64Array
  | Int32Array
  | BigInt64Array
  | BigUint64Array
  | Int16Array
  | Int8Array
  | Uint32Array
  | Uint16Array
  | Uint8Array;

/** The array of each type whose numbers JavaScript has an array for. */
export const ARRAYS = {
  float32: Float32Array,
  int64: BigInt64Array,
  int32: Int32Array,
  int16: Int16Array,
  int8: Int8Array,
  uint64: BigUint64Array,
  uint32: Uint32Array,
  uint16: Uint16Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const;

/** The array that numbers of a type come and go in. */
export const arrayOf: Readonly<Record<Dtype, new (length: number) => SessionData>> = {
  ...ARRAYS,
  float64: Float64Array,
  float16: Float32Array,
  bfloat16: Float32Array,
};
