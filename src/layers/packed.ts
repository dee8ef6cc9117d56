import { isFloats, type IntegerPanels, type Matrix } from "../pack/matrix.ts";
import { LANES, pack, panelSize, type Block } from "../pack/panels.ts";
import type { Weights } from "./layer.ts";

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
