import { FormatError } from "../check.ts";
import { countOf, integer, isFloat, number, op } from "./op.ts";

/**
 * x [batch, ...spatial, C], channels last, each of `groups` of channels over all of space: (x - mean) / sqrt(variance +
 * epsilon), times scale plus bias [C]. One group for each channel is an instance norm.
 */
export const groupNorm = op({
  inputs: [1, 3],
  attributes: { groups: integer(), epsilon: number(1e-5) },
  infer({ name, inputs: [x, scale, bias], attributes: { groups } }) {
    const { dtype, shape } = x!.type;
    const channels = shape[shape.length - 1];
    if (!isFloat(dtype)) throw new FormatError("dtype", `${name}: expected float32, got ${dtype}`);
    if (shape.length < 2) throw new FormatError("shape", `${name}: expected [batch, ...spatial, C], got [${shape}]`);
    if (groups < 1 || channels % groups !== 0)
      throw new FormatError("graph", `${name}: attribute groups: expected a divisor of ${channels}, got ${groups}`);
    for (const [label, v] of [
      ["scale", scale],
      ["bias", bias],
    ] as const) {
      if (v && (v.type.shape.join() !== String(channels) || !isFloat(v.type.dtype)))
        throw new FormatError(
          "shape",
          `${name}: ${label}: expected float32 [${channels}], got ${v.type.dtype} [${v.type.shape}]`,
        );
    }
    return [x!.type];
  },
  lower({ inputs: [x, scale, bias], attributes: { groups, epsilon } }, [y], to) {
    const { shape } = x!.type;
    const channels = shape[shape.length - 1];
    if (countOf(shape) === 0) return;
    to.record("GroupNormRecord", {
      y: to.at(y),
      x: to.at(x!),
      scale: scale ? to.at(scale) : 0,
      bias: bias ? to.at(bias) : 0,
      batch: shape[0],
      rows: countOf(shape.slice(1, -1)),
      groups,
      width: channels / groups,
      epsilon,
    });
  },
});
