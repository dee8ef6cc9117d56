import type { Value } from "../../graph/value.ts";
import { countOf, type Context, type Operator, type Operators } from "../context.ts";
import { aColumn, aRow, centred, dynamically } from "./quantize.ts";
import { quantizedLstm } from "./recurrent.ts";

// https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md

/** Products of integers as float32, times their scales, plus a bias. */
function scaled(c: Context, a: Value, b: Value, scales: Value, bias: Value | undefined): Value {
  const y = c.mul(c.cast(c.emit("matmul", [a, b]), "float32"), scales);
  return bias ? c.add(y, bias) : y;
}

/** y = (A - a_zero_point) (B - b_zero_point) * a_scale * b_scale + bias */
const matMulIntegerToFloat: Operator = (c) => {
  const [a, b] = [centred(c, c.input(0), aRow(c, c.optional(4))), centred(c, c.input(1), aColumn(c, c.optional(5)))];
  return scaled(c, a, b, c.mul(aRow(c, c.input(2))!, aColumn(c, c.input(3))!), c.optional(6));
};

/** The same of an A of floats, which becomes uint8 over its own range. */
const dynamicQuantizeMatMul: Operator = (c) => {
  const { y, scale, point } = dynamically(c, c.input(0));
  const b = centred(c, c.input(1), aColumn(c, c.optional(3)));
  return scaled(c, centred(c, y, point), b, c.mul(scale, aColumn(c, c.input(2))!), c.optional(4));
};

/**
 * An LSTM whose W [D, in, 4*H] and R [D, H, 4*H] are integers, with scales and zero points [D] or [D, 4*H]; what they
 * are multiplied with becomes uint8 first: X over the range of all of it, h over that of the step's.
 */
const dynamicQuantizeLstm: Operator = (c) => {
  const given = c.input(0);
  if (c.optional(4) && countOf(given.type.shape.slice(1, -1)) !== 1) {
    throw c.error("sequence_lens: expected none for more than one sequence: h becomes uint8 over the range of all");
  }
  const { y, scale, point } = dynamically(c, given);
  const x = c.mul(c.cast(centred(c, y, point), "float32"), scale);
  const [w, r] = [weight(c, 1, 8, "W"), weight(c, 2, 10, "R")];
  return quantizedLstm(c, { x, w, r });
};

/**
 * A weight [D, columns, rows] of integers as floats [D, rows, columns]; its scale is input `at`, its zero point the
 * next.
 */
function weight(c: Context, i: number, at: number, word: string): Value {
  const value = c.input(i);
  const { shape } = value.type;
  if (shape.length !== 3) throw c.error(`${word}: expected 3 dimensions, got [${shape}]`);
  const spread = (v: Value): Value => {
    const count = countOf(v.type.shape);
    if (count !== shape[0] && count !== shape[0] * shape[2]) {
      throw c.error(
        `${word}: expected a scale and zero point of [${shape[0]}] or [${shape[0]}, ${shape[2]}], got [${v.type.shape}]`,
      );
    }
    return c.reshape(v, [shape[0], 1, count / shape[0]]);
  };
  const zero = c.optional(at + 1);
  const whole = centred(c, value, zero && spread(zero));
  return c.transpose(c.mul(c.cast(whole, "float32"), spread(c.input(at))), [0, 2, 1]);
}

export const microsoft: Operators = {
  DynamicQuantizeLSTM: dynamicQuantizeLstm,
  DynamicQuantizeMatMul: dynamicQuantizeMatMul,
  MatMulIntegerToFloat: matMulIntegerToFloat,
};
