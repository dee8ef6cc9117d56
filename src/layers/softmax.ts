import { Kind, type Layer } from "./layer.ts";

/** y = exp(x) / sum exp(x), over the features of an item. */
export function softmax(size: number): Layer {
  return {
    type: "softmax",
    weights: "",
    inputSize: size,
    outputSize: size,
    directions: 0,
    parameters: 0,
    records: [{ kind: Kind.SOFTMAX, flags: 0, inputs: size, units: size, column: 0, columns: size }],
  };
}
