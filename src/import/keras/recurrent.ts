import { scan, STATES, type Cell, type Scan } from "./cells.ts";
import { givenMask } from "./apply.ts";
import { checkRank, featuresOf, type Emitter, type Sym } from "./emitter.ts";
import { counted } from "./names.ts";
import type { Call, Kind, Layer } from "./layer.ts";

const variables = (layer: Layer) => ["kernel", "recurrent_kernel", ...(layer.flag("use_bias", true) ? ["bias"] : [])];

/** What a layer says of its sequence; a cell inside says the rest. */
export function readSequence(layer: Layer) {
  layer.flag("stateful");
  for (const key of ["time_major", "return_runtime"]) layer.only(key, false);
  for (const key of ["input_dim", "input_length"]) layer.value(key);
  return {
    backwards: layer.flag("go_backwards"),
    sequences: layer.flag("return_sequences"),
    states: layer.flag("return_state"),
    zero: layer.flag("zero_output_for_mask"),
    unrolled: layer.flag("unroll"),
  };
}

/** The scans of a layer, one after the other where its cell is a stack. */
export function scanLayer(g: Emitter, layer: Layer, x: Sym, initial: readonly Sym[]): Scan {
  checkRank(layer, x, 3);
  const { backwards, states, zero, unrolled } = readSequence(layer);
  if (x.mask !== undefined && backwards && zero && unrolled) {
    throw layer.error("zero_output_for_mask of an unrolled layer that goes backwards is not run");
  }
  const cells = cellsOf(layer);
  const mask = x.mask === undefined ? "" : g.transpose(layer, x.mask, [1, 0]);
  let rows = g.transpose(layer, x.value, [1, 0, 2]);
  let features = featuresOf(layer, x);
  if (cells.length > 1 && layer.generation !== "keras 3" && (initial.length > 0 || states)) {
    throw layer.error("states of stacked cells are not run"); // in an order that versions disagree about
  }
  const results: Scan[] = [];
  let used = 0;
  for (const { cell, layer: at } of cells) {
    const own = initial.slice(used, (used += STATES[cell]));
    const result = scan(g, at, cell, { x: rows, features, mask, backwards, zero, initial: own });
    if (at !== layer) at.finish();
    results.push(result);
    ({ rows, units: features } = result);
  }
  if (results.length === 0) throw layer.error("expected at least one cell");
  if (initial.length > 0 && initial.length !== used) {
    throw layer.error(`expected ${used} initial states, got ${initial.length}`);
  }
  return { ...results[results.length - 1], states: results.flatMap((r) => r.states) };
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

/**
 * x with the mask that a scan sees: Keras 3 passes a mask on, but not to a call with states, unless it is given one.
 */
export function seenBy(g: Emitter, layer: Layer, x: Sym, initial: readonly Sym[], call: Call): Sym {
  const unseen = layer.generation === "keras 3" && initial.length > 0 && !call.masked;
  return unseen ? { ...x, mask: undefined } : givenMask(g, layer, x);
}

function buildRecurrent(g: Emitter, layer: Layer, inputs: readonly Sym[], call: Call): Sym[] {
  const [x] = inputs;
  const initial = [...inputs.slice(1), ...call.states];
  const result = scanLayer(g, layer, seenBy(g, layer, x, initial, call), initial);
  const { backwards, sequences, states } = readSequence(layer);
  const { units } = result;
  const output: Sym = sequences
    ? { value: rowsOf(g, layer, result.rows, backwards), dims: [x.dims[0], x.dims[1], units], mask: x.mask }
    : { value: result.last, dims: [x.dims[0], units] };
  return [output, ...(states ? result.states : [])];
}

/** Keras before 3 passes states as further inputs. */
const recurrent: Kind = {
  variables,
  cell: true,
  calls: { states: true },
  build: (g, layer, inputs, call) => buildRecurrent(g, layer, inputs, call),
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
    return buildRecurrent(g, layer, inputs, call);
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
