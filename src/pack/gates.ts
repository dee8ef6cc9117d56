import { isFloats, type IntegerPanels, type Integers, type Matrix } from "./matrix.ts";
import { unpackIntegers } from "./integers.ts";
import { LANES, pack, panelSize, unpack, type Block, type Group } from "./panels.ts";

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
}

/** The matrices of one cell as PyTorch names and shapes them; biases may be absent. */
export interface CellWeights {
  readonly inputs: number;
  readonly units: number;
  /** Features of h: `units`, or the projection's. */
  readonly width: number;
  readonly weightIh: Matrix;
  readonly weightHh: Matrix;
  readonly biasIh: Float32Array | undefined;
  readonly biasHh: Float32Array | undefined;
}

/** Rounded up to whole vectors. */
export function whole(elements: number): number {
  return Math.ceil(elements / 4) * 4;
}

/** A cell's panels: elements of one, and how many. */
export function cellPanels(
  order: GateOrder,
  { inputs, units, width }: Pick<CellWeights, "inputs" | "units" | "width">,
): { panel: number; panels: number } {
  return {
    panel: panelSize([
      { columns: inputs, lanes: lanesOf(order, order.x) },
      { columns: width, lanes: lanesOf(order, order.h) },
    ]),
    panels: Math.ceil(order.slots === 1 ? (order.x.length * whole(units)) / LANES : units / (LANES / order.slots)),
  };
}

/**
 * Packs a cell. The input biases take the first gates of the bias line, the
 * recurrent biases the last: where both add up they are summed in float64 and
 * rounded once; where a gate keeps them apart (GRU's candidate) each has its own.
 */
export function packCell(
  out: Float32Array,
  group: Group,
  name: (tensor: string) => string,
  order: GateOrder,
  w: CellWeights,
): void {
  const integers = integerBlocks(order, w);
  if (integers) {
    const { weightIh, weightHh, x, h } = integers;
    weightIh.pack(out, name("weight_ih"), x);
    weightHh.pack(out.subarray(weightIh.size(x)), name("weight_hh"), h);
  } else pack(out, cellPanels(order, w).panels, group, biasOf(order, w), blocksOf(order, w));
}

/** Float32 words of a packed cell. */
export function cellSize(order: GateOrder, w: CellWeights): number {
  const integers = integerBlocks(order, w);
  if (integers) return integers.weightIh.size(integers.x) + integers.weightHh.size(integers.h);
  const { panel, panels } = cellPanels(order, w);
  return panels * panel;
}

/** W_ih with the biases, and W_hh, one after the other, where they are integers. */
function integerBlocks(
  order: GateOrder,
  w: CellWeights,
): { weightIh: Integers; weightHh: Integers; x: IntegerPanels; h: IntegerPanels } | undefined {
  const { weightIh, weightHh } = w;
  if (isFloats(weightIh) || isFloats(weightHh)) return undefined;
  const { panels } = cellPanels(order, w);
  const [x, h] = blocksOf(order, w);
  return { weightIh, weightHh, x: { ...x, panels, bias: biasOf(order, w) }, h: { ...h, panels } };
}

function biasOf(order: GateOrder, w: CellWeights): (panel: number, lane: number) => number {
  const [x, h] = blocksOf(order, w);
  return (panel, lane) => {
    const i = rowAt(x, panel, lane);
    const j = rowAt(h, panel, lane - (LANES - h.lanes));
    return (i < 0 ? 0 : (w.biasIh?.[i] ?? 0)) + (j < 0 ? 0 : (w.biasHh?.[j] ?? 0));
  };
}

/** Reads a cell's gates back into `w`; a sum of two biases becomes the input bias. */
export function unpackCell(
  packed: Float32Array,
  group: Group,
  integers: boolean,
  order: GateOrder,
  w: CellWeights,
): void {
  const [x, h] = blocksOf(order, w);
  const bias = (panel: number, lane: number, value: number) => {
    const i = rowAt(x, panel, lane);
    const j = rowAt(h, panel, lane - (LANES - h.lanes));
    if (i >= 0) w.biasIh![i] = value;
    else if (j >= 0) w.biasHh![j] = value;
  };
  const { panels } = cellPanels(order, w);
  if (!integers) unpack(packed, panels, group, bias, [x, h]);
  else unpackIntegers(packed.subarray(unpackIntegers(packed, panels, x, bias)), panels, h);
}

/** The blocks of a cell's panels of floats: for x, for h. */
function blocksOf(order: GateOrder, w: CellWeights): [Block, Block] {
  return [
    {
      matrix: w.weightIh as Float32Array,
      columns: w.inputs,
      lanes: lanesOf(order, order.x),
      row: rowOf(order, order.x, w.units),
    },
    {
      matrix: w.weightHh as Float32Array,
      columns: w.width,
      lanes: lanesOf(order, order.h),
      row: rowOf(order, order.h, w.units),
    },
  ];
}

/** The block's row in a lane of the bias line, -1 for none. */
function rowAt(block: Block, panel: number, lane: number): number {
  return lane < 0 || lane >= block.lanes ? -1 : block.row(panel, lane);
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
