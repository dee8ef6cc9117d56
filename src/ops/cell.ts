import { Flag, GraphFlag, Rows } from "../abi/layout.ts";
import { FormatError, shown } from "../check.ts";
import type { Attribute } from "../graph/graph.ts";
import { gru as gruCell, gruBefore } from "../layers/gru.ts";
import { lstm as lstmCell } from "../layers/lstm.ts";
import type { Weights } from "../layers/layer.ts";
import { cellRecord, type Cell } from "../layers/cell.ts";
import { rnn as rnnCell } from "../layers/rnn.ts";
import { layerWords, rowBytes } from "../layers/words.ts";
import { whole } from "../pack/gates.ts";
import { identityOf, type At, type Lowering } from "../abi/lowering.ts";
import { integerPanel, kept, precision } from "./integers.ts";
import { weightsOf } from "./linear.ts";
import { boolean, number, oneOf, op, ROW, type Call, type Op, type Reader, type Value } from "./op.ts";
import { activation, unaryOf } from "./unary.ts";

type Activation = ReturnType<typeof activation>;

/** Functions of one number, in the order in which the cell asks for them; undefined for the cell's own. */
const activations: Reader<Activation[] | undefined> = (label, value: Attribute | undefined) => {
  if (value === undefined) return undefined;
  if (!Array.isArray(value))
    throw new FormatError("graph", `${label}: expected a list of functions, got ${shown(value)}`);
  return value.map((v, i) => activation(`${label}[${i}]`, v as Attribute));
};

/** What is added to a variance; undefined where nothing is normed. */
const epsilon: Reader<number | undefined> = (label, value) => {
  if (value === undefined) return undefined;
  const read = number()(label, value);
  if (!(read >= 0 && read < Infinity))
    throw new FormatError("graph", `${label}: expected a number of at least 0, got ${shown(value)}`);
  return read;
};

/** An LSTM's norms: inputs from this one on. */
const FIRST_NORM = 10;
const NORMS = ["norm_ih weight", "norm_ih bias", "norm_hh weight", "norm_hh bias", "norm_c weight", "norm_c bias"];

const ATTRIBUTES = {
  direction: oneOf(["forward", "reverse", "bidirectional"], "forward"),
  activations,
  clip: number(Infinity),
  input_forget: boolean(false),
  norm_epsilon: epsilon,
  quantized_state: boolean(false),
  reset: oneOf(["after", "before"], "after"),
  weights: precision,
  zero_output_for_mask: boolean(false),
};

type CellCall = Call<typeof ATTRIBUTES>;

/** What a kind of cell is made of. */
interface Kind {
  readonly type: "rnn" | "gru" | "lstm";
  readonly inputs: number;
  readonly attributes: readonly (keyof typeof ATTRIBUTES)[];
  readonly functions: readonly string[];
  cell(call: CellCall): Cell;
}

const COMMON = ["direction", "activations", "clip", "weights", "zero_output_for_mask"] as const;

const rnnKind: Kind = { type: "rnn", inputs: 7, attributes: COMMON, functions: ["tanh"], cell: () => rnnCell };
const gruKind: Kind = {
  type: "gru",
  inputs: 7,
  attributes: [...COMMON, "reset"],
  functions: ["sigmoid", "tanh"],
  cell: ({ attributes }) => (attributes.reset === "before" ? gruBefore : gruCell),
};
const lstmKind: Kind = {
  type: "lstm",
  inputs: FIRST_NORM + NORMS.length,
  attributes: [...COMMON, "input_forget", "norm_epsilon", "quantized_state"],
  functions: ["sigmoid", "tanh", "tanh"],
  cell: () => lstmCell,
};

/** Sizes of a cell, read off its weights. */
function sizesOf({ inputs }: CellCall, gates: number) {
  const [x, , weightHh] = inputs;
  const [directions, rows, width] = weightHh!.type.shape;
  const [steps, batch, features] = x!.type.shape;
  return { directions, units: rows / gates, width, steps, batch, features };
}

