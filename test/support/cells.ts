import { Model, tensor, type Description } from "../../src/index.ts";

/** One unit with one input: a row a gate of [W_ih, b_ih, W_hh, b_hh]. */
export function oneUnit(
  layer: Description["layers"][0],
  gates: readonly (readonly [number, number, number, number])[],
): Model {
  const column = (k: number) => Float32Array.from(gates, (row) => row[k]);
  return Model.fromTensors(
    [
      tensor("weight_ih_l0", [gates.length, 1], column(0)),
      tensor("bias_ih_l0", [gates.length], column(1)),
      tensor("weight_hh_l0", [gates.length, 1], column(2)),
      tensor("bias_hh_l0", [gates.length], column(3)),
    ],
    { layers: [layer] },
  );
}
