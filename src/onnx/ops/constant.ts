import type { Value } from "../../graph/value.ts";
import { countOf, range, type Context, type Operator, type Operators } from "../context.ts";

/** The sizes of axes from `start` up to `end`. */
const shape: Operator = (c) => {
  const dims = c.input(0).type.shape;
  const at = (name: string, fallback: number) => {
    const axis = c.int(name, fallback);
    return Math.min(Math.max(axis < 0 ? axis + dims.length : axis, 0), dims.length);
  };
  return c.constant(dims.slice(at("start", 0), Math.max(at("start", 0), at("end", dims.length))));
};

const constant: Operator = (c) => {
  const tensor = c.tensor("value");
  if (tensor) return c.builder.constant(tensor.data, tensor.dtype, tensor.shape);
  if (c.has("value_float")) return c.constant([c.float("value_float")], "float32", []);
  if (c.has("value_int")) return c.constant([c.int("value_int")], "int64", []);
  if (c.has("value_floats")) return c.constant(c.floats("value_floats")!, "float32");
  if (c.has("value_ints")) return c.constant(c.ints("value_ints")!);
  throw c.error(`expected a value of numbers, got ${[...c.node.attributes.keys()].join(", ") || "none"}`);
};

const constantOfShape: Operator = (c) => {
  const dims = c.numbers(0, "shape") ?? [];
  const value = c.tensor("value") ?? { dtype: "float32", shape: [1], data: Float32Array.of(0) };
  if (value.data.length !== 1) throw c.error(`attribute value: expected one number, got ${value.data.length}`);
  return filled(c, c.builder.constant(value.data, value.dtype, []), dims);
};

/** A shape of one number everywhere. */
function filled(c: Context, value: Value, dims: readonly number[]): Value {
  if (dims.includes(0)) return c.constant([], value.type.dtype, dims);
  return c.emit("expand", [value], { shape: dims });
}

const rangeOperator: Operator = (c) => {
  const [start, limit, step] = ["start", "limit", "delta"].map((word, i) => c.number(i, word));
  const count = Math.max(Math.ceil((limit - start) / step), 0);
  return c.constant(
    range(0, count).map((i) => start + i * step),
    c.input(0).type.dtype,
  );
};

const eyeLike: Operator = (c) => {
  const { dtype, shape: dims } = c.input(0).type;
  const k = c.int("k", 0);
  if (dims.length !== 2) throw c.error(`expected a matrix, got [${dims}]`);
  return c.constant(
    range(0, countOf(dims)).map((i) => Number(i % dims[1] === Math.floor(i / dims[1]) + k)),
    c.dtype("dtype", dtype),
    dims,
  );
};

export const constants: Operators = {
  Constant: constant,
  ConstantOfShape: constantOfShape,
  EyeLike: eyeLike,
  Range: rangeOperator,
  Shape: shape,
  Size: (c) => c.constant([countOf(c.input(0).type.shape)], "int64", []),
};
