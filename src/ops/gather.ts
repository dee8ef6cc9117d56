import { Scatter } from "../abi/layout.ts";
import { FormatError } from "../check.ts";
import type { Lowering } from "../abi/lowering.ts";
import { walk } from "../abi/walk.ts";
import { copyTo } from "./move.ts";
import {
  axisOf,
  beside,
  countOf,
  integer,
  isFloat,
  oneOf,
  op,
  ROW,
  sameWord,
  stepsOf,
  type Call,
  type Value,
} from "./op.ts";
import { bitsOf, wordOf } from "./type.ts";

function checkIndices(call: { readonly name: string }, { type: { dtype } }: Value, label = "indices"): void {
  if (isFloat(dtype) || dtype === "bool")
    throw new FormatError("dtype", `${call.name}: expected ${label} of integers, got ${dtype}`);
}

function gatherRows(to: Lowering, y: Value, x: Value, indices: Value, axis: number): void {
  const { shape } = x.type;
  if (countOf(y.type.shape) === 0) return;
  to.record("GatherRecord", {
    y: to.at(y),
    x: to.at(x),
    indices: to.at(indices),
    outer: countOf(shape.slice(0, axis)),
    count: countOf(indices.type.shape),
    places: shape[axis],
    inner: countOf(shape.slice(axis + 1)),
  });
}

/**
 * y = x at indices along an axis, whose place the indices' axes take; they count from the end where they are below 0.
 */
export const gather = op({
  inputs: [2, 2],
  attributes: { axis: integer(0) },
  infer(call) {
    const [x, indices] = call.inputs.map((v) => v!);
    checkIndices(call, indices);
    const { dtype, shape } = x.type;
    if (shape.length === 0) throw new FormatError("shape", `${call.name}: expected rows to gather, got a scalar`);
    const axis = axisOf(call, call.attributes.axis, shape.length);
    return [{ dtype, shape: [...shape.slice(0, axis), ...indices.type.shape, ...shape.slice(axis + 1)] }];
  },
  reach(call, [time, indices]) {
    if (time === undefined) return ROW;
    return indices === undefined
      ? beside([axisOf(call, call.attributes.axis, call.inputs[0]!.type.shape.length)], time)
      : "whole";
  },
  lower(call, [y], to) {
    const [x, indices] = call.inputs.map((v) => v!);
    gatherRows(to, y, x, indices, axisOf(call, call.attributes.axis, x.type.shape.length));
  },
});

/** y = weight [vocabulary, ...] at ids. */
export const embedding = op({
  inputs: [2, 2],
  attributes: {},
  infer(call) {
    const [ids, weight] = call.inputs.map((v) => v!);
    checkIndices(call, ids, "ids");
    if (weight.type.shape.length === 0)
      throw new FormatError("shape", `${call.name}: expected a weight of rows, got a scalar`);
    return [{ dtype: weight.type.dtype, shape: [...ids.type.shape, ...weight.type.shape.slice(1)] }];
  },
  reach: (_, [, weight]) => (weight === undefined ? ROW : "whole"),
  lower({ inputs: [ids, weight] }, [y], to) {
    gatherRows(to, y, weight!, ids!, 0);
  },
});

/** Shapes of one rank, indices within x on all axes but one. */
function checkElements(call: Call, x: Value, indices: Value, axis: number): void {
  checkIndices(call, indices);
  const [from, at] = [x.type.shape, indices.type.shape];
  if (from.length === 0 || from.length !== at.length || at.some((d, i) => i !== axis && d > from[i])) {
    throw new FormatError(
      "shape",
      `${call.name}: expected indices within [${from}] but along axis ${axis}, got [${at}]`,
    );
  }
}

