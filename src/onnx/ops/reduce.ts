import type { Value } from "../../graph/value.ts";
import { countOf, range, type Context, type Operator, type Operators } from "../context.ts";

const reduce =
  (name: string): Operator =>
  (c) => {
    const x = c.input(0);
    const rank = x.type.shape.length;
    const given = c.list("axes", 1)?.map((axis) => c.axis(axis, rank)) ?? [];
    const none = c.flag("noop_with_empty_axes") && given.length === 0;
    const keep = c.flag("keepdims", true);
    // Over no axis: over one of size 1, for what the function does besides.
    if (none || rank === 0) {
      return c.reshape(c.reduce(name, c.reshape(x, [...x.type.shape, 1]), [rank], false), x.type.shape);
    }
    return c.reduce(name, x, given.length > 0 ? given : range(0, rank), keep);
  };

/** Over all axes but batch and channels. */
export const overPlane =
  (name: string): Operator =>
  (c) =>
    c.reduce(name, c.input(0), range(2, c.input(0).type.shape.length));

const globalLp: Operator = (c) => {
  const x = c.input(0);
  const p = c.int("p", 2);
  const axes = range(2, x.type.shape.length);
  if (p === 1 || p === 2) return c.reduce(`l${p}`, x, axes);
  return power(c, c.reduce("sum", power(c, c.unary("abs", x), p), axes), 1 / p);
};

const power = (c: Context, x: Value, exponent: number): Value => c.binary("pow", x, c.scalar(exponent, x));

/** softmax, or its logarithm. Before opset 13 over all axes from `axis` on as one. */
const softmax =
  (log: boolean): Operator =>
  (c) => {
    const x = c.input(0);
    const shape = x.type.shape;
    const axis = c.axis(c.int("axis", c.opset < 13 ? 1 : -1), shape.length);
    if (c.opset >= 13 || axis === shape.length - 1) return c.emit("softmax", [x], { axis, log });
    return c.reshape(c.emit("softmax", [rows(c, x, axis)], { axis: 1, log }), shape);
  };

const rows = (c: Context, x: Value, axis: number): Value =>
  c.reshape(x, [countOf(x.type.shape.slice(0, axis)), countOf(x.type.shape.slice(axis))]);

/** 1 at the first of the largest, else 0. */
const hardmax: Operator = (c) => {
  const x = c.input(0);
  const shape = x.type.shape;
  const given = c.axis(c.int("axis", c.opset < 13 ? 1 : -1), shape.length);
  const coerced = c.opset < 13;
  const from = coerced ? rows(c, x, given) : x;
  const axis = coerced ? 1 : given;
  const best = c.emit("arg_reduce", [from], { function: "max", axis, keep_dims: true });
  const places = c.constant(
    range(0, from.type.shape[axis]),
    "int64",
    from.type.shape.map((n, i) => (i === axis ? n : 1)),
  );
  return c.reshape(c.cast(c.binary("equal", best, places), x.type.dtype), shape);
};

export const reductions: Operators = {
  GlobalAveragePool: overPlane("mean"),
  GlobalLpPool: globalLp,
  GlobalMaxPool: overPlane("max"),
  Hardmax: hardmax,
  LogSoftmax: softmax(true),
  ReduceL1: reduce("l1"),
  ReduceL2: reduce("l2"),
  ReduceLogSum: reduce("log_sum"),
  ReduceLogSumExp: reduce("log_sum_exp"),
  ReduceMax: reduce("max"),
  ReduceMean: reduce("mean"),
  ReduceMin: reduce("min"),
  ReduceProd: reduce("prod"),
  ReduceSum: reduce("sum"),
  ReduceSumSquare: reduce("sum_square"),
  Softmax: softmax(false),
};
