import type { Dtype } from "../../graph/graph.ts";
import type { Value } from "../../graph/value.ts";
import { countOf, range, type Context, type Operator, type Operators } from "../context.ts";
import { checkRanks, convolve, weight } from "./conv.ts";

const RANGES: { readonly [dtype: string]: readonly [number, number] } = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
};

/** A scale or zero point of x: one number, one for each place of an axis, or one for each block along it. */
function spread(c: Context, value: Value, x: Value, axis: number): Value {
  const { shape } = value.type;
  const wide = x.type.shape;
  if (countOf(shape) === 1) return c.reshape(value, []);
  const at = c.axis(axis, wide.length);
  if (shape.length === 1 && shape[0] === wide[at]) {
    return c.reshape(
      value,
      wide.map((n, i) => (i === at ? n : 1)),
    );
  }
  const block = c.int("block_size", 0);
  if (shape.length === wide.length && block > 0 && shape[at] === Math.ceil(wide[at] / block)) {
    return c.gather(
      value,
      range(0, wide[at]).map((i) => Math.floor(i / block)),
      at,
    );
  }
  throw c.error(`expected one number, ${wide[at]} along axis ${at} or blocks of [${wide}], got [${shape}]`);
}

/** round(x / scale) + zero point, within the type's range. */
function quantized(c: Context, x: Value, scale: Value, zero: Value | undefined, dtype: Dtype): Value {
  const [least, most] = RANGES[dtype] ?? [];
  if (least === undefined) throw c.error(`expected int8, uint8, int16 or uint16, got ${dtype}`);
  const rounded = c.unary("round", c.div(x, scale));
  return c.cast(c.unary("clip", zero ? c.add(rounded, c.cast(zero, "float32")) : rounded, least, most), dtype);
}

const quantizeLinear: Operator = (c) => {
  c.ignore("saturate", "precision", "block_size");
  const [x, zero] = [c.input(0), c.optional(2)];
  const float = c.cast(x, "float32");
  const axis = c.int("axis", 1);
  const dtype = c.dtype("output_dtype", zero?.type.dtype ?? "uint8");
  return quantized(c, float, spread(c, c.input(1), x, axis), zero && spread(c, zero, x, axis), dtype);
};

const dequantizeLinear: Operator = (c) => {
  c.ignore("block_size");
  const [x, scale, zero] = [c.input(0), c.input(1), c.optional(2)];
  const axis = c.int("axis", 1);
  const y = c.mul(c.cast(centred(c, x, zero && spread(c, zero, x, axis)), "float32"), spread(c, scale, x, axis));
  return c.cast(y, c.dtype("output_dtype", scale.type.dtype));
};

/** x less its zero point, as int32. */
export function centred(c: Context, x: Value, zero: Value | undefined): Value {
  const whole = c.cast(x, "int32");
  return zero ? c.sub(whole, c.cast(zero, "int32")) : whole;
}

/** uint8 over the range of x and 0; the scale and the zero point, as float32, of all of x. */
export function dynamically(c: Context, x: Value): { y: Value; scale: Value; point: Value } {
  const axes = range(0, x.type.shape.length);
  const zero = c.scalar(0, x);
  const most = c.binary("max", c.reduce("max", x, axes, false), zero);
  const least = c.binary("min", c.reduce("min", x, axes, false), zero);
  const width = c.div(c.sub(most, least), c.scalar(255, x));
  const scale = c.where(c.binary("equal", width, zero), c.scalar(1, x), width);
  const point = c.unary("round", c.unary("clip", c.unary("neg", c.div(least, scale)), 0, 255));
  return { y: quantized(c, x, scale, point, "uint8"), scale, point };
}

const dynamicQuantize: Operator = (c) => {
  const { y, scale, point } = dynamically(c, c.input(0));
  return [y, scale, c.cast(point, "uint8")];
};

/** A number, or one a row of the second last axis where it is a list. */
export const aRow = (c: Context, value: Value | undefined): Value | undefined =>
  value &&
  (countOf(value.type.shape) === 1
    ? c.reshape(value, [])
    : value.type.shape.length === 1
      ? c.reshape(value, [-1, 1])
      : value);

/** A number, or one a column. */
export const aColumn = (c: Context, value: Value | undefined): Value | undefined =>
  value && (countOf(value.type.shape) === 1 ? c.reshape(value, []) : value);