/**
 * Inputs: x [steps, batch, features], weight_ih, weight_hh, bias_ih, bias_hh, lengths, h0, and an LSTM's c0, peepholes,
 * weight_hr. `lengths` are integers [batch], or as bool a mask [steps, batch]. An LSTM with `norm_epsilon` has layer
 * norm and no biases: gates = norm_ih(W_ih x) + norm_hh(W_hh h), c' = norm_c(..) (PyTorch's fastrnns); weight and bias
 * of each follow, [D, 4H] and [D, H].
 */
function makeCell(kind: Kind): Op {
  const attributes = Object.fromEntries(kind.attributes.map((name) => [name, ATTRIBUTES[name]])) as typeof ATTRIBUTES;
  return op({
    inputs: [3, kind.inputs],
    attributes,
    infer(call) {
      const cell = kind.cell(call);
      const [x, weightIh, weightHh, biasIh, biasHh, lengths, h0, c0, peepholes, weightHr] = call.inputs;
      const gates = cell.gates.torch.length;
      for (const [label, v, rank] of [
        ["x", x, 3],
        ["weight_ih", weightIh, 3],
        ["weight_hh", weightHh, 3],
      ] as const) {
        if (v!.type.shape.length !== rank)
          throw new FormatError("shape", `${call.name}: ${label}: expected ${rank} axes, got [${v!.type.shape}]`);
      }
      const { directions, units, width, steps, batch, features } = sizesOf(call, gates);
      const expected = call.attributes.direction === "bidirectional" ? 2 : 1;
      if (directions !== expected)
        throw new FormatError(
          "shape",
          `${call.name}: weight_hh: expected ${expected} directions for ${call.attributes.direction}, got ${directions}`,
        );
      if (!Number.isInteger(units) || units < 1)
        throw new FormatError(
          "shape",
          `${call.name}: weight_hh: expected ${gates} * H rows, got [${weightHh!.type.shape}]`,
        );
      if (!weightHr && width !== units)
        throw new FormatError(
          "shape",
          `${call.name}: weight_hh: expected [${directions}, ${gates * units}, ${units}], got [${weightHh!.type.shape}]`,
        );
      weightsOf(call, "weight_ih", weightIh, [directions, gates * units, features]);
      weightsOf(call, "weight_hh", weightHh, [directions, gates * units, width]);
      weightsOf(call, "bias_ih", biasIh, [directions, gates * units]);
      weightsOf(call, "bias_hh", biasHh, [directions, gates * units]);
      weightsOf(call, "peepholes", peepholes, [directions, 3 * units]);
      weightsOf(call, "weight_hr", weightHr, [directions, width, units]);
      if (call.attributes.quantized_state && weightHr)
        throw new FormatError("unsupported", `${call.name}: weight_hr: expected none beside quantized_state`);
      checkNorms(call, directions, units);
      expectShape(call, "lengths", lengths, isMask(lengths) ? [steps, batch] : [batch]);
      const shared = (h0 ?? c0) ? (h0 ?? c0)!.type.shape[1] : batch;
      for (const [label, v, size] of [
        ["h0", h0, width],
        ["c0", c0, units],
      ] as const)
        expectShape(call, label, v, [directions, shared === 1 ? 1 : batch, size]);
      const given = call.attributes.activations;
      if (given && given.length !== directions * kind.functions.length) {
        throw new FormatError(
          "graph",
          `${call.name}: attribute activations: expected ${directions * kind.functions.length}, got ${given.length}`,
        );
      }
      const { dtype } = x!.type;
      const final = (size: number) => ({ dtype, shape: [directions, batch, size] });
      return [
        { dtype, shape: [steps, batch, directions * width] },
        final(width),
        ...(cell.hasCellState ? [final(units)] : []),
      ];
    },
    /** A masked step may repeat the output before it, which no state holds; lengths say where the end is. */
    reach(call, [time, ...rest]) {
      const alone = rest.every((axis) => axis === undefined);
      if (alone && time === 1)
        return call.inputs.slice(5, 8).every((v) => !v || v.type.shape[1] === 1) && !call.inputs[5] ? ROW : "whole";
      if (!alone || time !== 0 || call.inputs[5] || call.attributes.direction !== "forward") return "whole";
      return {
        carried:
          kind.inputs > 7
            ? [
                [1, 6],
                [2, 7],
              ]
            : [[1, 6]],
      };
    },
    lower(call, outputs, to) {
      lowerCell(kind, call, outputs, to);
    },
  });
}

