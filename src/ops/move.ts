import { FormatError } from "../check.ts";
import { past, type At, type Lowering } from "../abi/lowering.ts";
import { walk } from "../abi/walk.ts";
import {
  axisOf,
  beside,
  broadcast,
  broadcastSteps,
  integer,
  integers,
  op,
  optionalIntegers,
  ROW,
  sameWord,
  stepsOf,
} from "./op.ts";

/** y = x, each walked by its own steps. */
export function copyTo(
  to: Lowering,
  node: string,
  shape: readonly number[],
  y: At,
  ySteps: readonly number[],
  x: At,
  xSteps: readonly number[],
): void {
  const w = walk(node, shape, { at: y, steps: ySteps }, { at: x, steps: xSteps });
  if (w) to.record("CopyRecord", w.words, w.lists);
}

/** Axis i of y is axis permutation[i] of x. */
export const transpose = op({
  inputs: [1, 1],
  attributes: { permutation: integers },
  infer(call) {
    const { shape, dtype } = call.inputs[0]!.type;
    const permutation = call.attributes.permutation.map((p) => axisOf(call, p, shape.length));
    if (new Set(permutation).size !== shape.length || permutation.length !== shape.length) {
      throw new FormatError(
        "shape",
        `${call.name}: expected a permutation of ${shape.length} axes, got [${permutation}]`,
      );
    }
    return [{ dtype, shape: permutation.map((p) => shape[p]) }];
  },
  same: ({ inputs: [x], attributes: { permutation } }) => (permutation.every((p, axis) => p === axis) ? x : undefined),
  reach: () => ROW,
  lower({ name, inputs: [x], attributes: { permutation } }, [y], to) {
    const { shape } = x!.type;
    const steps = stepsOf(shape);
    copyTo(
      to,
      name,
      y.type.shape,
      to.at(y),
      stepsOf(y.type.shape),
      to.at(x!),
      permutation.map((p) => steps[p < 0 ? p + shape.length : p]),
    );
  },
});

/** Where a slice of an axis of `size` begins and how many it takes, as ONNX clamps it. */
function range(size: number, start: number, end: number, step: number): { start: number; count: number } {
  const clamp = (v: number, low: number, high: number) => Math.min(Math.max(v < 0 ? v + size : v, low), high);
  const from = step > 0 ? clamp(start, 0, size) : clamp(start, 0, size - 1);
  const to = step > 0 ? clamp(end, 0, size) : clamp(end, -1, size - 1);
  return { start: from, count: Math.max(0, Math.ceil((to - from) / step)) };
}

/** An end behind any axis. */
const FAR = 2 ** 30;

/** y = x[start:end:step] along `axes`. */
export const slice = op({
  inputs: [1, 1],
  attributes: { axes: integers, starts: integers, ends: integers, steps: optionalIntegers },
  infer(call) {
    const { dtype, shape } = call.inputs[0]!.type;
    const { axes, starts, ends, steps = axes.map(() => 1) } = call.attributes;
    if (
      starts.length !== axes.length ||
      ends.length !== axes.length ||
      steps.length !== axes.length ||
      steps.includes(0)
    ) {
      throw new FormatError(
        "graph",
        `${call.name}: expected a start, an end and a step above or below 0 for each axis, got ${axes.length} axes, starts [${starts}], ends [${ends}], steps [${steps}]`,
      );
    }
    const to = [...shape];
    axes.forEach(
      (axis, i) =>
        (to[axisOf(call, axis, shape.length)] = range(
          shape[axisOf(call, axis, shape.length)],
          starts[i],
          ends[i],
          steps[i],
        ).count),
    );
    return [{ dtype, shape: to }];
  },
  same: ({ inputs: [x], attributes: { steps } }, [y]) =>
    y.shape.every((d, axis) => d === x!.type.shape[axis]) && !steps?.some((s) => s !== 1) ? x : undefined,
  /**
   * Rows that are dropped in front were there before the first: what is left passes. The last row is the present one.
   */
  reach(call, [time]) {
    const { axes, starts, ends, steps = axes.map(() => 1) } = call.attributes;
    const at = axes.findIndex((axis) => axisOf(call, axis, call.inputs[0]!.type.shape.length) === time);
    if (at < 0) return ROW;
    if (ends[at] < FAR || steps[at] !== 1 || starts[at] < -1) return "whole";
    return { attributes: { axes, starts: starts.map((s, i) => (i === at ? Math.min(s, 0) : s)), ends, steps } };
  },
  lower(call, [y], to) {
    const x = call.inputs[0]!;
    const { shape } = x.type;
    const { axes, starts, ends, steps = axes.map(() => 1) } = call.attributes;
    const from = stepsOf(shape);
    let at = 0;
    axes.forEach((given, i) => {
      const axis = axisOf(call, given, shape.length);
      at += range(shape[axis], starts[i], ends[i], steps[i]).start * from[axis];
      from[axis] *= steps[i];
    });
    copyTo(to, call.name, y.type.shape, to.at(y), stepsOf(y.type.shape), past(to.at(x), at * 4), from);
  },
});

