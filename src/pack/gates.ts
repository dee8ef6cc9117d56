import { LANES, pack, panelSize, type Block } from "./panels.ts";

/**
 * How a cell's rows are ordered by the producer and in a panel: one letter a gate.
 * `x` and `h` are a panel's lines for an input and for a recurrent feature. With
 * one gate a panel has 16 units, otherwise 4.
 */
export interface GateOrder {
  /** PyTorch's order of the gates in weight_ih [gates * H, in], weight_hh and the biases. */
  readonly torch: string;
  readonly x: string;
  readonly h: string;
}

/** The matrices of one cell as PyTorch names and shapes them; biases may be absent. */
export interface CellWeights {
  readonly inputs: number;
  readonly units: number;
  /** Features of h: `units`, or the projection's. */
  readonly width: number;
  readonly weightIh: Float32Array;
  readonly weightHh: Float32Array;
  readonly biasIh: Float32Array | undefined;
  readonly biasHh: Float32Array | undefined;
}

/** Hidden units in a panel. */
export function unitsPerPanel(order: GateOrder): number {
  return order.torch.length === 1 ? LANES : 4;
}

/** Elements of one panel of a cell. */
export function cellPanelSize(order: GateOrder, inputs: number, width: number): number {
  const units = unitsPerPanel(order);
  return panelSize([
    { columns: inputs, lanes: order.x.length * units },
    { columns: width, lanes: order.h.length * units },
  ]);
}

/**
 * Packs a cell. The input biases take the first gates of the bias line, the
 * recurrent biases the last: where both add up they are summed in float64 and
 * rounded once; where a gate keeps them apart (GRU's candidate) each has its own.
 */
export function packCell(out: Float32Array, abreast: number, order: GateOrder, w: CellWeights): void {
  const units = unitsPerPanel(order);
  const slots = LANES / units;
  const rowIn = (line: string) => (panel: number, lane: number) => {
    const unit = panel * units + (lane % units);
    return unit < w.units ? order.torch.indexOf(line[Math.floor(lane / units)]) * w.units + unit : -1;
  };
  const x: Block = { matrix: w.weightIh, columns: w.inputs, lanes: order.x.length * units, row: rowIn(order.x) };
  const h: Block = { matrix: w.weightHh, columns: w.width, lanes: order.h.length * units, row: rowIn(order.h) };
  const skip = (slots - order.h.length) * units;
  const part = (bias: Float32Array | undefined, block: Block, panel: number, lane: number) => {
    if (!bias || lane < 0 || lane >= block.lanes) return 0;
    const row = block.row(panel, lane);
    return row < 0 ? 0 : bias[row];
  };
  const bias = (panel: number, lane: number) => part(w.biasIh, x, panel, lane) + part(w.biasHh, h, panel, lane - skip);
  pack(out, Math.ceil(w.units / units), abreast, bias, [x, h]);
}
