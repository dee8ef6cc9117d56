import { FormatError } from "../check.ts";
import type { LayerDescription } from "../model/description.ts";
import type { Tensors } from "../model/tensor.ts";
import { cellPanelSize, packCell, unitsPerPanel, type CellWeights, type GateOrder } from "../pack/gates.ts";
import { packLinear } from "./linear.ts";
import { Flag, type Layer, type LayerRecord } from "./layer.ts";

/** What tells one cell from another. */
export interface Cell {
  readonly type: "rnn" | "lstm" | "gru";
  readonly kind: number;
  readonly order: GateOrder;
  readonly hasCellState: boolean;
  flags(options: CellOptions): number;
}

/** A cell's fields in the description. */
export type CellOptions = { readonly nonlinearity?: "tanh" | "relu" } & Omit<Extract<LayerDescription, { weights: string }>, "type">;

/**
 * A stack of cells as PyTorch's nn.RNN, nn.LSTM, nn.GRU and their Cell classes
 * save it. Sizes, depth, directions, biases and projection are read off the tensors:
 * weight_ih_l{k} [gates * H, in], weight_hh_l{k} [gates * H, H or P], bias_ih_l{k},
 * bias_hh_l{k} [gates * H], weight_hr_l{k} [P, H], each again with `_reverse`.
 */
export function recurrent(cell: Cell, options: CellOptions, prefix: string, tensors: Tensors, before: number | undefined): Layer {
  const single = tensors.has(prefix + "weight_ih"); // nn.RNNCell and its kin
  const suffix = (depth: number, reverse: boolean) => (single ? "" : `_l${depth}${reverse ? "_reverse" : ""}`);
  const directions = !single && tensors.has(`${prefix}weight_ih_l0_reverse`) ? 2 : 1;
  const inputSize = before ?? tensors.shape(prefix + "weight_ih" + suffix(0, false), 2)[1];
  const records: LayerRecord[] = [];
  let parameters = 0;
  let inputs = inputSize;
  for (let depth = 0; depth === 0 || (!single && tensors.has(prefix + "weight_ih" + suffix(depth, false))); depth++) {
    for (let d = 0; d < directions; d++) {
      const w = takeCell(cell, prefix, suffix(depth, d === 1), tensors, inputs);
      parameters += w.parameters;
      records.push(cellRecord(cell, cell.flags(options), w, d, directions));
    }
    inputs = directions * records[records.length - 1].state!.h;
  }
  return { type: cell.type, weights: prefix, inputSize, outputSize: inputs, directions, parameters, records };
}

type TakenWeights = CellWeights & { readonly weightHr: Float32Array | undefined; readonly parameters: number };

function takeCell(cell: Cell, prefix: string, suffix: string, tensors: Tensors, inputs: number): TakenWeights {
  const gates = cell.order.torch.length;
  const name = (tensor: string) => prefix + tensor + suffix;
  const [rows, width] = tensors.shape(name("weight_hh"), 2);
  if (rows % gates !== 0) {
    throw new FormatError("shape", `${name("weight_hh")}: expected ${gates} * H rows for ${cell.type}, got [${rows}, ${width}]`);
  }
  const units = rows / gates;
  const projected = cell.hasCellState && tensors.has(name("weight_hr"));
  const optional = (tensor: string) => (tensors.has(name(tensor)) ? tensors.take(name(tensor), [rows]) : undefined);
  const w = {
    inputs,
    units,
    width,
    weightIh: tensors.take(name("weight_ih"), [rows, inputs]),
    weightHh: tensors.take(name("weight_hh"), [rows, projected ? width : units]),
    biasIh: optional("bias_ih"),
    biasHh: optional("bias_hh"),
    weightHr: projected ? tensors.take(name("weight_hr"), [width, units]) : undefined,
  };
  const sizes = [w.weightIh, w.weightHh, w.biasIh, w.biasHh, w.weightHr].map((t) => t?.length ?? 0);
  return { ...w, parameters: sizes.reduce((a, b) => a + b) };
}

function cellRecord(cell: Cell, flags: number, w: TakenWeights, direction: number, directions: number): LayerRecord {
  const panel = cellPanelSize(cell.order, w.inputs, w.width);
  const panels = Math.ceil(w.units / unitsPerPanel(cell.order));
  return {
    kind: cell.kind,
    flags: flags | (direction === 1 ? Flag.REVERSE : directions === 2 ? Flag.PAIRED : 0),
    inputs: w.inputs,
    units: w.units,
    column: direction * w.width,
    columns: directions * w.width,
    weights: { size: panels * panel, write: (out, abreast) => packCell(out, abreast, cell.order, w) },
    panel,
    projection: w.weightHr && packLinear(w.weightHr, undefined, w.width, w.units).weights,
    state: { h: w.width, c: cell.hasCellState ? w.units : 0 },
  };
}
