import { shown } from "../../check.ts";
import type { Dim } from "../../graph/graph.ts";
import { axisOf, shapesOf, type Emitter, type Sym } from "./emitter.ts";
import type { Kind, Layer } from "./layer.ts";
import { bool, broadcast, float, operation } from "./operation.ts";

/** Numbers of two operands; a comparison gives bools. */
const pair = (fn: string, compares = false): Kind =>
  operation(2, (g, layer, [a, b]) => ({
    value: g.binary(layer, fn, float(g, layer, a), float(g, layer, b)),
    dims: broadcast(layer, [a, b]),
    integer: compares,
  }));

const logical = (fn: string): Kind =>
  operation(2, (g, layer, [a, b]) => ({
    value: g.binary(layer, fn, bool(g, layer, a), bool(g, layer, b)),
    dims: broadcast(layer, [a, b]),
    integer: true,
  }));

const not = (g: Emitter, layer: Layer, x: string) => g.unary(layer, x, "not");

const one = (fn: string, alpha?: number, beta?: number): Kind =>
  operation(1, (g, layer, [x]) => ({ value: g.unary(layer, float(g, layer, x), fn, alpha, beta), dims: x.dims }));

/** Over `axis`, all axes where it is null; any and all are of bools. */
const reduction = (fn: string, bools = false): Kind =>
  operation(1, (g, layer, [x]) => {
    const rank = x.dims.length;
    const axes =
      layer.value("axis") === null
        ? x.dims.map((_, i) => i)
        : layer.integers("axis").map((axis) => axisOf(layer, axis, rank));
    const kept = layer.flag("keepdims");
    for (const key of ["initial", "where", "dtype"]) layer.only(key);
    if (axes.includes(0)) throw layer.error("a sum over the batch is not run");
    const dims = x.dims.flatMap((d, i): Dim[] => (!axes.includes(i) ? [d] : kept ? [1] : []));
    const numbers = bools ? g.cast(layer, bool(g, layer, x), "float32") : float(g, layer, x);
    const value = g.node(layer, "reduce", [numbers], { function: fn, axes, keep_dims: kept });
    return { value: bools ? g.cast(layer, value, "bool") : value, dims, integer: bools };
  });

/** A reshape to `dims`: those that stand where they stood may be unknown, and one more. */
function reshaped(g: Emitter, layer: Layer, x: Sym, dims: readonly Dim[]): Sym {
  const shape = dims.map((d, i) =>
    typeof d === "number" ? d : d === x.dims[i] && dims.slice(0, i).every((e, j) => e === x.dims[j]) ? 0 : -1,
  );
  if (shape.filter((n) => n === -1).length > 1) throw layer.error(`a reshape of [${x.dims.join(", ")}] is not run`);
  return { ...x, value: g.reshape(layer, x.value, shape), dims };
}

const expandDims = operation(1, (g, layer, [x]) => {
  const axes = layer.integers("axis");
  const axis = axisOf(layer, axes[0], x.dims.length + 1);
  if (axes.length !== 1 || axis === 0) throw layer.error(`axis [${axes}] is not run`);
  return reshaped(g, layer, x, [...x.dims.slice(0, axis), 1, ...x.dims.slice(axis)]);
});

const squeeze = operation(1, (g, layer, [x]) => {
  const axes = layer.integers("axis").map((axis) => axisOf(layer, axis, x.dims.length));
  if (axes.some((axis) => x.dims[axis] !== 1)) {
    throw layer.error(`axis: expected axes of size 1 in [${x.dims.join(", ")}], got [${axes}]`);
  }
  return reshaped(
    g,
    layer,
    x,
    x.dims.filter((_, i) => !axes.includes(i)),
  );
});

const concatenate = operation(undefined, (g, layer, operands) => {
  const axis = axisOf(layer, layer.number("axis", 0), operands[0].dims.length);
  const sizes = operands.map((x) => x.dims[axis]);
  const size: Dim = sizes.every((n) => typeof n === "number") ? sizes.reduce((a, b) => a + b, 0) : "?";
  const alike = operands.every((x) => x.integer === operands[0].integer && x.dims.length === operands[0].dims.length);
  if (!alike || axis === 0) throw layer.error(`a concatenation of ${shapesOf(operands)} is not run`);
  const value = g.node(
    layer,
    "concat",
    operands.map((x) => x.value),
    { axis },
  );
  return { value, dims: operands[0].dims.map((d, i) => (i === axis ? size : d)), integer: operands[0].integer };
});

