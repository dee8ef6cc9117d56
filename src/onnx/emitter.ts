import type { Builder } from "../bind/builder.ts";
import type { Attributes, Dtype } from "../graph/graph.ts";
import type { Value } from "../graph/value.ts";
import { isFloat } from "./tensor.ts";

/** Writes ops under the name of one node. */
export class Emitter {
  readonly builder: Builder;
  readonly #name: string;

  constructor(builder: Builder, name: string) {
    this.builder = builder;
    this.#name = name;
  }

  emit(op: string, inputs: readonly (Value | undefined)[], attributes: Attributes = {}): Value {
    return this.builder.emit(op, inputs, attributes, this.#name);
  }

  emitAll(op: string, inputs: readonly (Value | undefined)[], attributes: Attributes = {}): Value[] {
    return this.builder.emitAll(op, inputs, attributes, this.#name);
  }

  unary(name: string, x: Value, alpha?: number, beta?: number): Value {
    return this.emit("unary", [x], { function: name, alpha, beta });
  }

  binary(name: string, a: Value, b: Value): Value {
    return this.emit("binary", [a, b], { function: name });
  }

  add(a: Value, b: Value): Value {
    return this.binary("add", a, b);
  }

  sub(a: Value, b: Value): Value {
    return this.binary("sub", a, b);
  }

  mul(a: Value, b: Value): Value {
    return this.binary("mul", a, b);
  }

  div(a: Value, b: Value): Value {
    return this.binary("div", a, b);
  }

  where(condition: Value, a: Value, b: Value): Value {
    return this.emit("where", [condition, a, b]);
  }

  cast(x: Value, to: Dtype): Value {
    return x.type.dtype === to ? x : this.emit("cast", [x], { to });
  }

  /** To this shape, in which no number is special. */
  reshape(x: Value, shape: readonly number[]): Value {
    return shape.includes(0) ? this.constant([], x.type.dtype, shape) : this.emit("reshape", [x], { shape });
  }

  transpose(x: Value, permutation: readonly number[]): Value {
    return permutation.every((axis, i) => axis === i) ? x : this.emit("transpose", [x], { permutation });
  }

  reduce(name: string, x: Value, axes: readonly number[], keep = true): Value {
    return axes.length === 0 ? x : this.emit("reduce", [x], { function: name, axes, keep_dims: keep });
  }

  slice(x: Value, axis: number, start: number, end: number, step = 1): Value {
    return this.emit("slice", [x], { axes: [axis], starts: [start], ends: [end], steps: [step] });
  }

  concat(values: readonly Value[], axis: number): Value {
    return values.length === 1 ? values[0] : this.emit("concat", values, { axis });
  }

  gather(x: Value, indices: readonly number[], axis: number): Value {
    return this.emit("gather", [x, this.constant(indices)], { axis });
  }

  /** A constant from its numbers, a list unless a shape is given. */
  constant(numbers: Iterable<number>, dtype: Dtype = "int64", shape?: readonly number[]): Value {
    const data = isFloat(dtype) ? Float32Array.from(numbers) : Int32Array.from(numbers);
    return this.builder.constant(data, dtype, shape ?? [data.length]);
  }

  /** One number of the type of another value. */
  scalar(value: number, like: Value): Value {
    return this.constant([value], like.type.dtype, []);
  }
}

/** Numbers of a list that a node makes while it is translated: 64 MB. */
export const MOST_NUMBERS = 2 ** 24;

/** Whole numbers from `from` up to `to`. A RangeError becomes the node's. */
export function range(from: number, to: number): number[] {
  if (!(to - from <= MOST_NUMBERS)) throw new RangeError(`expected at most ${MOST_NUMBERS} numbers, got ${to - from}`);
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}

export const countOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);
