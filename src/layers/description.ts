import { FormatError, kindOf, shown } from "../check.ts";
import { nearest } from "../nearest.ts";
import { parseJson } from "../text.ts";

/** What a net is made of: the JSON under a model file's metadata key `unrolled`. */
export interface Description {
  /** The version of this description. Default "unrolled/1". */
  readonly format?: "unrolled/1";
  /** What an item of a sequence is: a row of numbers, a token id, or a byte of UTF-8 text. Default "features". */
  readonly input?: "features" | "ids" | "bytes";
  /** Names of the outputs, for a classifier. */
  readonly labels?: readonly string[];
  /** From the first that reads the items to the last, whose rows are the output. */
  readonly layers: readonly LayerDescription[];
}

/** One layer; `weights` is the prefix of its tensors' names, "" for none. */
export type LayerDescription =
  | { readonly type: "embedding"; readonly weights: string }
  | { readonly type: "linear"; readonly weights: string }
  | CellDescription<"rnn", "nonlinearity">
  | CellDescription<"lstm", "gate" | "alpha" | "beta" | "input_forget">
  | CellDescription<"gru", "gate" | "alpha" | "beta" | "reset">
  | { readonly type: "last" }
  | { readonly type: "softmax" };

/** A recurrent layer, and which of the options its type takes besides `direction` and `clip`. */
export type CellDescription<Type extends CellOptions["type"], Own extends keyof CellOptions> = {
  /** Which cell. */
  readonly type: Type;
} & Pick<CellOptions, "weights" | "direction" | "clip" | Own>;

/**
 * A recurrent layer. The tensors show its sizes, depth, directions, biases,
 * projection and peepholes; what they cannot show stands here. All but
 * `nonlinearity` is what the ONNX operators add to PyTorch's modules.
 */
export interface CellOptions {
  /** Which cell. */
  readonly type: "rnn" | "lstm" | "gru";
  /** Prefix of its tensors' names, "" for none. */
  readonly weights: string;
  /** rnn only. Default "tanh". */
  readonly nonlinearity?: "tanh" | "relu";
  /** gru only: the reset gate applies to W_hn h + b_hn (PyTorch), or to h itself (ONNX's default). Default "after". */
  readonly reset?: "after" | "before";
  /** lstm only: f = 1 - i. Default false. */
  readonly input_forget?: boolean;
  /** Which way a net of one direction walks. Default "forward". */
  readonly direction?: "forward" | "reverse";
  /** Bound of the pre-activations' magnitude, above 0. Default none. */
  readonly clip?: number;
  /** lstm and gru: the gates' activation, hard_sigmoid(x) = min(max(alpha x + beta, 0), 1). Default "sigmoid". */
  readonly gate?: "sigmoid" | "hard_sigmoid";
  /** The slope of a hard sigmoid: 1/6 in PyTorch and Keras 3, 0.2 in ONNX, Keras 2 and TensorFlow.js. No default. */
  readonly alpha?: number;
  /** Default 0.5. */
  readonly beta?: number;
}

type Check = (label: string, value: unknown) => void;

const oneOf =
  (...values: readonly string[]): Check =>
  (label, value) => {
    if (!values.includes(value as string))
      throw bad(`${label}: expected ${values.map((v) => JSON.stringify(v)).join(" or ")}, got ${shown(value)}`);
  };

const string: Check = (label, value) => {
  if (typeof value !== "string") throw bad(`${label}: expected a string, got ${kindOf(value)}`);
};

const strings: Check = (label, value) => {
  if (!Array.isArray(value)) throw bad(`${label}: expected a list of strings, got ${kindOf(value)}`);
  value.forEach((v, i) => string(`${label}[${i}]`, v));
};

const boolean: Check = (label, value) => {
  if (typeof value !== "boolean") throw bad(`${label}: expected true or false, got ${shown(value)}`);
};

const number: Check = (label, value) => {
  if (typeof value !== "number" || !Number.isFinite(value))
    throw bad(`${label}: expected a number, got ${shown(value)}`);
  const float = Math.fround(value);
  if (!Number.isFinite(float) || (float === 0 && value !== 0))
    throw bad(`${label}: expected a number that float32 holds, got ${shown(value)}`);
};

