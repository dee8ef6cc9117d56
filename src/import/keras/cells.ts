import { cellActivation } from "./activations.ts";
import { featuresOf, LARGEST, type Emitter, type Sym } from "./emitter.ts";
import type { Layer } from "./layer.ts";

export type Cell = "rnn" | "gru" | "lstm";

const GATES: Readonly<Record<Cell, number>> = { rnn: 1, gru: 3, lstm: 4 };

/** States of each: h, and the LSTM's c. */
export const STATES: Readonly<Record<Cell, number>> = { rnn: 1, gru: 1, lstm: 2 };

/** From Keras's order of gates (z r h; i f c o) to the ops' (r z n; i f g o). */
const ORDER: Readonly<Record<Cell, readonly number[]>> = { rnn: [0], gru: [1, 0, 2], lstm: [0, 1, 2, 3] };

/** What a scan gives: rows in the order of time, the last of them in the order of the scan, and the final states. */
export interface Scan {
  readonly rows: string;
  readonly last: string;
  readonly states: readonly Sym[];
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

/** One cell over one sequence of rows. */
export function scan(g: Emitter, layer: Layer, cell: Cell, s: Scanned): Scan {
  const units = layer.count("units");
  for (const key of ["dropout", "recurrent_dropout"]) layer.number(key, 0);
  layer.value("unit_forget_bias");
  const gates = GATES[cell];
  const after = cell === "gru" && layer.flag("reset_after");
  const bias = layer.flag("use_bias", true);
  const weights = (name: string, inputs: number) =>
    g.weights(layer, name, [1, gates * units, inputs], () =>
      gateRows(layer.weights(name, [inputs, gates * units]), inputs, units, ORDER[cell]),
    );
  const biases = (row: number) => {
    if (!bias || (row === 1 && !after)) return "";
    return g.weights(layer, `bias ${row}`, [1, gates * units], () => {
      const both = layer.weights("bias", after ? [2, gates * units] : [gates * units]);
      return gateRows(both.subarray(row * gates * units, (row + 1) * gates * units), 1, units, ORDER[cell]);
    });
  };
  const hidden = cellActivation(layer, "activation", "tanh");
  const gate = () =>
    cellActivation(layer, "recurrent_activation", layer.generation === "keras 3" ? "sigmoid" : "hard_sigmoid");
  const activations = cell === "rnn" ? [hidden] : cell === "gru" ? [gate(), hidden] : [gate(), hidden, hidden];
  const states = STATES[cell];
  if (s.initial.length !== 0 && s.initial.length !== states) {
    throw layer.error(`expected ${states} initial states, got ${s.initial.length}`);
  }
  const initial = (i: number) => {
    if (s.initial.length === 0) return "";
    if (featuresOf(layer, s.initial[i]) !== units) {
      throw layer.error(`expected states of ${units}, got [${s.initial[i].dims.join(", ")}]`);
    }
    return g.reshape(layer, s.initial[i].value, [1, -1, units]);
  };
  const inputs = [
    s.x,
    weights("kernel", s.features),
    weights("recurrent_kernel", units),
    biases(0),
    biases(1),
    s.mask,
    initial(0),
  ];
  if (cell === "lstm") inputs.push(initial(1));
  const attributes = {
    direction: s.backwards ? "reverse" : "forward",
    activations: activations.map((fn) => ({ ...fn })),
    ...(cell === "gru" ? { reset: after ? "after" : "before" } : {}),
    ...(s.mask !== "" && s.zero ? { zero_output_for_mask: true } : {}),
  };
  const [made, ...finals] = g.nodes(layer, cell, trim(inputs), attributes, 1 + states);
  const y =
    layer.generation === "tfjs" && s.mask !== "" && s.initial.length > 0 ? begun(g, layer, made, initial(0), s) : made;
  const end = s.backwards ? g.slice.bind(g, layer, y, 0, 0, 1) : g.slice.bind(g, layer, y, 0, -1, LARGEST);
  const last = s.mask === "" ? finals[0] : end();
  return {
    rows: y,
    last: g.reshape(layer, last, [-1, units]),
    states: finals.map((f) => ({ value: g.reshape(layer, f, [-1, units]), dims: ["batch", units] })),
    units,
  };
}

/** In TensorFlow.js, a step that a mask leaves out gives the state, also before the first that counts. */
function begun(g: Emitter, layer: Layer, y: string, initial: string, { mask, backwards }: Scanned): string {
  const count = g.node(layer, "cumulate", [g.cast(layer, mask, "float32")], { axis: 0, reverse: backwards });
  return g.node(layer, "where", [g.reshape(layer, g.cast(layer, count, "bool"), [0, 0, 1]), y, initial]);
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