/** The record of single numbers: GET: `moved` = x at indices, else x at indices = f(x, moved). */
function elements(
  call: Call,
  to: Lowering,
  x: Value,
  indices: Value,
  moved: Value,
  axis: number,
  f: keyof typeof Scatter,
): void {
  const { shape } = indices.type;
  const { dtype } = x.type;
  const steps = stepsOf(x.type.shape);
  const still = { at: to.at(x), steps: steps.map((s, i) => (i === axis ? 0 : s)) };
  const rows = { at: to.at(moved), steps: stepsOf(moved.type.shape) };
  const [y, a] = f === "GET" ? [rows, still] : [still, rows];
  const w = walk(call.name, shape, y, a, { at: to.at(indices), steps: stepsOf(shape) });
  if (!w) return;
  to.record(
    "ElementsRecord",
    {
      ...w.words,
      word: wordOf(dtype),
      scatter: Scatter[f],
      places: x.type.shape[axis],
      step: 4 * steps[axis],
      bits: bitsOf(dtype),
    },
    w.lists,
  );
}

/** y[i, j, ..] = x[i, indices[i, j, ..], ..]: indices count along the axis. */
export const gatherElements = op({
  inputs: [2, 2],
  attributes: { axis: integer(0) },
  infer(call) {
    const [x, indices] = call.inputs.map((v) => v!);
    checkElements(call, x, indices, axisOf(call, call.attributes.axis, x.type.shape.length));
    return [{ dtype: x.type.dtype, shape: indices.type.shape }];
  },
  lower(call, [y], to) {
    const [x, indices] = call.inputs.map((v) => v!);
    elements(call, to, x, indices, y, axisOf(call, call.attributes.axis, x.type.shape.length), "GET");
  },
});

const REDUCTION = oneOf(["none", "add", "mul", "min", "max"], "none");

const scatterOf = (reduction: string) =>
  (reduction === "none" ? "SET" : reduction.toUpperCase()) as keyof typeof Scatter;

/** x, with updates where indices say along the axis. */
export const scatterElements = op({
  inputs: [3, 3],
  attributes: { axis: integer(0), reduction: REDUCTION },
  infer(call) {
    const [x, indices, updates] = call.inputs.map((v) => v!);
    sameWord(call, x, updates);
    checkElements(call, x, indices, axisOf(call, call.attributes.axis, x.type.shape.length));
    if (String(updates.type.shape) !== String(indices.type.shape))
      throw new FormatError(
        "shape",
        `${call.name}: expected updates of [${indices.type.shape}], got [${updates.type.shape}]`,
      );
    return [x.type];
  },
  lower(call, [y], to) {
    const [x, indices, updates] = call.inputs.map((v) => v!);
    const { shape } = x.type;
    copyTo(to, call.name, shape, to.at(y), stepsOf(shape), to.at(x), stepsOf(shape));
    elements(
      call,
      to,
      y,
      indices,
      updates,
      axisOf(call, call.attributes.axis, shape.length),
      scatterOf(call.attributes.reduction),
    );
  },
});

/** The shape of the rows that indices [batch.., .., depth] name in x [batch.., ..]. */
function rowsOf(call: Call, x: Value, indices: Value, batchDims: number): number[] {
  checkIndices(call, indices);
  const [from, at] = [x.type.shape, indices.type.shape];
  const depth = at[at.length - 1];
  if (
    batchDims < 0 ||
    batchDims >= at.length ||
    batchDims + depth > from.length ||
    depth === 0 ||
    from.slice(0, batchDims).some((d, i) => d !== at[i])
  ) {
    throw new FormatError(
      "shape",
      `${call.name}: expected indices of 1 to ${from.length - batchDims} axes of [${from}] behind ${batchDims} batch axes, got [${at}]`,
    );
  }
  return [...at.slice(0, -1), ...from.slice(batchDims + depth)];
}

