import { FormatError } from "../check.ts";
import { countOf, integers, op, ROW } from "./op.ts";

/** y = x */
export const identity = op({
  inputs: [1, 1],
  attributes: {},
  infer: ({ inputs: [x] }) => [x!.type],
  same: ({ inputs: [x] }) => x,
  view: true,
  reach: () => ROW,
  lower() {},
});

function shapeOf(name: string, from: readonly number[], given: readonly number[], like = from): number[] {
  const refuse = () =>
    new FormatError("shape", `${name}: expected a shape for the ${countOf(from)} values of [${from}], got [${given}]`);
  const shape = given.map((d, axis) => {
    if (d === 0 && axis < like.length) return like[axis];
    if (d < -1) throw refuse();
    return d;
  });
  const open = shape.indexOf(-1);
  if (open >= 0) {
    const rest = countOf(shape.filter((d) => d !== -1));
    if (shape.indexOf(-1, open + 1) >= 0 || rest === 0) throw refuse();
    shape[open] = countOf(from) / rest;
  }
  if (shape.some((d) => !Number.isInteger(d)) || countOf(shape) !== countOf(from)) throw refuse();
  return shape;
}

/** x in another shape: 0 takes the size of that axis from `like`, or x where there is none, -1 takes what is left. */
export const reshape = op({
  inputs: [1, 2],
  attributes: { shape: integers },
  infer: ({ name, inputs: [x, like], attributes }) => [
    { dtype: x!.type.dtype, shape: shapeOf(name, x!.type.shape, attributes.shape, like?.type.shape) },
  ],
  same: ({ inputs: [x] }, [y]) =>
    y.shape.length === x!.type.shape.length && y.shape.every((d, axis) => d === x!.type.shape[axis]) ? x : undefined,
  view: true,
  /** Rows stay rows where as many stand before each as did. */
  reach({ name, inputs: [x, like], attributes }, [time]) {
    if (time === undefined) return "whole";
    const from = x!.type.shape;
    const before = countOf(from.slice(0, time));
    const shape = shapeOf(name, from, attributes.shape, like?.type.shape);
    return shape.some((d, axis) => d === from[time] && countOf(shape.slice(0, axis)) === before) ? ROW : "whole";
  },
  lower() {},
});