function checkNorms(call: CellCall, directions: number, units: number): void {
  const normed = call.attributes.norm_epsilon !== undefined;
  NORMS.forEach((label, i) => {
    const v = call.inputs[FIRST_NORM + i];
    if (v && !normed)
      throw new FormatError("graph", `${call.name}: attribute norm_epsilon: expected one beside ${label}, got none`);
    weightsOf(call, label, v, [directions, i < 4 ? 4 * units : units]);
  });
  if (!normed) return;
  for (const [label, i] of [
    ["bias_ih", 3],
    ["bias_hh", 4],
    ["peepholes", 8],
  ] as const)
    if (call.inputs[i])
      throw new FormatError("unsupported", `${call.name}: ${label}: expected none beside norm_epsilon`);
}

const isMask = (lengths: Value | undefined) => lengths?.type.dtype === "bool";

function expectShape(call: CellCall, label: string, v: Value | undefined, shape: readonly number[]): void {
  if (v && (v.type.shape.length !== shape.length || v.type.shape.some((d, axis) => d !== shape[axis]))) {
    throw new FormatError("shape", `${call.name}: ${label}: expected [${shape}], got [${v.type.shape}]`);
  }
}

function lowerCell(kind: Kind, call: CellCall, [y, hn, cn]: readonly Value[], to: Lowering): void {
  const cell = kind.cell(call);
  const [x, , , , , lengths, h0, c0] = call.inputs;
  const { directions, units, width, steps, batch, features } = sizesOf(call, cell.gates.torch.length);
  if (batch === 0) return;
  const layers = Array.from({ length: directions }, (_, d) => layerOf(kind, cell, call, d, to));
  const rows = Math.max(Rows.CHUNK, batch);
  const mask = isMask(lengths);
  const at = (v: Value | undefined) => (v ? to.at(v) : 0);
  const shared = (h0 ?? c0)?.type.shape[1] === 1 && batch > 1;
  to.record(
    "CellRecord",
    {
      y: to.at(y),
      x: to.at(x!),
      h0: at(h0),
      c0: at(c0),
      hn: to.at(hn),
      cn: at(cn),
      lengths: mask ? 0 : at(lengths),
      mask: mask ? at(lengths) : 0,
      zeroMasked: call.attributes.zero_output_for_mask ? 1 : 0,
      shared: shared ? 1 : 0,
      state: to.scratch(4 * batch * (whole(width) + whole(units))),
      xs: lengths ? to.scratch(4 * steps * features) : 0,
      ys: lengths ? to.scratch(4 * steps * directions * width) : 0,
      scratch: to.scratch(
        layers[0].row * (rows + (call.attributes.norm_epsilon === undefined ? 0 : batch)) + 8 * whole(units) * batch,
      ),
      steps,
      batch,
      directions,
    },
    layers.flatMap((l) => l.words),
  );
}