const positive: Check = (label, value) => {
  number(label, value);
  if ((value as number) <= 0) throw bad(`${label}: expected a number above 0, got ${shown(value)}`);
};

const CELL = { weights: string, direction: oneOf("forward", "reverse"), clip: positive };
const GATE = { gate: oneOf("sigmoid", "hard_sigmoid"), alpha: positive, beta: number };

/** The fields that each type of layer takes besides `type`, and what they may be. */
const FIELDS: Record<LayerDescription["type"], Record<string, Check>> = {
  embedding: { weights: string },
  linear: { weights: string },
  rnn: { ...CELL, nonlinearity: oneOf("tanh", "relu") },
  lstm: { ...CELL, ...GATE, input_forget: boolean },
  gru: { ...CELL, ...GATE, reset: oneOf("after", "before") },
  last: {},
  softmax: {},
};

const REQUIRED = new Set(["weights"]);

/** A description from a file's metadata, still to be checked. */
export function parseDescription(json: string): Description {
  let value: unknown;
  try {
    value = parseJson(json);
  } catch (error) {
    throw bad(`metadata key "unrolled": expected JSON: ${(error as Error).message}`);
  }
  return asObject("description", value) as unknown as Description;
}

/** A copy, frozen, of a value from outside, each part read once; every field must be one that the engine runs. */
export function checkDescription(value: unknown): Description {
  const d = copied(value, 0) as Record<string, unknown>;
  asObject("description", d);
  const known: Record<string, Check> = {
    format: oneOf("unrolled/1"),
    input: oneOf("features", "ids", "bytes"),
    labels: strings,
    layers: checkLayers,
  };
  checkFields("", d, known, new Set(["layers"]));
  return d as unknown as Description;
}

/** Levels of a description: itself, its layers, a layer, a field. */
const LEVELS = 4;

function copied(value: unknown, level: number): unknown {
  if (typeof value !== "object" || value === null || level > LEVELS) return value;
  if (Array.isArray(value)) return Object.freeze(Array.from(value, (v: unknown) => copied(v, level + 1)));
  const fields = Object.entries(value).filter(([, v]) => v !== undefined);
  return Object.freeze(Object.fromEntries(fields.map(([name, v]) => [name, copied(v, level + 1)])));
}

function checkLayers(label: string, value: unknown): void {
  if (!Array.isArray(value) || value.length === 0)
    throw bad(`${label}: expected a list of layers, got ${shown(value)}`);
  value.forEach((layer: unknown, i) => {
    const { type, ...fields } = asObject(`${label}[${i}]`, layer);
    if (typeof type !== "string" || !Object.hasOwn(FIELDS, type)) {
      throw new FormatError(
        "unsupported",
        `${label}[${i}].type: expected ${Object.keys(FIELDS).join(", ")}, got ${shown(type)}`,
      );
    }
    checkFields(`${label}[${i}].`, fields, FIELDS[type as LayerDescription["type"]], REQUIRED);
    const hard = fields.gate === "hard_sigmoid";
    if (hard && fields.alpha === undefined)
      throw bad(`${label}[${i}].alpha: expected the slope of hard_sigmoid, 1/6 or 0.2, got none`);
    for (const name of ["alpha", "beta"]) {
      if (!hard && fields[name] !== undefined)
        throw bad(`${label}[${i}].${name}: expected none without gate "hard_sigmoid", got ${shown(fields[name])}`);
    }
  });
}

function checkFields(
  prefix: string,
  fields: Record<string, unknown>,
  known: Record<string, Check>,
  required: ReadonlySet<string>,
): void {
  for (const [name, value] of Object.entries(fields)) {
    if (!Object.hasOwn(known, name)) {
      const names = Object.keys(known);
      throw new FormatError(
        "unsupported",
        `${prefix}${name}: expected one of ${names.join(", ") || "no fields"}, got ${shown(value)}${nearest(name, names)}`,
      );
    }
    known[name](prefix + name, value);
  }
  for (const name of required) {
    if (Object.hasOwn(known, name) && !Object.hasOwn(fields, name))
      throw bad(`${prefix}${name}: expected a value, got none`);
  }
}

function asObject(label: string, value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw bad(`${label}: expected an object, got ${shown(value)}`);
  return value as Record<string, unknown>;
}

const bad = (message: string) => new FormatError("description", message);
