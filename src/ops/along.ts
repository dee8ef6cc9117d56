import { FormatError } from "../check.ts";
import type { Type } from "../graph/graph.ts";
import { walkOuter } from "../abi/walk.ts";
import type { At } from "../abi/lowering.ts";
import { axisOf, beside, boolean, integer, op, oneOf, stepsOf } from "./op.ts";
import { bitsOf, wordOf } from "./type.ts";

/** A walk over all axes but one, which the record crosses by itself; `rows` that have lost the axis. */
function across(
  node: string,
  axis: number,
  shape: readonly number[],
  ...values: { readonly at: At; readonly type: Type; readonly lost?: boolean }[]
) {
  const without = <T>(list: readonly T[]) => list.filter((_, i) => i !== axis);
  const [y, ...inputs] = values.map(({ at, type, lost }) => ({
    at,
    steps: lost ? stepsOf(without(shape)) : without(stepsOf(type.shape)),
  }));
  return walkOuter(node, without(shape), y, ...inputs);
}

/** Where along an axis the greatest number stands, or the least: the first of equals or the last. */
export const argReduce = op({
  inputs: [1, 1],
  attributes: { function: oneOf(["max", "min"]), axis: integer(), keep_dims: boolean(true), last: boolean(false) },
  infer(call) {
    const { shape } = call.inputs[0]!.type;
    const axis = axisOf(call, call.attributes.axis, shape.length);
    if (shape[axis] === 0)
      throw new FormatError("shape", `${call.name}: expected numbers along axis ${axis}, got [${shape}]`);
    return [
      {
        dtype: "int64",
        shape: call.attributes.keep_dims
          ? shape.map((d, i) => (i === axis ? 1 : d))
          : shape.filter((_, i) => i !== axis),
      },
    ];
  },
  reach: (call, [time]) => beside([axisOf(call, call.attributes.axis, call.inputs[0]!.type.shape.length)], time),
  lower(call, [y], to) {
    const [x] = call.inputs;
    const { dtype, shape } = x!.type;
    const axis = axisOf(call, call.attributes.axis, shape.length);
    const w = across(
      call.name,
      axis,
      shape,
      { at: to.at(y), type: y.type, lost: true },
      { at: to.at(x!), type: x!.type },
    );
    if (!w) return;
    const { function: f, last } = call.attributes;
    to.record(
      "ArgumentRecord",
      {
        ...w.words,
        word: wordOf(dtype),
        length: shape[axis] ?? 1,
        step: 4 * (stepsOf(shape)[axis] ?? 1),
        least: f === "min" ? 1 : 0,
        last: last ? 1 : 0,
      },
      w.lists,
    );
  },
});

/** The k greatest numbers along an axis, or the least, in order, and where they stand; the first of equals first. */
export const topK = op({
  inputs: [1, 1],
  attributes: { k: integer(), axis: integer(-1), largest: boolean(true) },
  infer(call) {
    const { dtype, shape } = call.inputs[0]!.type;
    const axis = axisOf(call, call.attributes.axis, shape.length);
    const { k } = call.attributes;
    if (shape.length === 0 || k < 0 || k > shape[axis])
      throw new FormatError(
        "shape",
        `${call.name}: attribute k: expected at most the ${shape[axis] ?? 0} numbers of axis ${axis}, got ${k}`,
      );
    const to = shape.map((d, i) => (i === axis ? k : d));
    return [
      { dtype, shape: to },
      { dtype: "int64", shape: to },
    ];
  },
  reach: (call, [time]) => beside([axisOf(call, call.attributes.axis, call.inputs[0]!.type.shape.length)], time),
  lower(call, [y, places], to) {
    const [x] = call.inputs;
    const { dtype, shape } = x!.type;
    const { k, largest } = call.attributes;
    const axis = axisOf(call, call.attributes.axis, shape.length);
    const w = across(
      call.name,
      axis,
      shape,
      { at: to.at(y), type: y.type },
      { at: to.at(x!), type: x!.type },
      { at: to.at(places), type: places.type },
    );
    if (!w || k === 0) return;
    to.record(
      "TopKRecord",
      {
        ...w.words,
        word: wordOf(dtype),
        length: shape[axis],
        step: 4 * stepsOf(shape)[axis],
        k,
        least: largest ? 0 : 1,
        heap: to.scratch(4 * k),
      },
      w.lists,
    );
  },
});

/**
 * The sum of all numbers up to each along an axis, or their product; `exclusive`: before each; `reverse`: from the end.
 */
export const cumulate = op({
  inputs: [1, 1],
  attributes: {
    function: oneOf(["sum", "prod"], "sum"),
    axis: integer(),
    exclusive: boolean(false),
    reverse: boolean(false),
  },
  infer(call) {
    axisOf(call, call.attributes.axis, call.inputs[0]!.type.shape.length);
    return [call.inputs[0]!.type];
  },
  reach: (call, [time]) => beside([axisOf(call, call.attributes.axis, call.inputs[0]!.type.shape.length)], time),
  lower(call, [y], to) {
    const [x] = call.inputs;
    const { dtype, shape } = x!.type;
    const { function: f, exclusive, reverse } = call.attributes;
    const axis = axisOf(call, call.attributes.axis, shape.length);
    const w = across(call.name, axis, shape, { at: to.at(y), type: y.type }, { at: to.at(x!), type: x!.type });
    if (!w || shape[axis] === 0) return;
    to.record(
      "CumulateRecord",
      {
        ...w.words,
        word: wordOf(dtype),
        product: f === "prod" ? 1 : 0,
        length: shape[axis] ?? 1,
        step: 4 * (stepsOf(shape)[axis] ?? 1),
        exclusive: exclusive ? 1 : 0,
        reverse: reverse ? 1 : 0,
        bits: bitsOf(dtype),
      },
      w.lists,
    );
  },
});
