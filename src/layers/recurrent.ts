import { FormatError } from "../check.ts";
import type { CellOptions } from "./description.ts";
import { countOf, isFloats, precisionOf, type Matrix } from "../pack/matrix.ts";
import type { Tensors } from "../tensors/tensor.ts";
import { cellPanels, cellSize, packCell, whole, type CellWeights, type GateOrder } from "../pack/gates.ts";
import { packLinear } from "./linear.ts";
import { Flag, MOST_LAYERS, type Layer, type LayerRecord, type Weights } from "./layer.ts";

/** What tells one cell from another. */
export interface Cell {
  readonly kind: number;
  readonly gates: GateOrder;
  /** Gates in panels of their own, which need the others' result. */
  readonly candidate?: GateOrder;
  readonly hasCellState: boolean;
  flags(options: CellOptions): number;
}

type TakenWeights = CellWeights & {
  /** The tensors' names: prefix, tensor, suffix. */
  readonly name: (tensor: string) => string;
  readonly weightHr: Matrix | undefined;
  readonly peepholes: Float32Array | undefined;
  readonly parameters: number;
};

/**
 * A stack of cells as PyTorch's nn.RNN, nn.LSTM, nn.GRU and their Cell classes
 * save it. Sizes, depth, directions, biases and projection are read off the tensors:
 * weight_ih_l{k} [gates * H, in], weight_hh_l{k} [gates * H, H or P], bias_ih_l{k},
 * bias_hh_l{k} [gates * H], weight_hr_l{k} [P, H], each again with `_reverse`; and
 * for ONNX's LSTM weight_peephole_l{k} [3 * H], in the order i, f, o.
 */
export function recurrent(
  cell: Cell,
  options: CellOptions,
  prefix: string,
  tensors: Tensors,
  before: number | undefined,
): Layer {
  const single = tensors.has(prefix + "weight_ih"); // nn.RNNCell and its kin
  const suffix = (depth: number, reverse: boolean) => (single ? "" : `_l${depth}${reverse ? "_reverse" : ""}`);
  const directions = !single && tensors.has(`${prefix}weight_ih_l0_reverse`) ? 2 : 1;
  if (directions === 2 && options.direction) {
    throw new FormatError(
      "description",
      `direction: expected none beside ${prefix}weight_ih_l0_reverse, got ${JSON.stringify(options.direction)}`,
    );
  }
  const inputSize = before ?? tensors.shape(prefix + "weight_ih" + suffix(0, false), 2)[1];
  const records: LayerRecord[] = [];
  let parameters = 0;
  let inputs = inputSize;
  for (let depth = 0; depth === 0 || (!single && tensors.has(prefix + "weight_ih" + suffix(depth, false))); depth++) {
    if (depth >= MOST_LAYERS) {
      throw new FormatError(
        "unsupported",
        `${prefix}weight_ih_l${depth}: expected at most ${MOST_LAYERS} layers, got more`,
      );
    }
    for (let d = 0; d < directions; d++) {
      const w = takeCell(cell, options.type, prefix, suffix(depth, d === 1), tensors, inputs);
      const [first] = records;
      if (first && (w.units !== first.units || w.width !== first.state!.h)) {
        const name = `${prefix}weight_hh${suffix(depth, d === 1)}`;
        throw new FormatError(
          "shape",
          `${name}: expected ${first.units} units and ${first.state!.h} features of h, as in the first cell, got ${w.units} and ${w.width}`,
        );
      }
      parameters += w.parameters;
      const walk = d === 1 || options.direction === "reverse" ? Flag.REVERSE : directions === 2 ? Flag.PAIRED : 0;
      records.push(cellRecord(cell, options, walk, w, d, directions));
    }
    inputs = directions * records[0].state!.h;
  }
  return { type: options.type, weights: prefix, inputSize, outputSize: inputs, directions, parameters, records };
}

function takeCell(
  cell: Cell,
  type: string,
  prefix: string,
  suffix: string,
  tensors: Tensors,
  inputs: number,
): TakenWeights {
  const gates = cell.gates.torch.length;
  const name = (tensor: string) => prefix + tensor + suffix;
  const [rows, width] = tensors.shape(name("weight_hh"), 2);
  if (rows % gates !== 0) {
    throw new FormatError(
      "shape",
      `${name("weight_hh")}: expected ${gates} * H rows for ${type}, got [${rows}, ${width}]`,
    );
  }
  const units = rows / gates;
  const projected = cell.hasCellState && tensors.has(name("weight_hr"));
  const optional = (tensor: string, shape: number[]) =>
    tensors.has(name(tensor)) ? tensors.take(name(tensor), shape) : undefined;
  const w = {
    inputs,
    units,
    width: projected ? width : units,
    weightIh: tensors.matrix(name("weight_ih"), [rows, inputs]),
    weightHh: tensors.matrix(name("weight_hh"), [rows, projected ? width : units]),
    biasIh: optional("bias_ih", [rows]),
    biasHh: optional("bias_hh", [rows]),
    weightHr: projected ? tensors.matrix(name("weight_hr"), [width, units]) : undefined,
    peepholes: cell.hasCellState ? optional("weight_peephole", [3 * units]) : undefined,
  };
  for (const [tensor, matrix] of [
    ["weight_hh", w.weightHh],
    ["weight_hr", w.weightHr],
  ] as const) {
    if (matrix && isFloats(matrix) !== isFloats(w.weightIh))
      throw new FormatError(
        "dtype",
        `${name(tensor)}: expected ${precisionOf(w.weightIh)} as ${name("weight_ih")}, got ${precisionOf(matrix)}`,
      );
  }
  const sizes = [w.weightIh, w.weightHh, w.biasIh, w.biasHh, w.weightHr, w.peepholes].map((t) => (t ? countOf(t) : 0));
  return { ...w, name, parameters: sizes.reduce((a, b) => a + b) };
}

function cellRecord(
  cell: Cell,
  options: CellOptions,
  walk: number,
  w: TakenWeights,
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

function packed(order: GateOrder, w: TakenWeights): Weights {
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
