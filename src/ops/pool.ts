import { Pool } from "../abi/layout.ts";
import { FormatError } from "../check.ts";
import { boolean, countOf, integer, isFloat, oneOf, op } from "./op.ts";
import { KERNEL, outputsOf, WINDOW, windowed, windowReach, windowWords } from "./windows.ts";

/** The largest, the average or the p-norm of each channel's windows: x [batch, ...spatial, C]. */
export const pool = op({
  inputs: [1, 1],
  attributes: {
    ...WINDOW,
    ...KERNEL,
    function: oneOf(["max", "average", "lp"]),
    p: integer(2),
    ceil: boolean(false),
    count_include_pad: boolean(false),
  },
  infer(call) {
    const { dtype } = call.inputs[0]!.type;
    if (!isFloat(dtype)) throw new FormatError("dtype", `${call.name}: expected float32, got ${dtype}`);
    const { p, kernel, ceil } = call.attributes;
    if (p !== 1 && p !== 2)
      throw new FormatError("unsupported", `${call.name}: attribute p: expected 1 or 2, got ${p}`);
    const w = windowed(call, kernel);
    return [{ dtype, shape: [w.batch, ...outputsOf(call, w, ceil), w.channels] }];
  },
  /** A pad counts as nothing, or in the average's number alone: it is no row. */
  reach(call, [time]) {
    const w = windowed(call, call.attributes.kernel);
    return time! > 0 && (w.before[time! - 1] !== 0 || call.attributes.ceil) ? "whole" : windowReach(w, time);
  },
  lower(call, [y], to) {
    const w = windowed(call, call.attributes.kernel);
    if (countOf(y.type.shape) === 0) return;
    const after = [...Array<number>(3 - w.after.length).fill(0), ...w.after];
    to.record("PoolRecord", {
      ...windowWords(w, w.size, y.type.shape.slice(1, -1)),
      y: to.at(y),
      x: to.at(call.inputs[0]!),
      pool: Pool[call.attributes.function.toUpperCase() as keyof typeof Pool],
      p: call.attributes.p,
      counted: call.attributes.count_include_pad ? 1 : 0,
      after0: after[0],
      after1: after[1],
      after2: after[2],
    });
  },
});