const matMulInteger: Operator = (c) =>
  c.emit("matmul", [centred(c, c.input(0), aRow(c, c.optional(2))), centred(c, c.input(1), aColumn(c, c.optional(3)))]);

/** The sum of products in int32, times the scales over y's. */
function requantized(c: Context, sum: Value, scales: Value, yScale: Value, yZero: Value): Value {
  return quantized(
    c,
    c.mul(c.cast(sum, "float32"), c.div(c.cast(scales, "float32"), c.cast(yScale, "float32"))),
    c.constant([1], "float32", []),
    yZero,
    yZero.type.dtype,
  );
}

const qLinearMatMul: Operator = (c) => {
  const [a, b] = [centred(c, c.input(0), aRow(c, c.input(2))), centred(c, c.input(3), aColumn(c, c.input(5)))];
  const scales = c.mul(aRow(c, c.input(1))!, aColumn(c, c.input(4))!);
  return requantized(c, c.emit("matmul", [a, b]), scales, c.input(6), c.input(7));
};

/** Integers of 8 bits less their zero point, as float32. */
function floats(c: Context, x: Value, zero: Value | undefined): Value {
  const float = c.cast(x, "float32");
  return zero ? c.sub(float, c.cast(zero, "float32")) : float;
}

/** What 8 bits less a zero point may be, and up to where float32 has every whole number. */
const WIDEST = 255;
const EXACT = 2 ** 24;

/**
 * Whether every sum of products of a row of known weights with integers of 8 bits is exact as float32, in any order.
 */
function exact({ constant }: Value): boolean {
  const { data, shape } = constant!;
  const row = data.length / shape[0];
  for (let at = 0; at < data.length; at += row) {
    let sum = 0;
    for (let i = at; i < at + row; i++) sum += Math.abs(data[i]);
    if (sum * WIDEST > EXACT) return false;
  }
  return true;
}

const isByte = ({ type: { dtype } }: Value): boolean => dtype === "int8" || dtype === "uint8";

/**
 * A convolution of integers, as one of float32 where that is exact, else as two: with the weights' upper part, of steps
 * of 16, and with the rest.
 */
function integerConv(c: Context, x: Value, xZero: Value | undefined, w: Value, wZero: Value | undefined): Value {
  checkRanks(c, x, w);
  const column = wZero && countOf(wZero.type.shape) > 1 ? [w.type.shape[0], ...w.type.shape.slice(1).fill(1)] : [];
  const weights = floats(c, w, wZero && c.reshape(wZero, column));
  const input = floats(c, x, xZero && c.reshape(xZero, []));
  if (isByte(x) && exact(weights)) return c.cast(convolve(c, input, weights), "int32");
  if ((countOf(w.type.shape) / w.type.shape[0]) * WIDEST * 16 > EXACT) {
    throw c.error(`expected at most ${Math.floor(EXACT / WIDEST / 16)} weights an output, got [${w.type.shape}]`);
  }
  const upper = c.unary("round", c.unary("affine", weights, 1 / 16, 0));
  const lower = c.sub(weights, c.unary("affine", upper, 16, 0));
  const [high, low] = [upper, lower].map((part) => c.cast(convolve(c, input, part), "int32"));
  return c.add(c.mul(high, c.scalar(16, high)), low);
}

const convInteger: Operator = (c) => {
  const zero = c.optional(3) && weight(c, 3, "w_zero_point");
  return integerConv(c, c.input(0), c.optional(2), weight(c, 1, "weight"), zero);
};

const qLinearConv: Operator = (c) => {
  const sum = integerConv(c, c.input(0), c.input(2), weight(c, 3, "weight"), weight(c, 5, "w_zero_point"));
  const perChannel = (v: Value): Value =>
    countOf(v.type.shape) === 1 ? c.reshape(v, []) : c.reshape(v, [-1, ...sum.type.shape.slice(2).fill(1)]);
  const bias = c.optional(8);
  const all = bias ? c.add(sum, perChannel(bias)) : sum;
  return requantized(c, all, perChannel(c.mul(c.input(1), c.input(4))), c.input(6), c.input(7));
};

export const quantized8: Operators = {
  ConvInteger: convInteger,
  DequantizeLinear: dequantizeLinear,
  DynamicQuantizeLinear: dynamicQuantize,
  MatMulInteger: matMulInteger,
  QLinearConv: qLinearConv,
  QLinearMatMul: qLinearMatMul,
  QuantizeLinear: quantizeLinear,
};
