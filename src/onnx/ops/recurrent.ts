import type { Attributes } from "../../graph/graph.ts";
import { identify } from "../../graph/identity.ts";
import type { Value } from "../../graph/value.ts";
import { range, type Context, type Operator, type Operators } from "../context.ts";

/** What differs between the cells. */
interface Cell {
  readonly op: "rnn" | "gru" | "lstm";
  /** For each gate in PyTorch's order its place in ONNX's: LSTM i f g o of i o f c, GRU r z n of z r h. */
  readonly gates: readonly number[];
  /** ONNX's default activations of one direction. */
  readonly activations: readonly string[];
}

const RNN: Cell = { op: "rnn", gates: [0], activations: ["Tanh"] };
const GRU: Cell = { op: "gru", gates: [1, 0, 2], activations: ["Sigmoid", "Tanh"] };
const LSTM: Cell = { op: "lstm", gates: [0, 2, 3, 1], activations: ["Sigmoid", "Tanh", "Tanh"] };

/** Peepholes i f o of ONNX's i o f. */
const PEEPHOLES = [0, 2, 1];

/** Activations by their names in lower case, as onnxruntime reads them; with the defaults of what they take. */
const ACTIVATIONS: {
  readonly [name: string]: { readonly function: string; readonly alpha?: number; readonly beta?: number };
} = {
  affine: { function: "affine", alpha: 1, beta: 0 },
  elu: { function: "elu", alpha: 1 },
  hardsigmoid: { function: "hard_sigmoid", alpha: 0.2, beta: 0.5 },
  leakyrelu: { function: "leaky_relu", alpha: 0.01 },
  relu: { function: "relu" },
  scaledtanh: { function: "scaled_tanh", alpha: 1, beta: 1 },
  sigmoid: { function: "sigmoid" },
  softplus: { function: "softplus" },
  softsign: { function: "softsign" },
  tanh: { function: "tanh" },
  thresholdedrelu: { function: "thresholded_relu", alpha: 1 },
};

/**
 * Y [T, D, B, H], Y_h [D, B, H], Y_c of X [T, B, in], W [D, G*H, in], R [D, G*H, H], B [D, 2*G*H], lengths [B], initial
 * states [D, B, H] and, for an LSTM, peepholes P [D, 3*H]. Layout 1: X [B, T, in], states [B, D, H], Y [B, T, D, H].
 */
const recurrent =
  (cell: Cell): Operator =>
  (c) =>
    translated(c, cell, { x: c.input(0), w: c.input(1), r: c.input(2), attributes: {} });

/** What an operator's X, W and R are as floats, and what its cell has besides ONNX's attributes. */
interface Given {
  readonly x: Value;
  readonly w: Value;
  readonly r: Value;
  readonly attributes: Attributes;
}

export const quantizedLstm = (c: Context, given: Omit<Given, "attributes">): ReturnType<Operator> =>
  translated(c, LSTM, { ...given, attributes: { quantized_state: true } });

function translated(c: Context, cell: Cell, given: Given): Value[] {
  const lstm = cell.op === "lstm";
  const direction = c.string("direction", "forward", ["forward", "reverse", "bidirectional"]);
  const directions = direction === "bidirectional" ? 2 : 1;
  const batchFirst = c.int("layout", 0);
  if (batchFirst !== 0 && batchFirst !== 1) throw c.error(`attribute layout: expected 0 or 1, got ${batchFirst}`);
  c.ignore("output_sequence"); // of opset 1: which outputs are wanted, their names say
  const rows3 = check(c, given.x, "X", 3);
  const x = batchFirst ? c.transpose(rows3, [1, 0, 2]) : rows3;
  const [steps, batch, inputs] = x.type.shape;
  const hidden = given.r.type.shape.at(-1)!;
  if (c.int("hidden_size", hidden) !== hidden) {
    throw c.error(
      `attribute hidden_size: expected ${hidden}, as R [${given.r.type.shape}], got ${c.int("hidden_size")}`,
    );
  }
  const rows = cell.gates.length * hidden;
  const w = known(c, given.w, "W", [directions, rows, inputs], hidden);
  const r = known(c, given.r, "R", [directions, rows, hidden], hidden);
  const bias = c.optional(3);
  const biases = bias && known(c, bias, "B", [directions, 2 * rows], hidden);
  const lengths = c.optional(4);
  if (lengths) shapeOf(c, lengths, "sequence_lens", [batch], hidden);
  const state = (i: number, name: string): Value | undefined => {
    const value = c.optional(i);
    if (!value) return undefined;
    shapeOf(c, value, name, batchFirst ? [batch, directions, hidden] : [directions, batch, hidden], hidden);
    return batchFirst ? c.transpose(value, [1, 0, 2]) : value;
  };
  const h0 = state(5, "initial_h");
  const half = (i: number): Value | undefined => biases && ordered(c, biases, cell.gates, hidden, i * rows);
  const values = [
    x,
    ordered(c, w, cell.gates, hidden),
    ordered(c, r, cell.gates, hidden),
    half(0),
    half(1),
    lengths,
    h0,
  ];
  const peepholes = lstm ? c.optional(7) : undefined;
  if (lstm)
    values.push(
      state(6, "initial_c"),
      peepholes && ordered(c, known(c, peepholes, "P", [directions, 3 * hidden], hidden), PEEPHOLES, hidden),
    );
  const attributes: Attributes = { direction, activations: activations(c, cell, directions), clip: clip(c) };
  const more: Attributes = lstm
    ? { input_forget: c.flag("input_forget") }
    : cell.op === "gru"
      ? { reset: c.flag("linear_before_reset") ? "after" : "before" }
      : {};
  const [y, ...states] = c.emitAll(cell.op, values, { ...attributes, ...more, ...given.attributes });
  const split = c.reshape(y, [steps, batch, directions, hidden]);
  return [
    c.transpose(split, batchFirst ? [1, 0, 2, 3] : [0, 2, 1, 3]),
    ...states.map((s) => (batchFirst ? c.transpose(s, [1, 0, 2]) : s)),
  ];
}