/** The inputs one after the other along an axis. */
export const concat = op({
  inputs: [1, Infinity],
  attributes: { axis: integer() },
  infer(call) {
    const types = call.inputs.map((v) => v!.type);
    const axis = axisOf(call, call.attributes.axis, types[0].shape.length);
    sameWord(call, ...call.inputs.map((v) => v!));
    const shape = [...types[0].shape];
    for (const t of types.slice(1)) {
      if (t.shape.length !== shape.length || t.shape.some((d, i) => i !== axis && d !== shape[i])) {
        throw new FormatError(
          "shape",
          `${call.name}: expected shapes that differ along axis ${axis} alone, got ${types.map((t) => `[${t.shape}]`).join(" and ")}`,
        );
      }
      shape[axis] += t.shape[axis];
    }
    return [{ dtype: types[0].dtype, shape }];
  },
  same: ({ inputs }) => (inputs.length === 1 ? inputs[0] : undefined),
  reach: (call, time) =>
    time.every((t) => t !== undefined)
      ? beside([axisOf(call, call.attributes.axis, call.inputs[0]!.type.shape.length)], time[0])
      : "whole",
  lower(call, [y], to) {
    const axis = axisOf(call, call.attributes.axis, y.type.shape.length);
    const steps = stepsOf(y.type.shape);
    let at = 0;
    for (const x of call.inputs) {
      copyTo(to, call.name, x!.type.shape, past(to.at(y), at * 4), steps, to.at(x!), stepsOf(x!.type.shape));
      at += x!.type.shape[axis] * steps[axis];
    }
  },
});

/** x broadcast to a shape; 1 there keeps an axis as it is. */
export const expand = op({
  inputs: [1, 1],
  attributes: { shape: integers },
  infer: (call) => [
    { dtype: call.inputs[0]!.type.dtype, shape: broadcast(call, call.inputs[0]!.type.shape, call.attributes.shape) },
  ],
  same: ({ inputs: [x] }, [y]) =>
    y.shape.length === x!.type.shape.length && y.shape.every((d, axis) => d === x!.type.shape[axis]) ? x : undefined,
  reach: () => ROW,
  lower({ name, inputs: [x] }, [y], to) {
    copyTo(
      to,
      name,
      y.type.shape,
      to.at(y),
      stepsOf(y.type.shape),
      to.at(x!),
      broadcastSteps(x!.type.shape, y.type.shape),
    );
  },
});

/** x repeated along each axis. */
export const tile = op({
  inputs: [1, 1],
  attributes: { repeats: integers },
  infer({ name, inputs: [x], attributes: { repeats } }) {
    const { dtype, shape } = x!.type;
    if (repeats.length !== shape.length || repeats.some((r) => r < 0))
      throw new FormatError("graph", `${name}: expected ${shape.length} repeats of at least 0, got [${repeats}]`);
    return [{ dtype, shape: shape.map((d, axis) => d * repeats[axis]) }];
  },
  same: ({ inputs: [x], attributes: { repeats } }) => (repeats.every((r) => r === 1) ? x : undefined),
  reach: ({ attributes: { repeats } }, [time]) => (repeats[time!] === 1 ? ROW : "whole"),
  lower({ name, inputs: [x], attributes: { repeats } }, [y], to) {
    const pairs = x!.type.shape.flatMap((d, axis) => [repeats[axis], d]);
    const steps = stepsOf(x!.type.shape).flatMap((s) => [0, s]);
    copyTo(to, name, pairs, to.at(y), stepsOf(pairs), to.at(x!), steps);
  },
});
