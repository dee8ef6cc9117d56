import { FormatError } from "../check.ts";
import { axisOf, beside, countOf, integer, op } from "./op.ts";

/** y[o] = sum over t of weights[o, t] x[indices[o, t]] along an axis; both [out, taps] are known. */
export const resample = op({
  inputs: [3, 3],
  attributes: { axis: integer() },
  infer(call) {
    const [x, indices, weights] = call.inputs.map((v) => v!);
    const axis = axisOf(call, call.attributes.axis, x.type.shape.length);
    const { shape } = indices.type;
    if (!indices.constant || !weights.constant || shape.length !== 2 || weights.type.shape.join() !== shape.join()) {
      throw new FormatError(
        "shape",
        `${call.name}: expected known indices and weights of [out, taps], got [${shape}] and [${weights.type.shape}]`,
      );
    }
    if (indices.constant.data.some((i) => i < 0 || i >= x.type.shape[axis]))
      throw new FormatError("graph", `${call.name}: expected indices below ${x.type.shape[axis]}`);
    return [{ dtype: x.type.dtype, shape: x.type.shape.map((d, a) => (a === axis ? shape[0] : d)) }];
  },
  reach: (call, [time]) => beside([axisOf(call, call.attributes.axis, call.inputs[0]!.type.shape.length)], time),
  lower(call, [y], to) {
    const [x, indices, weights] = call.inputs.map((v) => v!);
    const { shape } = x.type;
    const axis = axisOf(call, call.attributes.axis, shape.length);
    const [out, taps] = indices.type.shape;
    if (countOf(y.type.shape) === 0) return;
    to.record("ResampleRecord", {
      y: to.at(y),
      x: to.at(x),
      indices: to.at(indices),
      weights: to.at(weights),
      outer: countOf(shape.slice(0, axis)),
      places: shape[axis],
      out,
      taps,
      inner: countOf(shape.slice(axis + 1)),
    });
  },
});
