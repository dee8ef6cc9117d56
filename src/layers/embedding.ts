import type { Tensors } from "../model/tensor.ts";
import { Kind, type Layer } from "./layer.ts";

/** y = weight[id]; weight [vocabulary, features]. */
export function embedding(prefix: string, tensors: Tensors): Layer {
  const name = prefix + "weight";
  const [vocabulary, features] = tensors.shape(name, 2);
  const table = tensors.take(name, [vocabulary, features]);
  return {
    type: "embedding",
    weights: prefix,
    inputSize: vocabulary,
    outputSize: features,
    directions: 0,
    parameters: table.length,
    records: [
      {
        kind: Kind.EMBEDDING, flags: 0, inputs: 1, units: features, column: 0, columns: features,
        weights: { size: table.length, write: (out) => out.set(table) },
      },
    ],
  };
}
