import { scan, type Cell, type Scan } from "./cells.ts";
import { checkRank, featuresOf, type Emitter, type Sym } from "./emitter.ts";
import { counted } from "./names.ts";
import type { Kind, Layer } from "./layer.ts";

const variables = (layer: Layer) => ["kernel", "recurrent_kernel", ...(layer.flag("use_bias", true) ? ["bias"] : [])];

/** What a layer says of its sequence; a cell inside says the rest. */
export function readSequence(layer: Layer): { backwards: boolean; sequences: boolean; states: boolean; zero: boolean } {
  for (const key of ["stateful", "unroll"]) layer.flag(key);
  for (const key of ["time_major", "return_runtime"]) layer.only(key, false);
  for (const key of ["input_dim", "input_length"]) layer.value(key);
  return {
    backwards: layer.flag("go_backwards"),
    sequences: layer.flag("return_sequences"),
    states: layer.flag("return_state"),
    zero: layer.flag("zero_output_for_mask"),
  };
}

/** The scans of a layer, one after the other where its cell is a stack. */
export function scanLayer(g: Emitter, layer: Layer, x: Sym, initial: readonly Sym[]): Scan {
  checkRank(layer, x, 3);
  const { backwards, zero, states } = readSequence(layer);
  const cells = cellsOf(layer);
  const mask = x.mask === undefined ? "" : g.transpose(layer, x.mask, [1, 0]);
  let rows = g.transpose(layer, x.value, [1, 0, 2]);
  let features = featuresOf(layer, x);
  if (cells.length > 1 && (initial.length > 0 || states)) throw layer.error("states of stacked cells are not run");
  let result: Scan | undefined;
  for (const { cell, layer: at } of cells) {
    result = scan(g, at, cell, { x: rows, features, mask, backwards, zero, initial });
    if (at !== layer) at.finish();
    rows = result.rows;
    features = result.units;
  }
  if (result === undefined) throw layer.error("expected at least one cell");
  return result;
}

const CELLS: Readonly<Record<string, Cell>> = {
  SimpleRNN: "rnn",
  GRU: "gru",
  LSTM: "lstm",
  SimpleRNNCell: "rnn",
  GRUCell: "gru",
  LSTMCell: "lstm",
};

function cellsOf(layer: Layer): { cell: Cell; layer: Layer }[] {
  if (Object.hasOwn(CELLS, layer.className)) return [{ cell: CELLS[layer.className], layer }];
  return layer.children.flatMap((child) => {
    if (child.layer.className !== "StackedRNNCells") return cellsOf(child.layer);
    child.layer.value("cells");
    for (const key of ["reverse_state_order"]) child.layer.only(key, false);
    child.layer.finish();
    return cellsOf(child.layer);
  });
}

/** [T, B, H] as Keras gives it, [B, T, H], turned around where `turned`. */
export function rowsOf(g: Emitter, layer: Layer, rows: string, turned: boolean): string {
  return g.transpose(layer, turned ? g.flip(layer, rows, 0) : rows, [1, 0, 2]);
}

function buildRecurrent(g: Emitter, layer: Layer, inputs: readonly Sym[], initial: readonly Sym[]): Sym[] {
  const [x] = inputs;
  const result = scanLayer(g, layer, x, initial);
  const { backwards, sequences, states } = readSequence(layer);
  const { units } = result;
  const output: Sym = sequences
    ? { value: rowsOf(g, layer, result.rows, backwards), dims: [x.dims[0], x.dims[1], units], mask: x.mask }
    : { value: result.last, dims: [x.dims[0], units] };
  return [output, ...(states ? result.states.map((value): Sym => ({ value, dims: [x.dims[0], units] })) : [])];
}

/** Keras before 3 passes states as further inputs. */
const recurrent: Kind = {
  variables,
  cell: true,
  calls: { states: true },
  build: (g, layer, inputs, call) => buildRecurrent(g, layer, inputs, [...inputs.slice(1), ...call.states]),
};

/** A cell is run by the layer that it is in. */
const cell: Kind = {
  variables,
  build: (_, layer) => {
    throw layer.error("a cell by itself is not run");
  },
};

/** RNN of cells: the cells carry the variables. */
const rnn: Kind = {
  calls: { states: true },
  children: (config) => [{ at: "cell", json: config.cell }],
  build: (g, layer, inputs, call) => {
    layer.value("cell");
    // TensorFlow.js writes what its cell says a second time.
    if (layer.generation === "tfjs")
      for (const key of ["cells", ...Object.keys(layer.children[0].layer.config)]) layer.value(key);
    return buildRecurrent(g, layer, inputs, [...inputs.slice(1), ...call.states]);
  },
};

const stack: Kind = { children: (config) => counted("cells", config.cells), build: cell.build };

export const RECURRENT: Readonly<Record<string, Kind>> = {
  SimpleRNN: recurrent,
  GRU: recurrent,
  LSTM: recurrent,
  RNN: rnn,
  SimpleRNNCell: cell,
  GRUCell: cell,
  LSTMCell: cell,
  StackedRNNCells: stack,
};
