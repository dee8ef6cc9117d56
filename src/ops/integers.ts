import { past, type At, type Lowering } from "../abi/lowering.ts";
import { integers, roomFor } from "../pack/integers.ts";
import type { Integers, Matrix, Precision } from "../pack/matrix.ts";
import { oneOf, type Reader } from "./op.ts";

/** The attribute `weights`: how an op keeps its matrices, whatever the file has. */
export const precision = oneOf(["float32", "int8", "int16"], "float32") as Reader<Precision>;

const made = new WeakMap<Float32Array, Map<string, Integers>>();

/**
 * A matrix [rows, columns] as it is kept; the integers of one matrix are made once. `source` is what it is `part` of.
 */
export function kept(
  name: string,
  source: Float32Array,
  part: Float32Array,
  rows: number,
  precision: Precision,
): Matrix {
  if (precision === "float32") return part;
  let known = made.get(source);
  if (!known) made.set(source, (known = new Map<string, Integers>()));
  const key = `${precision} ${rows} ${part.byteOffset}`;
  let matrix = known.get(key);
  if (!matrix) known.set(key, (matrix = integers.make(integers.quantize(name, part, rows, precision))));
  return matrix;
}

/**
 * What a record has as `panel` where its matrices are integers: the room for rows of `columns` and for `panels`, and 1.
 */
export const integerPanel = (to: Lowering, columns: number, panels: number): At =>
  past(to.scratch(roomFor(columns, panels)), 1);