function check(c: Context, value: Value, name: string, rank: number): Value {
  if (value.type.shape.length !== rank) {
    throw c.error(`${name}: expected ${rank} dimensions, got [${value.type.shape}]`);
  }
  return value;
}

function shapeOf(c: Context, value: Value, name: string, shape: readonly number[], hidden: number): void {
  if (String(value.type.shape) === String(shape)) return;
  const projected =
    name.startsWith("initial_") || name === "R" ? " (ONNX has no projection of the hidden state, proj_size)" : "";
  throw c.error(`${name}: expected [${shape}] for hidden_size ${hidden}, got [${value.type.shape}]${projected}`);
}

/** A weight, which must be known. */
function known(c: Context, value: Value, name: string, shape: readonly number[], hidden: number): Value {
  shapeOf(c, value, name, shape, hidden);
  c.known(value, name);
  return value;
}

/** Rows `from` of each direction on, a row of units for each gate, the gates put in order. */
function ordered(c: Context, value: Value, gates: readonly number[], units: number, from = 0): Value {
  const { data, dtype, shape } = value.constant!;
  const [directions, rows, columns = 1] = shape;
  const part = units * columns;
  const out = new Float32Array(directions * gates.length * part);
  for (let d = 0; d < directions; d++) {
    gates.forEach((gate, i) => {
      const at = (d * rows + from + gate * units) * columns;
      out.set(data.subarray(at, at + part), (d * gates.length + i) * part);
    });
  }
  identify(out, data, `gates ${gates} ${units} ${from}`);
  return c.builder.constant(out, dtype, [directions, gates.length * units, ...shape.slice(2)]);
}

function clip(c: Context): number | undefined {
  const limit = c.float("clip", 0);
  if (!(limit >= 0)) throw c.error(`attribute clip: expected a number of at least 0, got ${limit}`);
  return limit === 0 ? undefined : limit;
}

/** As onnxruntime reads them: each function that takes an alpha, a beta, takes the next of the list, or its default. */
function activations(
  c: Context,
  cell: Cell,
  directions: number,
): { function: string; alpha?: number; beta?: number }[] {
  const names = c.strings("activations") ?? range(0, directions).flatMap(() => cell.activations);
  const wanted = directions * cell.activations.length;
  if (names.length !== wanted) throw c.error(`attribute activations: expected ${wanted}, got ${names.join(", ")}`);
  const alphas = [...(c.floats("activation_alpha") ?? [])];
  const betas = [...(c.floats("activation_beta") ?? [])];
  const read = names.map((name) => {
    const known = Object.hasOwn(ACTIVATIONS, name.toLowerCase()) ? ACTIVATIONS[name.toLowerCase()] : undefined;
    if (!known) {
      throw c.error(`attribute activations: expected functions that ONNX's cells have, got ${JSON.stringify(name)}`);
    }
    return {
      function: known.function,
      alpha: known.alpha === undefined ? undefined : (alphas.shift() ?? known.alpha),
      beta: known.beta === undefined ? undefined : (betas.shift() ?? known.beta),
    };
  });
  if (alphas.length > 0) {
    throw c.error(`attribute activation_alpha: expected no more than its activations take, got [${alphas}] over`);
  }
  if (betas.length > 0) {
    throw c.error(`attribute activation_beta: expected no more than its activations take, got [${betas}] over`);
  }
  return read.map(
    (activation) =>
      Object.fromEntries(Object.entries(activation).filter(([, value]) => value !== undefined)) as typeof activation,
  );
}

export const cells: Operators = { GRU: recurrent(GRU), LSTM: recurrent(LSTM), RNN: recurrent(RNN) };
