import { Unary } from "../abi/layout.ts";
import { FormatError } from "../check.ts";
import { walk } from "../abi/walk.ts";
import { isFloat, number, op, oneOf, ROW, stepsOf, type Reader } from "./op.ts";
import { bitsOf, wordOf } from "./type.ts";

/** Names of the functions of one number, as attributes have them. */
export const UNARY = Object.keys(Unary).map((name) => name.toLowerCase());

export const unaryOf = (name: string): number => Unary[name.toUpperCase() as keyof typeof Unary];

const OF_INTEGERS = new Set(["identity", "relu", "abs", "neg", "sign", "square", "clip", "bit_not", "not"]);
const OF_INTEGERS_ALONE = new Set(["bit_not", "not"]);
const BOOLEAN = new Set(["is_nan", "is_inf", "not"]);

/** alpha and beta where they are not given, as ONNX has them; 0 for a function that has none. */
const DEFAULTS: { readonly [name: string]: readonly [alpha: number, beta: number] } = {
  affine: [1, 0],
  celu: [1, 0],
  clip: [-Infinity, Infinity],
  elu: [1, 0],
  hard_sigmoid: [0.2, 0.5],
  is_inf: [3, 0],
  leaky_relu: [0.01, 0],
  scaled_tanh: [1, 1],
  selu: [1.67326319217681884765625, 1.05070102214813232421875],
  shrink: [0.5, 0],
  swish: [1, 0],
  thresholded_relu: [1, 0],
};

/** y = f(x), element by element; alpha and beta as the function has them (assembly/ops/unary.ts). */
export const unary = op({
  inputs: [1, 1],
  attributes: { function: oneOf(UNARY), alpha: number(NaN), beta: number(NaN) },
  infer({ name, inputs: [x], attributes: { function: f } }) {
    const { dtype } = x!.type;
    const right = isFloat(dtype) ? !OF_INTEGERS_ALONE.has(f) : f === "not" ? dtype === "bool" : OF_INTEGERS.has(f);
    if (!right) throw new FormatError("dtype", `${name}: expected numbers that ${f} takes, got ${dtype}`);
    return [BOOLEAN.has(f) ? { ...x!.type, dtype: "bool" } : x!.type];
  },
  same: ({ inputs: [x], attributes }) => (attributes.function === "identity" ? x : undefined),
  reach: () => ROW,
  lower({ name, inputs: [x], attributes }, [y], to) {
    const { dtype, shape } = x!.type;
    const w = walk(name, shape, { at: to.at(y), steps: stepsOf(shape) }, { at: to.at(x!), steps: stepsOf(shape) });
    if (!w) return;
    const { function: f, alpha, beta } = withDefaults(attributes);
    const int32 = (v: number) => Math.min(Math.max(v, -(2 ** 31)), 2 ** 31 - 1);
    to.record(
      "UnaryRecord",
      {
        ...w.words,
        word: wordOf(dtype),
        unary: unaryOf(f),
        alpha,
        beta,
        low: int32(Math.ceil(alpha)),
        high: int32(Math.floor(beta)),
        bits: bitsOf(dtype),
      },
      w.lists,
    );
  },
});

/** A function with its alpha and beta. */
export interface Activation {
  readonly function: string;
  readonly alpha: number;
  readonly beta: number;
}

function withDefaults({ function: f, alpha, beta }: Activation): Activation {
  const [a, b] = DEFAULTS[f] ?? [0, 0];
  return { function: f, alpha: Number.isNaN(alpha) ? a : alpha, beta: Number.isNaN(beta) ? b : beta };
}

/** What a product's outputs pass through: a function of one number, none by default. */
export const activation: Reader<Activation> = (label, value) => {
  if (value === undefined) return { function: "identity", alpha: 0, beta: 0 };
  const { function: f, alpha = NaN, beta = NaN, ...rest } = value as { [name: string]: string | number };
  if (
    typeof f !== "string" ||
    !UNARY.includes(f) ||
    OF_INTEGERS_ALONE.has(f) ||
    typeof alpha !== "number" ||
    typeof beta !== "number" ||
    Object.keys(rest).length > 0
  ) {
    throw new FormatError(
      "graph",
      `${label}: expected a function of one number with alpha and beta, got ${JSON.stringify(value)}`,
    );
  }
  return withDefaults({ function: f, alpha, beta });
};
