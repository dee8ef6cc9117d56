import { cellActivation } from "./activations.ts";
import { checkRank, featuresOf, LARGEST, type Emitter, type Sym } from "./emitter.ts";
import { counted } from "./names.ts";
import type { Json, Kind, Layer } from "./layer.ts";

type Cell = "rnn" | "gru" | "lstm";

const GATES: Readonly<Record<Cell, number>> = { rnn: 1, gru: 3, lstm: 4 };

/** From Keras's order of gates (z r h; i f c o) to the ops' (r z n; i f g o). */
const ORDER: Readonly<Record<Cell, readonly number[]>> = { rnn: [0], gru: [1, 0, 2], lstm: [0, 1, 2, 3] };

const variables = (layer: Layer) => ["kernel", "recurrent_kernel", ...(layer.flag("use_bias", true) ? ["bias"] : [])];

/** What a layer says of its sequence; a cell inside says the rest. */
function readSequence(layer: Layer): { backwards: boolean; sequences: boolean; states: boolean; zero: boolean } {
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

/** What a scan gives: rows in the order of time, the last of them in the order of the scan, and the final states. */
interface Scan {
  readonly rows: string;
  readonly last: string;
  readonly states: readonly string[];
  readonly units: number;
}

interface Scanned {
  /** [T, B, in] */
  readonly x: string;
  readonly features: number;
  /** bool [T, B], or "" */
  readonly mask: string;
  readonly backwards: boolean;
  readonly zero: boolean;
  readonly initial: readonly Sym[];
}

function scan(g: Emitter, layer: Layer, cell: Cell, s: Scanned): Scan {
  const units = layer.count("units");
  for (const key of ["dropout", "recurrent_dropout"]) layer.number(key, 0);
  layer.value("unit_forget_bias");
  const gates = GATES[cell];
  const after = cell === "gru" && layer.flag("reset_after");
  const bias = layer.flag("use_bias", true);
  const weights = (name: string, inputs: number) =>
    g.weights(layer, name, [1, gates * units, inputs], () => gateRows(layer.weights(name, [inputs, gates * units]), inputs, units, ORDER[cell]));
  const biases = (row: number) => {
    if (!bias || (row === 1 && !after)) return "";
    return g.weights(layer, `bias ${row}`, [1, gates * units], () => {
      const both = layer.weights("bias", after ? [2, gates * units] : [gates * units]);
      return gateRows(both.subarray(row * gates * units, (row + 1) * gates * units), 1, units, ORDER[cell]);
    });
  };
  const hidden = cellActivation(layer, "activation", "tanh");
  const gate = () => cellActivation(layer, "recurrent_activation", layer.generation === "keras 3" ? "sigmoid" : "hard_sigmoid");
  const activations = cell === "rnn" ? [hidden] : cell === "gru" ? [gate(), hidden] : [gate(), hidden, hidden];
  const states = cell === "lstm" ? 2 : 1;
  if (s.initial.length !== 0 && s.initial.length !== states) throw layer.error(`expected ${states} initial states, got ${s.initial.length}`);
  const initial = (i: number) => {
    if (s.initial.length === 0) return "";
    if (featuresOf(layer, s.initial[i]) !== units) throw layer.error(`expected states of ${units}, got [${s.initial[i].dims.join(", ")}]`);
    return g.reshape(layer, s.initial[i].value, [1, -1, units]);
  };
  const inputs = [s.x, weights("kernel", s.features), weights("recurrent_kernel", units), biases(0), biases(1), s.mask, initial(0)];
  if (cell === "lstm") inputs.push(initial(1));
  const attributes = {
    direction: s.backwards ? "reverse" : "forward",
    activations: activations.map((fn) => ({ ...fn })),
    ...(cell === "gru" ? { reset: after ? "after" : "before" } : {}),
    ...(s.mask !== "" && s.zero ? { zero_output_for_mask: true } : {}),
  };
  const [y, ...finals] = g.nodes(layer, cell, trim(inputs), attributes, 1 + states);
  const end = s.backwards ? g.slice.bind(g, layer, y, 0, 0, 1) : g.slice.bind(g, layer, y, 0, -1, LARGEST);
  const last = s.mask === "" ? finals[0] : end();
  return { rows: y, last: g.reshape(layer, last, [-1, units]), states: finals.map((f) => g.reshape(layer, f, [-1, units])), units };
}

function trim(inputs: string[]): string[] {
  while (inputs.at(-1) === "") inputs.pop();
  return inputs;
}

/** [inputs, gates * units] of Keras as rows [gates * units, inputs] in the ops' order of gates. */
function gateRows(values: Float32Array, inputs: number, units: number, order: readonly number[]): Float32Array {
  const out = new Float32Array(values.length);
  const width = order.length * units;
  let at = 0;
  for (const gate of order) {
    for (let u = 0; u < units; u++) for (let i = 0; i < inputs; i++) out[at++] = values[i * width + gate * units + u];
  }
  return out;
}

/** The scans of a layer, one after the other where its cell is a stack. */
function scanLayer(g: Emitter, layer: Layer, x: Sym, initial: readonly Sym[]): Scan {
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
  SimpleRNN: "rnn", GRU: "gru", LSTM: "lstm", SimpleRNNCell: "rnn", GRUCell: "gru", LSTMCell: "lstm",
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
function rowsOf(g: Emitter, layer: Layer, rows: string, turned: boolean): string {
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

const bidirectional: Kind = {
  calls: { states: true },
  children: ({ layer: forward, backward_layer: backward }) => [
    { at: "forward_layer", json: renamed(forward, "forward_", false) },
    { at: "backward_layer", json: backward ?? renamed(forward, "backward_", true) },
  ],
  build: (g, layer, inputs, call) => {
    const [x] = inputs;
    for (const key of ["layer", "backward_layer"]) layer.value(key);
    const initial = [...inputs.slice(1), ...call.states];
    const [forward, backward] = layer.children.map((child, i) => buildHalf(g, child.layer, x, initial.slice((i * initial.length) / 2, ((i + 1) * initial.length) / 2)));
    const { sequences, states } = forward.said;
    if (forward.said.backwards === backward.said.backwards || sequences !== backward.said.sequences || states !== backward.said.states) {
      throw layer.error("expected two layers of opposite directions that return the same");
    }
    const rest = sequences ? [x.dims[0], x.dims[1]] : [x.dims[0]];
    const mask = sequences ? x.mask : undefined;
    const pair = [forward, backward].map(({ scan, said }, i): Sym => {
      const value = sequences ? rowsOf(g, layer, scan.rows, said.backwards !== (i === 1)) : scan.last;
      return { value, dims: [...rest, scan.units], mask };
    });
    const finals = [forward, backward].flatMap(({ scan }) => scan.states.map((value): Sym => ({ value, dims: [x.dims[0], scan.units] })));
    return [...merge(g, layer, pair), ...(states ? finals : [])];
  },
};

/** One direction. */
function buildHalf(g: Emitter, layer: Layer, x: Sym, initial: readonly Sym[]): { scan: Scan; said: ReturnType<typeof readSequence> } {
  if (!["SimpleRNN", "GRU", "LSTM", "RNN"].includes(layer.className)) throw layer.error("expected a recurrent layer within Bidirectional");
  const scan = scanLayer(g, layer, x, initial);
  layer.value("cell");
  layer.finish();
  return { scan, said: readSequence(layer) };
}

/** The two directions as one, or as two outputs where merge_mode is null. */
function merge(g: Emitter, layer: Layer, [a, b]: Sym[]): Sym[] {
  if (layer.value("merge_mode") === null) return [a, b];
  const word = layer.word("merge_mode", ["concat", "sum", "mul", "ave"], "concat");
  const last = a.dims.length - 1;
  const [m, n] = [featuresOf(layer, a), featuresOf(layer, b)];
  if (word === "concat") return [{ ...a, value: g.node(layer, "concat", [a.value, b.value], { axis: last }), dims: [...a.dims.slice(0, last), m + n] }];
  if (m !== n) throw layer.error(`expected directions of one width, got ${m} and ${n}`);
  const value = g.binary(layer, word === "mul" ? "mul" : "add", a.value, b.value);
  return [{ ...a, value: word === "ave" ? g.unary(layer, value, "affine", 0.5, 0) : value }];
}

/** A layer's configuration under another name, and in the other direction where `turned`. */
function renamed(json: unknown, prefix: string, turned: boolean): unknown {
  const layer = json as { config?: Json } | undefined;
  const config = layer?.config;
  if (config === undefined || typeof config.name !== "string") return json;
  const name = config.name.startsWith("forward_") ? config.name.slice(8) : config.name;
  return { ...layer, config: { ...config, name: prefix + name, ...(turned ? { go_backwards: config.go_backwards !== true } : {}) } };
}

/** RNN of cells: the cells carry the variables. */
const rnn: Kind = {
  calls: { states: true },
  children: (config) => [{ at: "cell", json: config.cell }],
  build: (g, layer, inputs, call) => {
    layer.value("cell");
    // TensorFlow.js writes what its cell says a second time.
    if (layer.generation === "tfjs") for (const key of ["cells", ...Object.keys(layer.children[0].layer.config)]) layer.value(key);
    return buildRecurrent(g, layer, inputs, [...inputs.slice(1), ...call.states]);
  },
};

const stack: Kind = { children: (config) => counted("cells", config.cells), build: cell.build };

export const RECURRENT: Readonly<Record<string, Kind>> = {
  SimpleRNN: recurrent, GRU: recurrent, LSTM: recurrent, RNN: rnn, Bidirectional: bidirectional,
  SimpleRNNCell: cell, GRUCell: cell, LSTMCell: cell, StackedRNNCells: stack,
};