/** The words of one direction's Layer, and bytes of a row of its pre-activations. */
function layerOf(
  kind: Kind,
  cell: Cell,
  call: CellCall,
  d: number,
  to: Lowering,
): { words: (number | At)[]; row: number } {
  const { directions, units, width, features } = sizesOf(call, cell.gates.torch.length);
  const [, weightIh, weightHh, biasIh, biasHh, , , , peepholes, weightHr] = call.inputs;
  const learned = [weightIh, weightHh, biasIh, biasHh, peepholes, weightHr].map((v) => v?.constant?.data);
  const part = (v: Value | undefined) => {
    const data = v?.constant?.data as Float32Array | undefined;
    const size = (data?.length ?? 0) / directions;
    return data?.subarray(d * size, (d + 1) * size);
  };
  const { weights: precision } = call.attributes;
  const matrix = (v: Value) => kept(call.name, v.constant!.data as Float32Array, part(v)!, v.type.shape[1], precision);
  const given = call.attributes.activations?.slice(d * kind.functions.length, (d + 1) * kind.functions.length);
  const own = given?.every((f, i) => f.function === kind.functions[i]) ? undefined : given;
  const { clip, input_forget, quantized_state: quantized, norm_epsilon: normed, direction } = call.attributes;
  const record = cellRecord(
    cell,
    { type: kind.type, input_forget, ...(clip < Infinity && { clip }) },
    (direction === "reverse" || d === 1 ? Flag.REVERSE : 0) |
      (own || quantized || normed !== undefined ? Flag.VARIANT : 0) |
      (quantized ? GraphFlag.QUANTIZED : 0) |
      (normed === undefined ? 0 : GraphFlag.NORMED),
    {
      inputs: features,
      units,
      width,
      weightIh: matrix(weightIh!),
      weightHh: matrix(weightHh!),
      biasIh: part(biasIh),
      biasHh: part(biasHh),
      weightHr: weightHr && matrix(weightHr),
      peepholes: part(peepholes),
      name: () => call.name,
    },
    d,
    directions,
  );
  const key = `${record.kind} ${learned.map(identityOf).join()} ${d} ${precision}`;
  const place = (w: Weights) => {
    const part = w === record.weights ? "gates" : w === record.second ? "second" : "peepholes";
    return to.weights(learned[1]!, `${part} ${key}`, 4 * w.size, (floats, _, group) => w.write(floats, group));
  };
  const row = rowBytes(record);
  const words = layerWords(record, place, {
    width,
    h: 0,
    c: cell.hasCellState ? 4 * whole(width) : 0,
    ...(record.integers && { panel: integerPanel(to, Math.max(features, units, width), row / 64) }),
    own: normed === undefined ? (own ? packActivations(kind, own, to) : 0) : packNorms(call, d, own ?? plain(kind), to),
  });
  return { words, row };
}

/** Gates, candidate, h: a function with alpha and beta each. An RNN's one function is its candidate's. */
function packActivations(kind: Kind, own: readonly Activation[], to: Lowering): At {
  const three = kind.functions.length === 1 ? [own[0], own[0], own[0]] : [...own, own[0]].slice(0, 3);
  return to.weights(three, "activations", 36, (floats, integers) => writeActivations(floats, integers, three));
}

function writeActivations(floats: Float32Array, integers: Int32Array, three: readonly Activation[]): void {
  three.forEach(({ function: f, alpha, beta }, i) => {
    integers[3 * i] = unaryOf(f);
    floats[3 * i + 1] = alpha;
    floats[3 * i + 2] = beta;
  });
}

/** A kind's own functions, as activations. */
const plain = (kind: Kind): Activation[] => kind.functions.map((f) => activation("", { function: f }));

/**
 * Functions, epsilon, and the six rows of the norms: assembly/cells/normed.ts. A weight that is left out is 1, a bias
 * 0.
 */
function packNorms(call: CellCall, d: number, functions: readonly Activation[], to: Lowering): At {
  const { directions, units } = sizesOf(call, 4);
  const row = whole(units);
  const parts = NORMS.map((_, i) => call.inputs[FIRST_NORM + i]?.constant?.data as Float32Array | undefined);
  const key = `norms ${parts.map(identityOf).join()} ${d} ${JSON.stringify(functions)} ${call.attributes.norm_epsilon}`;
  return to.weights(call.inputs[2]!.constant!.data, key, 4 * (16 + 18 * row), (floats, integers) => {
    writeActivations(floats, integers, functions);
    floats[9] = call.attributes.norm_epsilon!;
    let at = 16;
    parts.forEach((part, i) => {
      const gates = i < 4 ? 4 : 1;
      const from = part?.subarray((d * part.length) / directions);
      for (let unit = 0; unit < units; unit++) {
        for (let gate = 0; gate < gates; gate++) {
          const to = at + (unit >> 2) * 4 * gates + gate * 4 + (unit & 3);
          floats[to] = from ? from[gate * units + unit] : 1 - (i & 1);
        }
      }
      at += gates * row;
    });
  });
}

/** h' = tanh(W_hh h + b_hh + W_ih x + b_ih) */
export const rnn = makeCell(rnnKind);

/** r, z = sigmoid(...), n = tanh(W_in x + b_in + r * (W_hn h + b_hn)); h' = (1 - z) * n + z * h */
export const gru = makeCell(gruKind);

/** i, f, o = sigmoid(...), g = tanh(...); c' = f * c + i * g; h' = o * tanh(c') */
export const lstm = makeCell(lstmKind);