/** All zeros, or all ones, of the shape of x: x < x is never true. */
const filled = (ones: boolean): Kind =>
  operation(1, (g, layer, [x]) => {
    const zeros = g.binary(layer, "less", x.value, x.value);
    const value = ones ? not(g, layer, zeros) : zeros;
    return typed(
      g,
      layer,
      { value, dims: x.dims, integer: true },
      layer.value("dtype") ?? (x.integer ? "int32" : "float32"),
    );
  });

/** x as another type; integers and bools are kept apart from floats alone. */
function typed(g: Emitter, layer: Layer, x: Sym, dtype: unknown): Sym {
  if (dtype === "bool") return { ...x, value: bool(g, layer, x), integer: true };
  if (typeof dtype === "string" && /^float(16|32|64)$|^bfloat16$/.test(dtype))
    return { ...x, value: float(g, layer, x), integer: false };
  if (dtype === "int32" || dtype === "int64") return { ...x, value: g.cast(layer, x.value, "int32"), integer: true };
  throw layer.error(`dtype ${shown(dtype)} is not run`);
}

const convert = operation(1, (g, layer, [x]) => {
  for (const key of ["sparse", "ragged"]) layer.only(key, false);
  const dtype = layer.value("dtype");
  return dtype === null || dtype === undefined ? x : typed(g, layer, x, dtype);
});

const softmax = operation(1, (g, layer, [x]) => ({
  ...x,
  value: g.node(layer, "softmax", [float(g, layer, x)], {
    axis: axisOf(layer, layer.number("axis", -1), x.dims.length),
  }),
  integer: false,
}));

const matmul = operation(2, (g, layer, [a, b]) => {
  if (a.dims.length < 2 || b.dims.length < 2) throw layer.error("a product of less than 2 axes is not run");
  const batch = broadcast(
    layer,
    [a, b].map((x) => ({ ...x, dims: x.dims.slice(0, -2) })),
  );
  const value = g.node(layer, "matmul", [float(g, layer, a), float(g, layer, b)]);
  return { value, dims: [...batch, a.dims[a.dims.length - 2], b.dims[b.dims.length - 1]] };
});

/** Classes of keras.ops that are run; some are called as layers are. */
export const OPERATIONS: Readonly<Record<string, Kind>> = {
  Add: pair("add"),
  Subtract: pair("sub"),
  Multiply: pair("mul"),
  Divide: pair("div"),
  TrueDivide: pair("div"),
  Maximum: pair("max"),
  Minimum: pair("min"),
  Power: pair("pow"),
  NotEqual: operation(2, (g, layer, [a, b]) => ({
    value: not(g, layer, g.binary(layer, "equal", float(g, layer, a), float(g, layer, b))),
    dims: broadcast(layer, [a, b]),
    integer: true,
  })),
  Equal: pair("equal", true),
  Greater: pair("greater", true),
  GreaterEqual: pair("greater_equal", true),
  Less: pair("less", true),
  LessEqual: pair("less_equal", true),
  LogicalAnd: logical("and"),
  LogicalOr: logical("or"),
  LogicalNot: operation(1, (g, layer, [x]) => ({ ...x, value: not(g, layer, bool(g, layer, x)), integer: true })),
  Any: reduction("max", true),
  All: reduction("min", true),
  Sum: reduction("sum"),
  Mean: reduction("mean"),
  Max: reduction("max"),
  Min: reduction("min"),
  Tanh: one("tanh"),
  Sigmoid: one("sigmoid"),
  Relu: one("relu"),
  Relu6: one("clip", 0, 6),
  Silu: one("silu"),
  Softplus: one("softplus"),
  Softsign: one("softsign"),
  Exp: one("exp"),
  Log: one("log"),
  Sqrt: one("sqrt"),
  Square: one("square"),
  Negative: one("neg"),
  Absolute: one("abs"),
  Abs: one("abs"),
  Reciprocal: one("reciprocal"),
  Sin: one("sin"),
  Cos: one("cos"),
  ExpandDims: expandDims,
  Squeeze: squeeze,
  Concatenate: concatenate,
  ZerosLike: filled(false),
  OnesLike: filled(true),
  ConvertToTensor: convert,
  Cast: convert,
  Softmax: softmax,
  Matmul: matmul,
};
