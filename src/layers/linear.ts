import { countOf } from "../pack/matrix.ts";
import type { Tensors } from "../tensors/tensor.ts";
import { Kind, type Layer } from "./layer.ts";
import { packLinear } from "./packed.ts";

/** y = weight x + bias; weight [out, in], bias [out] or none. */
export function linear(prefix: string, tensors: Tensors, before: number | undefined): Layer {
  const name = prefix + "weight";
  const [outputs, columns] = tensors.shape(name, 2);
  const inputSize = before ?? columns;
  const weight = tensors.matrix(name, [outputs, inputSize]);
  const bias = tensors.has(prefix + "bias") ? tensors.take(prefix + "bias", [outputs]) : undefined;
  return {
    type: "linear",
    weights: prefix,
    inputSize,
    outputSize: outputs,
    directions: 0,
    parameters: countOf(weight) + (bias?.length ?? 0),
    records: [
      {
        kind: Kind.LINEAR,
        flags: 0,
        inputs: inputSize,
        units: outputs,
        column: 0,
        columns: outputs,
        ...packLinear(name, weight, bias, outputs, inputSize),
      },
    ],
  };
}
