import { countOf, isFloats, type IntegerPanels, type Matrix } from "../pack/matrix.ts";
import type { Tensors } from "../tensors/tensor.ts";
import { LANES, pack, panelSize, type Block } from "../pack/panels.ts";
import { Kind, type Layer, type Weights } from "./layer.ts";

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

/** The panels of a [rows, columns] matrix: 16 rows each. */
export function packLinear(
  name: string,
  matrix: Matrix,
  bias: Float32Array | undefined,
  rows: number,
  columns: number,
): { weights: Weights; panel?: number; integers: boolean } {
  const row = (panel: number, lane: number) => (panel * LANES + lane < rows ? panel * LANES + lane : -1);
  const panels = Math.ceil(rows / LANES);
  const biasOf = (p: number, lane: number) => (bias && row(p, lane) >= 0 ? bias[row(p, lane)] : 0);
  if (!isFloats(matrix)) {
    const block: IntegerPanels = { columns, lanes: LANES, panels, row, bias: biasOf };
    const weights = { size: matrix.size(block), write: (out: Float32Array) => matrix.pack(out, name, block) };
    return { integers: true, weights };
  }
  const block: Block = { matrix, columns, lanes: LANES, row };
  const panel = panelSize([block]);
  const write: Weights["write"] = (out, group) => pack(out, panels, group, biasOf, [block]);
  return { integers: false, panel, weights: { size: panels * panel, write } };
}