function tuples(to: Lowering, x: Value, indices: Value, rows: Value, batchDims: number, f: keyof typeof Scatter): void {
  const { dtype, shape } = x.type;
  const depth = indices.type.shape[indices.type.shape.length - 1];
  if (countOf(rows.type.shape) === 0) return;
  const axes = shape.slice(batchDims, batchDims + depth);
  to.record(
    "TuplesRecord",
    {
      rows: to.at(rows),
      x: to.at(x),
      indices: to.at(indices),
      batch: countOf(shape.slice(0, batchDims)),
      bytes: 4 * countOf(shape.slice(batchDims)),
      count: countOf(indices.type.shape.slice(batchDims, -1)),
      depth,
      inner: countOf(shape.slice(batchDims + depth)),
      word: wordOf(dtype),
      scatter: Scatter[f],
      bits: bitsOf(dtype),
    },
    [
      ...axes,
      ...stepsOf(shape)
        .slice(batchDims, batchDims + depth)
        .map((s) => s * 4),
    ],
  );
}

/** y = the rows of x at indices [.., depth], which count along its first axes behind the batch's. */
export const gatherNd = op({
  inputs: [2, 2],
  attributes: { batch_dims: integer(0) },
  infer(call) {
    const [x, indices] = call.inputs.map((v) => v!);
    return [{ dtype: x.type.dtype, shape: rowsOf(call, x, indices, call.attributes.batch_dims) }];
  },
  lower(call, [y], to) {
    const [x, indices] = call.inputs.map((v) => v!);
    tuples(to, x, indices, y, call.attributes.batch_dims, "GET");
  },
});

/** x, with updates in the place of the rows at indices [.., depth]. */
export const scatterNd = op({
  inputs: [3, 3],
  attributes: { reduction: REDUCTION },
  infer(call) {
    const [x, indices, updates] = call.inputs.map((v) => v!);
    sameWord(call, x, updates);
    const rows = rowsOf(call, x, indices, 0);
    if (String(updates.type.shape) !== String(rows))
      throw new FormatError("shape", `${call.name}: expected updates of [${rows}], got [${updates.type.shape}]`);
    return [x.type];
  },
  lower(call, [y], to) {
    const [x, indices, updates] = call.inputs.map((v) => v!);
    const { shape } = x.type;
    copyTo(to, call.name, shape, to.at(y), stepsOf(shape), to.at(x), stepsOf(shape));
    tuples(to, y, indices, updates, 0, scatterOf(call.attributes.reduction));
  },
});

/** x, of each sequence the first lengths[b] rows in reverse; batch and time are the first two axes. */
export const reverseSequence = op({
  inputs: [2, 2],
  attributes: { batch_axis: integer(1), time_axis: integer(0) },
  infer(call) {
    const [x, lengths] = call.inputs.map((v) => v!);
    const { shape } = x.type;
    checkIndices(call, lengths, "lengths");
    const batch = axisOf(call, call.attributes.batch_axis, shape.length);
    const time = axisOf(call, call.attributes.time_axis, shape.length);
    if (batch + time !== 1 || shape.length < 2)
      throw new FormatError(
        "unsupported",
        `${call.name}: expected batch and time as axes 0 and 1, got ${batch} and ${time}`,
      );
    if (String(lengths.type.shape) !== String([shape[batch]]))
      throw new FormatError(
        "shape",
        `${call.name}: expected lengths of [${shape[batch]}], got [${lengths.type.shape}]`,
      );
    return [x.type];
  },
  lower(call, [y], to) {
    const [x, lengths] = call.inputs.map((v) => v!);
    const { shape } = x.type;
    if (countOf(shape) === 0) return;
    const batch = axisOf(call, call.attributes.batch_axis, shape.length);
    const steps = stepsOf(shape);
    to.record("ReverseRecord", {
      y: to.at(y),
      x: to.at(x),
      lengths: to.at(lengths),
      batch: shape[batch],
      time: shape[1 - batch],
      batchStep: 4 * steps[batch],
      timeStep: 4 * steps[1 - batch],
      inner: countOf(shape.slice(2)),
    });
  },
});
