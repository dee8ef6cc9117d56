import { countOf, type Context, type Operator, type Operators } from "../context.ts";
import type { Value } from "../../graph/value.ts";
import { isFloat } from "../tensor.ts";

const unary =
  (name: string): Operator =>
  (c) => {
    c.ignore("consumed_inputs");
    return c.unary(name, c.input(0));
  };

/** A function of one number with attributes for its parameters, each with its default. */
const withParameters =
  (name: string, ...parameters: (readonly [attribute: string, fallback: number])[]): Operator =>
  (c) => {
    c.ignore("consumed_inputs");
    const [alpha, beta] = parameters.map(([attribute, fallback]) => c.float(attribute, fallback));
    return c.unary(name, c.input(0), alpha, beta);
  };

const binary =
  (name: string): Operator =>
  (c) => {
    const [a, b] = [c.input(0), legacy(c, c.input(0), c.input(1))];
    return combine(c, name, a, b);
  };

/** Functions that stay right where an unsigned number is read as int64, which refuses to leave int32. */
const UNSIGNED = new Set([
  "add",
  "div",
  "fmod",
  "greater",
  "greater_equal",
  "less",
  "less_equal",
  "max",
  "min",
  "mod",
  "mul",
  "pow",
]);

function combine(c: Context, name: string, a: Value, b: Value): Value {
  const { dtype } = a.type;
  if ((dtype !== "uint32" && dtype !== "uint64") || !UNSIGNED.has(name)) return c.binary(name, a, b);
  const y = c.binary(name, c.cast(a, "int64"), c.cast(b, "int64"));
  return y.type.dtype === "bool" ? y : c.cast(y, dtype);
}

/** Before opset 7, b is broadcast only where the node says so, its axes from `axis` on. */
function legacy(c: Context, a: Value, b: Value): Value {
  if (c.opset >= 7) return b;
  c.ignore("consumed_inputs");
  const axis = c.int("axis", -1);
  const [from, to] = [b.type.shape, a.type.shape];
  if (!c.flag("broadcast")) {
    if (from.length !== to.length || from.some((n, i) => n !== to[i])) {
      throw c.error(`expected shapes that are the same, got [${to}] and [${from}]`);
    }
    return b;
  }
  if (!c.has("axis")) return b;
  const after = to.length - c.axis(axis, to.length) - from.length;
  if (after < 0) {
    throw c.error(`attribute axis: expected one of ${to.length} with room for ${from.length}, got ${axis}`);
  }
  return c.reshape(b, [...from, ...new Array<number>(after).fill(1)]);
}

/** Of one input or more. */
const variadic =
  (name: string): Operator =>
  (c) => {
    c.ignore("consumed_inputs");
    return c.inputs().reduce((a, b) => combine(c, name, a, b));
  };

const clip: Operator = (c) => {
  c.ignore("consumed_inputs");
  const x = c.input(0);
  const bound = (i: number, name: string): Value | undefined =>
    c.has(name) ? c.scalar(c.float(name), x) : c.optional(i);
  const [least, most] = [bound(1, "min"), bound(2, "max")].map(
    (v) => v && (countOf(v.type.shape) === 1 ? c.reshape(v, []) : v),
  );
  if (isFloat(x.type.dtype) && (!least || least.constant) && (!most || most.constant)) {
    return c.unary("clip", x, least?.constant?.data[0] ?? -Infinity, most?.constant?.data[0] ?? Infinity);
  }
  const above = least ? c.binary("max", x, least) : x;
  return most ? c.binary("min", above, most) : above;
};

/** Powers that are functions of their own. */
const POWERS = new Map<number | undefined, string>([
  [2, "square"],
  [-1, "reciprocal"],
]);

const pow: Operator = (c) => {
  const [x, y] = [c.input(0), legacy(c, c.input(0), c.input(1))];
  const { dtype } = x.type;
  const simple =
    isFloat(dtype) && countOf(y.type.shape) === 1 && y.type.shape.length <= x.type.shape.length
      ? POWERS.get(y.constant?.data[0])
      : undefined;
  if (simple) return c.unary(simple, x);
  if (isFloat(dtype) === isFloat(y.type.dtype)) return combine(c, "pow", x, y);
  return isFloat(dtype)
    ? c.binary("pow", x, c.cast(y, dtype))
    : c.cast(c.binary("pow", c.cast(x, y.type.dtype), y), dtype);
};

/** Before opset 7 a slope is one number a channel, axis 1. */
const prelu: Operator = (c) => {
  c.ignore("consumed_inputs");
  const [x, slope] = [c.input(0), c.input(1)];
  const channels = c.opset < 7 && slope.type.shape.length === 1 && slope.type.shape[0] > 1;
  return c.binary("prelu", x, channels ? c.reshape(slope, [-1, ...x.type.shape.slice(2).fill(1)]) : slope);
};

const gelu: Operator = (c) =>
  c.unary(c.string("approximate", "none", ["none", "tanh"]) === "tanh" ? "gelu_tanh" : "gelu", c.input(0));

const isInf: Operator = (c) => {
  const signs = Number(c.flag("detect_negative", true)) + 2 * Number(c.flag("detect_positive", true));
  return c.unary("is_inf", c.input(0), signs);
};

const bitShift: Operator = (c) => {
  const right = c.string("direction", undefined, ["LEFT", "RIGHT"]) === "RIGHT";
  return c.binary(right ? "shift_right" : "shift_left", c.input(0), c.input(1));
};

/** swish(gate) x */
const swiglu: Operator = (c) => {
  const [gate, x] = [c.input(0), c.input(1)];
  return c.mul(c.unary("swish", gate, c.float("alpha", 1)), x);
};

