import { Word } from "../abi/layout.ts";
import type { Dtype } from "../graph/graph.ts";
import { isFloat } from "./op.ts";

/** Bits that integers of a type keep, below 0 where signed. int64 runs as int32: what leaves that is an error. */
export function bitsOf(dtype: Dtype): number {
  const bits = { bool: 1, int8: -8, int16: -16, int32: -32, int64: -64, uint8: 8, uint16: 16, uint32: 32, uint64: 64 }[
    dtype as string
  ];
  return bits ?? -32;
}

/** How a type's numbers run. */
export function wordOf(dtype: Dtype): number {
  return isFloat(dtype) ? Word.FLOAT : Word.INT;
}

/** A number as a type's word of 32 bits. */
export function wordBits(value: number, dtype: Dtype): number {
  return isFloat(dtype) ? new Int32Array(Float32Array.of(value).buffer)[0] : Math.trunc(value);
}
