import { FormatError } from "../check.ts";
import { past } from "../abi/lowering.ts";
import { copyTo } from "./move.ts";
import { countOf, integers, number, oneOf, op, stepsOf } from "./op.ts";
import { fill } from "./reduce.ts";
import { wordBits } from "./type.ts";

/** Pieces of one side that are copied one by one. */
const MOST_PIECES = 256;

/** x with places before and behind each axis: a number, its mirror, its last number, or itself again. Below 0 crops. */
export const pad = op({
  inputs: [1, 1],
  attributes: {
    before: integers,
    after: integers,
    mode: oneOf(["constant", "reflect", "edge", "wrap"], "constant"),
    value: number(0),
  },
  infer({ name, inputs: [x], attributes: { before, after, mode } }) {
    const { dtype, shape } = x!.type;
    if (before.length !== shape.length || after.length !== shape.length)
      throw new FormatError(
        "graph",
        `${name}: expected ${shape.length} pads on each side, got [${before}] and [${after}]`,
      );
    const to = shape.map((d, axis) => d + before[axis] + after[axis]);
    shape.forEach((d, axis) => {
      const kept = d + Math.min(before[axis], 0) + Math.min(after[axis], 0);
      const more = before[axis] > 0 || after[axis] > 0;
      if (kept < 0 || (mode !== "constant" && more && kept === 0))
        throw new FormatError(
          "shape",
          `${name}: expected pads that leave something of axis ${axis} of ${d}, got ${before[axis]} and ${after[axis]}`,
        );
      const period = mode === "reflect" ? kept - 1 : kept;
      if (
        (mode === "reflect" || mode === "wrap") &&
        period > 0 &&
        Math.max(before[axis], after[axis]) > period * MOST_PIECES
      ) {
        throw new FormatError(
          "unsupported",
          `${name}: expected at most ${period * MOST_PIECES} pads of axis ${axis}, got ${before[axis]} and ${after[axis]}`,
        );
      }
    });
    return [{ dtype, shape: to }];
  },
  same: ({ inputs: [x], attributes: { before, after } }) =>
    [...before, ...after].every((p) => p === 0) ? x : undefined,
  /** What stands in front of the first row was there before it; every other mode reads the rows themselves. */
  reach({ attributes: { before, after, mode, value } }, [time]) {
    if (before[time!] < 0 || after[time!] !== 0 || (before[time!] > 0 && mode !== "constant")) return "whole";
    return { attributes: { before: before.map((p, axis) => (axis === time ? 0 : p)), after, mode, value } };
  },
  lower({ name, inputs: [x], attributes: { before, after, mode, value } }, [y], to) {
    const { dtype, shape } = x!.type;
    const whole = y.type.shape;
    const [from, steps] = [stepsOf(shape), stepsOf(whole)];
    const kept = shape.map((d, axis) => d + Math.min(before[axis], 0) + Math.min(after[axis], 0));
    if (mode === "constant") fill(to, name, to.at(y), countOf(whole), wordBits(value, dtype));
    const sum = (places: readonly number[], by: readonly number[]) =>
      places.reduce((all, p, axis) => all + p * by[axis], 0) * 4;
    const first = before.map((p) => Math.max(p, 0)); // where x begins in y
    copyTo(
      to,
      name,
      kept,
      past(to.at(y), sum(first, steps)),
      steps,
      past(
        to.at(x!),
        sum(
          before.map((p) => Math.max(-p, 0)),
          from,
        ),
      ),
      from,
    );
    if (mode === "constant") return;
    // Axis by axis, from what stands there: the axes before it are whole already.
    const [origin, size] = [[...first], [...kept]];
    for (let axis = 0; axis < shape.length; axis++) {
      /** `count` places of y from `place` on, read from `source` on, `step` places apart. */
      const copy = (place: number, count: number, source: number, step: number) => {
        const at = (p: number) =>
          past(
            to.at(y),
            sum(
              origin.map((o, i) => (i === axis ? p : o)),
              steps,
            ),
          );
        copyTo(
          to,
          name,
          size.map((d, i) => (i === axis ? count : d)),
          at(place),
          steps,
          at(source),
          steps.map((s, i) => (i === axis ? s * step : s)),
        );
      };
      const n = kept[axis];
      const start = first[axis];
      const end = start + n;
      if (mode === "edge" || n === 1) {
        copy(0, start, start, 0);
        copy(end, whole[axis] - end, end - 1, 0);
      } else {
        // Each piece mirrors or repeats what stands beside it.
        const period = mode === "reflect" ? n - 1 : n;
        for (let at = start; at > 0; at -= period) {
          const count = Math.min(period, at);
          if (mode === "wrap") copy(at - count, count, at - count + n, 1);
          else copy(at - count, count, at + count, -1);
        }
        for (let at = end; at < whole[axis]; at += period) {
          const count = Math.min(period, whole[axis] - at);
          if (mode === "wrap") copy(at, count, at - n, 1);
          else copy(at, count, at - 2, -1);
        }
      }
      origin[axis] = 0;
      size[axis] = whole[axis];
    }
  },
});