/** Dropout of a net that is not trained: x, and a mask of all true. */
const dropout: Operator = (c) => {
  c.ignore("consumed_inputs", "ratio", "seed");
  if (c.opset < 7 && !c.flag("is_test")) throw c.error("attribute is_test: expected 1, got 0: training is not run");
  const ratio = c.optional(1);
  const training = c.optional(2);
  if (training && c.number(2, "training_mode") !== 0 && (!ratio || c.number(1, "ratio") !== 0)) {
    throw c.error("training_mode: expected false, got true: random numbers have no exact answer");
  }
  const x = c.input(0);
  if (c.node.outputs.length < 2) return x;
  return [
    x,
    c.emit(
      "expand",
      [
        c.constant(
          [1],
          "bool",
          x.type.shape.map(() => 1),
        ),
      ],
      { shape: x.type.shape },
    ),
  ];
};

const cast: Operator = (c) => {
  c.ignore("saturate", "round_mode");
  return c.cast(c.input(0), c.dtype("to"));
};

const castLike: Operator = (c) => {
  c.ignore("saturate", "round_mode");
  return c.cast(c.input(0), c.input(1).type.dtype);
};

/** Types whose bits are those of their int32, or its lowest; more are as wide as one another alone. */
const BITS: { readonly [dtype: string]: number } = {
  bool: 8,
  int8: 8,
  uint8: 8,
  int16: 16,
  uint16: 16,
  int32: 32,
  uint32: 32,
};

/** The same bits as another type of as many; where one is float32, they must be known. */
const bitCast: Operator = (c) => {
  const x = c.input(0);
  const to = c.dtype("to");
  const [from, into] = [x.type.dtype, to].map((dtype) => (dtype === "float32" ? 32 : BITS[dtype]));
  if (!from || from !== into) throw c.error(`attribute to: expected a type of the bits of ${x.type.dtype}, got ${to}`);
  if (isFloat(x.type.dtype) === isFloat(to)) return c.cast(x, to);
  const { data } = c.known(x, "input");
  const bytes = data.slice().buffer as ArrayBuffer;
  return c.builder.constant(isFloat(to) ? new Float32Array(bytes) : new Int32Array(bytes), to, x.type.shape);
};

const mean: Operator = (c) => {
  c.ignore("consumed_inputs");
  const values = c.inputs();
  return c.unary(
    "affine",
    values.reduce((a, b) => c.add(a, b)),
    1 / values.length,
    0,
  );
};

const UNARY = {
  Abs: "abs",
  Acos: "acos",
  Acosh: "acosh",
  Asin: "asin",
  Asinh: "asinh",
  Atan: "atan",
  Atanh: "atanh",
  BitwiseNot: "bit_not",
  Ceil: "ceil",
  Cos: "cos",
  Cosh: "cosh",
  Erf: "erf",
  Exp: "exp",
  Floor: "floor",
  HardSwish: "hard_swish",
  IsNaN: "is_nan",
  Log: "log",
  Mish: "mish",
  Neg: "neg",
  Not: "not",
  Reciprocal: "reciprocal",
  Relu: "relu",
  Round: "round",
  Sigmoid: "sigmoid",
  Sign: "sign",
  Sin: "sin",
  Sinh: "sinh",
  Softplus: "softplus",
  Softsign: "softsign",
  Sqrt: "sqrt",
  Tan: "tan",
  Tanh: "tanh",
};

const BINARY = {
  Add: "add",
  And: "and",
  BitwiseAnd: "bit_and",
  BitwiseOr: "bit_or",
  BitwiseXor: "bit_xor",
  Div: "div",
  Equal: "equal",
  Greater: "greater",
  GreaterOrEqual: "greater_equal",
  Less: "less",
  LessOrEqual: "less_equal",
  Mul: "mul",
  Or: "or",
  Sub: "sub",
  Xor: "xor",
};

const table = (names: Record<string, string>, make: (name: string) => Operator): Operators =>
  Object.fromEntries(Object.entries(names).map(([operator, name]) => [operator, make(name)]));

export const elementwise: Operators = {
  ...table(UNARY, unary),
  ...table(BINARY, binary),
  ...table({ Max: "max", Min: "min", Sum: "add" }, variadic),
  Affine: withParameters("affine", ["alpha", 1], ["beta", 0]),
  BitCast: bitCast,
  BitShift: bitShift,
  Cast: cast,
  CastLike: castLike,
  Celu: withParameters("celu", ["alpha", 1]),
  Clip: clip,
  Dropout: dropout,
  Elu: withParameters("elu", ["alpha", 1]),
  Gelu: gelu,
  HardSigmoid: withParameters("hard_sigmoid", ["alpha", 0.2], ["beta", 0.5]),
  Identity: (c) => c.item(0) ?? c.input(0),
  IsInf: isInf,
  LeakyRelu: withParameters("leaky_relu", ["alpha", 0.01]),
  Mean: mean,
  Mod: (c) => combine(c, c.flag("fmod") ? "fmod" : "mod", c.input(0), c.input(1)),
  Pow: pow,
  PRelu: prelu,
  ScaledTanh: withParameters("scaled_tanh", ["alpha", 1], ["beta", 1]),
  Selu: (c) =>
    withParameters(
      "selu",
      ["alpha", c.opset < 6 ? 1.6732 : 1.6732632423543772],
      ["gamma", c.opset < 6 ? 1.0507 : 1.0507009873554805],
    )(c),
  Shrink: withParameters("shrink", ["lambd", 0.5], ["bias", 0]),
  SwiGLU: swiglu,
  Swish: withParameters("swish", ["alpha", 1]),
  ThresholdedRelu: withParameters("thresholded_relu", ["alpha", 1]),
  Where: (c) => c.where(c.input(0), c.input(1), c.input(2)),
};
