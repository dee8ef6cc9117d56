import { LANES, pack, panelSize, type Block } from "./panels.ts";

/**
 * How a cell's gates stand with the producer and in panels: a letter each.
 * With several slots a panel has 16 / slots units of each gate, and `x` and `h`
 * are its lines for an input and for a recurrent feature. With one slot the
 * lanes run on through the gates, each of them in whole vectors.
 */
export interface GateOrder {
  /** PyTorch's order of the gates in weight_ih [gates * H, in], weight_hh and the biases. */
  readonly torch: string;
  readonly slots: number;
  readonly x: string;
  readonly h: string;
  /** Panels that stand side by side in every build, where not the build's own number. */
  readonly abreast?: number;
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

/** Rounded up to whole vectors. */
export function whole(elements: number): number {
  return Math.ceil(elements / 4) * 4;
}

/** A cell's panels: elements of one, and how many. */
export function cellPanels(order: GateOrder, { inputs, units, width }: Pick<CellWeights, "inputs" | "units" | "width">): { panel: number; panels: number } {
  return {
    panel: panelSize([{ columns: inputs, lanes: lanesOf(order, order.x) }, { columns: width, lanes: lanesOf(order, order.h) }]),
    panels: Math.ceil(order.slots === 1 ? (order.x.length * whole(units)) / LANES : units / (LANES / order.slots)),
  };
}

/**
 * Packs a cell. The input biases take the first gates of the bias line, the
 * recurrent biases the last: where both add up they are summed in float64 and
 * rounded once; where a gate keeps them apart (GRU's candidate) each has its own.
 */
export function packCell(out: Float32Array, abreast: number, order: GateOrder, w: CellWeights): void {
  const x: Block = { matrix: w.weightIh, columns: w.inputs, lanes: lanesOf(order, order.x), row: rowOf(order, order.x, w.units) };
  const h: Block = { matrix: w.weightHh, columns: w.width, lanes: lanesOf(order, order.h), row: rowOf(order, order.h, w.units) };
  const part = (bias: Float32Array | undefined, block: Block, panel: number, lane: number) => {
    if (!bias || lane < 0 || lane >= block.lanes) return 0;
    const row = block.row(panel, lane);
    return row < 0 ? 0 : bias[row];
  };
  const bias = (panel: number, lane: number) => part(w.biasIh, x, panel, lane) + part(w.biasHh, h, panel, lane - (LANES - h.lanes));
  pack(out, cellPanels(order, w).panels, order.abreast ?? abreast, bias, [x, h]);
}

/** Lanes of a line. */
function lanesOf(order: GateOrder, line: string): number {
  return order.slots === 1 ? LANES : (line.length * LANES) / order.slots;
}

/** The producer's row for each lane of each panel, -1 for padding. */
function rowOf(order: GateOrder, line: string, units: number): (panel: number, lane: number) => number {
  const [run, step] = order.slots === 1 ? [whole(units), LANES] : [LANES / order.slots, LANES / order.slots];
  return (panel, lane) => {
    const at = order.slots === 1 ? panel * step + lane : lane;
    const unit = order.slots === 1 ? at % run : panel * step + (lane % run);
    const gate = line[Math.floor(at / run)];
    return gate !== undefined && unit < units ? order.torch.indexOf(gate) * units + unit : -1;
  };
}
