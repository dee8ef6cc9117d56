import { FormatError, shown } from "../check.ts";
import type { Attribute, Attributes, Dtype, Type } from "../graph/graph.ts";
import type { Value } from "../graph/value.ts";
import type { Lowering } from "../abi/lowering.ts";

export type { Value } from "../graph/value.ts";

/** Reads an attribute: its value, or its default where it is not given; throws where it is not what it should be. */
export type Reader<T> = (label: string, value: Attribute | undefined) => T;

type Readers = { readonly [name: string]: Reader<unknown> };

/** Attributes as they were read. */
export type Read<R> = { readonly [K in keyof R]: R[K] extends Reader<infer T> ? T : never };

/** One use of an op. */
export interface Call<R = Readers> {
  /** The producer's name of the node. */
  readonly name: string;
  readonly inputs: readonly (Value | undefined)[];
  readonly attributes: Read<R>;
  /** The attributes as they were given. */
  readonly given: Attributes;
}

/** How far an op reaches along time; "whole": all rows at once. */
export type Reach =
  | "whole"
  | {
      /** Rows before the present one that it reads of its first input. */
      readonly history?: number;
      /** Attributes in the place of the node's, where rows come a few at a time behind their history. */
      readonly attributes?: Attributes;
      /** Outputs that are inputs of the row behind. */
      readonly carried?: readonly (readonly [output: number, input: number])[];
    };

/** An op that reads the present row alone. */
export const ROW: Reach = {};

/** Time axes of an op's inputs; undefined for one that is the same at all times. */
export type TimeAxes = readonly (number | undefined)[];

/** All that the engine knows of an op; what it computes stands in assembly/ops under the same word. */
export interface Op<R extends Readers = Readers> {
  /** The fewest and the most inputs. */
  readonly inputs: readonly [least: number, most: number];
  readonly attributes: R;
  /** The outputs' types; throws where inputs and attributes do not fit. */
  infer(call: Call<R>): Type[];
  /** The input, where the op gives nothing else. */
  same?(call: Call<R>, outputs: readonly Type[]): Value | undefined;
  /** Output 0 holds the numbers of input 0 as they stand: nothing moves. */
  readonly view?: true;
  /** How far it reaches along time, which at least one input has; without it, "whole". */
  reach?(call: Call<R>, time: TimeAxes): Reach;
  /** Writes the records that compute `outputs`. */
  lower(call: Call<R>, outputs: readonly Value[], to: Lowering): void;
}

/** Keeps an op's attribute types; the registry knows ops by their words alone. */
export function op<R extends Readers>(definition: Op<R>): Op {
  return definition as unknown as Op;
}

/** The attributes of a node, read; an unknown one is refused. */
export function readAttributes(label: string, readers: Readers, given: Attributes): Read<Readers> {
  for (const name of Object.keys(given)) {
    if (given[name] !== undefined && !Object.hasOwn(readers, name)) {
      throw new FormatError(
        "unsupported",
        `${label}: attribute ${name}: expected one of ${Object.keys(readers).join(", ") || "none"}, got ${shown(given[name])}`,
      );
    }
  }
  const read: Record<string, unknown> = {};
  for (const name of Object.keys(readers)) read[name] = readers[name](`${label}: attribute ${name}`, given[name]);
  return read;
}

const wrong = (label: string, expected: string, value: unknown) =>
  new FormatError("graph", `${label}: expected ${expected}, got ${shown(value)}`);

/** A finite number or infinity; `fallback` where none is given. */
export const number =
  (fallback?: number): Reader<number> =>
  (label, value) => {
    if (value === undefined && fallback !== undefined) return fallback;
    if (typeof value !== "number" || Number.isNaN(value)) throw wrong(label, "a number", value);
    return value;
  };

/** A whole number. */
export const integer =
  (fallback?: number): Reader<number> =>
  (label, value = fallback) => {
    if (typeof value !== "number" || !Number.isSafeInteger(value)) throw wrong(label, "a whole number", value);
    return value;
  };

/** A list of whole numbers. */
export const integers = (label: string, value: Attribute | undefined): number[] => {
  if (!Array.isArray(value) || !value.every((v) => Number.isSafeInteger(v))) throw wrong(label, "whole numbers", value);
  return value as number[];
};

/** The same; undefined where none is given. */
export const optionalIntegers = (label: string, value: Attribute | undefined): number[] | undefined =>
  value === undefined ? undefined : integers(label, value);

export const boolean =
  (fallback: boolean): Reader<boolean> =>
  (label, value = fallback) => {
    if (typeof value !== "boolean") throw wrong(label, "true or false", value);
    return value;
  };

/** One of some words; the first is the default where `fallback` says so. */
export const oneOf =
  (words: readonly string[], fallback?: string): Reader<string> =>
  (label, value = fallback) => {
    if (typeof value !== "string" || !words.includes(value)) throw wrong(label, words.join(" or "), value);
    return value;
  };

/** An axis counted from the front. */
export function axisOf(call: { readonly name: string }, axis: number, rank: number): number {
  if (axis < -rank || axis >= Math.max(rank, 1))
    throw new FormatError("shape", `${call.name}: expected an axis of ${rank}, got ${axis}`);
  return axis < 0 ? axis + rank : axis;
}

/** The reach of an op that works along `axes`, which are counted from the front, and row by row on any other. */
export function beside(axes: readonly number[], time: number | undefined): Reach {
  return time === undefined || axes.includes(time) ? "whole" : ROW;
}

export function isFloat(dtype: Dtype): boolean {
  return dtype.includes("float");
}

export function countOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

/** Elements from one place of each axis to the next, in whole rows. */
export function stepsOf(shape: readonly number[]): number[] {
  const steps: number[] = [];
  for (let axis = shape.length - 1, step = 1; axis >= 0; step *= shape[axis--]) steps[axis] = step;
  return steps;
}

/** Steps of a value read as `shape`: 0 along the axes that it is broadcast over. */
export function broadcastSteps(from: readonly number[], shape: readonly number[]): number[] {
  const steps = stepsOf(from);
  const ahead = shape.length - from.length;
  return shape.map((_, axis) => (axis < ahead || from[axis - ahead] === 1 ? 0 : steps[axis - ahead]));
}

/** The shape that all of `shapes` are broadcast to, as NumPy has it. */
export function broadcast(call: { readonly name: string }, ...shapes: (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((s) => s.length));
  return Array.from({ length: rank }, (_, axis) => {
    let size = 1;
    for (const s of shapes) {
      const d = s[axis - rank + s.length] ?? 1;
      if (d === 1 || d === size) continue;
      if (size !== 1)
        throw new FormatError(
          "shape",
          `${call.name}: expected shapes that go together, got ${shapes.map((s) => `[${s}]`).join(" and ")}`,
        );
      size = d;
    }
    return size;
  });
}

/** Throws unless all values are of one kind: floats or integers. */
export function sameWord(call: { readonly name: string }, ...values: Value[]): void {
  for (const v of values) {
    if (isFloat(v.type.dtype) !== isFloat(values[0].type.dtype)) {
      throw new FormatError(
        "dtype",
        `${call.name}: expected inputs of one type, got ${values.map((v) => v.type.dtype).join(" and ")}`,
      );
    }
  }
}
