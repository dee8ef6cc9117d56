import { countOf, isFloats } from "../pack/matrix.ts";
import type { Tensors } from "../tensors/tensor.ts";
import { Kind, type Layer, type Weights } from "./layer.ts";

/** y = weight[id]; weight [vocabulary, features]. */
export function embedding(prefix: string, tensors: Tensors): Layer {
  const name = prefix + "weight";
  const [vocabulary, features] = tensors.shape(name, 2);
  const table = tensors.matrix(name, [vocabulary, features]);
  const packed: Weights = isFloats(table)
    ? { size: table.length, write: (out) => out.set(table) }
    : { size: table.tableSize, write: (out) => table.packTable(out) };
  return {
    type: "embedding",
    weights: prefix,
    inputSize: vocabulary,
    outputSize: features,
    directions: 0,
    parameters: countOf(table),
    records: [
      {
        kind: Kind.EMBEDDING,
        flags: 0,
        inputs: 1,
        units: features,
        column: 0,
        columns: features,
        weights: packed,
        integers: !isFloats(table),
      },
    ],
  };
}
