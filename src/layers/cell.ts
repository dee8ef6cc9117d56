import { cellPanels, cellSize, packCell, whole, type CellWeights, type GateOrder } from "../pack/gates.ts";
import { isFloats, type Matrix } from "../pack/matrix.ts";
import type { CellOptions } from "./description.ts";
import { Flag, type LayerRecord, type Weights } from "./layer.ts";
import { packLinear } from "./packed.ts";

/** What tells one cell from another. */
export interface Cell {
  readonly kind: number;
  readonly gates: GateOrder;
  /** Gates in panels of their own, which need the others' result. */
  readonly candidate?: GateOrder;
  readonly hasCellState: boolean;
  flags(options: Omit<CellOptions, "weights">): number;
}

/** All that one direction of a cell has learned. */
export type LearnedCell = CellWeights & {
  /** The tensors' names: prefix, tensor, suffix. */
  readonly name: (tensor: string) => string;
  readonly weightHr: Matrix | undefined;
  readonly peepholes: Float32Array | undefined;
};

/** The record of one direction of a cell; `walk` are the flags of how it goes. */
export function cellRecord(
  cell: Cell,
  options: Omit<CellOptions, "weights">,
  walk: number,
  w: LearnedCell,
  direction: number,
  directions: number,
): LayerRecord {
  const hard = options.gate === "hard_sigmoid";
  const variant = options.clip !== undefined || hard || w.peepholes ? Flag.VARIANT : 0;
  return {
    kind: cell.kind,
    flags: cell.flags(options) | walk | variant | (hard ? Flag.HARD : 0),
    inputs: w.inputs,
    units: w.units,
    column: direction * w.width,
    columns: directions * w.width,
    weights: packed(cell.gates, w),
    panel: cellPanels(cell.gates, w).panel,
    integers: !isFloats(w.weightIh),
    panels: cellPanels(cell.gates, w).panels,
    second: cell.candidate
      ? packed(cell.candidate, w)
      : w.weightHr && packLinear(w.name("weight_hr"), w.weightHr, undefined, w.width, w.units).weights,
    peepholes: w.peepholes && packPeepholes(w.peepholes, w.units),
    clip: options.clip,
    alpha: options.alpha,
    beta: options.beta ?? 0.5,
    gates: cell.gates,
    candidate: cell.candidate,
    state: { h: w.width, c: cell.hasCellState ? w.units : 0 },
  };
}

function packed(order: GateOrder, w: LearnedCell): Weights {
  return { size: cellSize(order, w), write: (out, group) => packCell(out, group, w.name, order, w) };
}

/** [i f o][units], each in whole vectors. */
function packPeepholes(peepholes: Float32Array, units: number): Weights {
  const row = whole(units);
  return {
    size: 3 * row,
    write: (out) =>
      [0, 1, 2].forEach((gate) => out.set(peepholes.subarray(gate * units, (gate + 1) * units), gate * row)),
  };
}
