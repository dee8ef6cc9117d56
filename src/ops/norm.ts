import { FormatError } from "../check.ts";
import { axisOf, countOf, integer, number, oneOf, op, ROW } from "./op.ts";

/**
 * (x - mean) / sqrt(variance + epsilon) over the last axes, from `axes_from` on, times scale plus bias of their shape.
 */
export const norm = op({
  inputs: [1, 3],
  attributes: { axes_from: integer(-1), epsilon: number(1e-5), function: oneOf(["layer", "rms"], "layer") },
  infer(call) {
    const [x, scale, bias] = call.inputs;
    const from = axisOf(call, call.attributes.axes_from, x!.type.shape.length);
    for (const [label, v] of [
      ["scale", scale],
      ["bias", bias],
    ] as const) {
      if (v && countOf(v.type.shape) !== countOf(x!.type.shape.slice(from)))
        throw new FormatError(
          "shape",
          `${call.name}: ${label}: expected [${x!.type.shape.slice(from)}], got [${v.type.shape}]`,
        );
    }
    return [x!.type];
  },
  reach(call, [time, scale, bias]) {
    const rank = call.inputs[0]!.type.shape.length;
    const from = axisOf(call, call.attributes.axes_from, rank);
    return scale === undefined && bias === undefined && time! < from ? ROW : "whole";
  },
  lower(call, [y], to) {
    const [x, scale, bias] = call.inputs;
    const { shape } = x!.type;
    const from = axisOf(call, call.attributes.axes_from, shape.length);
    if (countOf(shape) === 0) return;
    to.record("NormRecord", {
      y: to.at(y),
      x: to.at(x!),
      scale: scale ? to.at(scale) : 0,
      bias: bias ? to.at(bias) : 0,
      rows: countOf(shape.slice(0, from)),
      width: countOf(shape.slice(from)),
      centred: call.attributes.function === "layer" ? 1 : 0,
      epsilon: call.attributes.epsilon,
    });
  },
});
