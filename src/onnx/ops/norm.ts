import type { Value } from "../../graph/value.ts";
import { countOf, range, type Context, type Operator, type Operators } from "../context.ts";

/** [C] as [C, 1, ...], for the channels of a value of `rank` axes. */
const channels = (c: Context, value: Value, rank: number): Value =>
  c.reshape(value, [countOf(value.type.shape), ...new Array<number>(rank - 2).fill(1)]);

/** y = (x - mean) / sqrt(var + epsilon) * scale + bias, each [C]. */
const batchNorm: Operator = (c) => {
  c.ignore("momentum", "consumed_inputs");
  const [x, scale, bias, mean, variance] = range(0, 5).map((i) => c.input(i));
  const trained = c.opset < 7 ? !c.flag("is_test") : c.flag("training_mode");
  if (trained) throw c.error(`attribute ${c.opset < 7 ? "is_test" : "training_mode"}: training is not run`);
  if (!c.flag("spatial", true)) throw c.error("attribute spatial: expected 1, got 0");
  const rank = x.type.shape.length;
  const factor = c.div(scale, c.unary("sqrt", c.unary("affine", variance, 1, c.float("epsilon", 1e-5))));
  const rest = c.sub(bias, c.mul(mean, factor));
  return c.add(c.mul(x, channels(c, factor, rank)), channels(c, rest, rank));
};

/** The scale or bias of a norm, broadcast to the normalised shape. */
const fitted = (c: Context, value: Value | undefined, shape: readonly number[]): Value | undefined =>
  value && (String(value.type.shape) === String(shape) ? value : c.emit("expand", [value], { shape }));

const layerNorm: Operator = (c) => {
  c.ignore("stash_type");
  const x = c.input(0);
  const rank = x.type.shape.length;
  const axis = c.axis(c.int("axis", -1), rank);
  const epsilon = c.float("epsilon", 1e-5);
  const inner = x.type.shape.slice(axis);
  const [scale, bias] = [c.input(1), c.optional(2)].map((value) => fitted(c, value, inner));
  const y = c.emit("norm", [x, scale, bias], { function: "layer", axes_from: axis, epsilon });
  if (c.node.outputs.length < 2) return y;
  const mean = c.reduce("mean", x, range(axis, rank));
  const variance = c.reduce("mean", c.unary("square", c.sub(x, mean)), range(axis, rank));
  return [y, mean, c.unary("reciprocal", c.unary("sqrt", c.unary("affine", variance, 1, epsilon)))];
};

const rmsNorm: Operator = (c) => {
  c.ignore("stash_type");
  const x = c.input(0);
  const axis = c.axis(c.int("axis", -1), x.type.shape.length);
  const scale = fitted(c, c.input(1), x.type.shape.slice(axis));
  return c.emit("norm", [x, scale, undefined], { function: "rms", axes_from: axis, epsilon: c.float("epsilon", 1e-5) });
};

/** Over the numbers of each channel. */
const instanceNorm: Operator = (c) => {
  c.ignore("consumed_inputs");
  const [x, scale, bias] = [c.input(0), c.input(1), c.input(2)];
  return perGroup(c, x, x.type.shape[1], scale, bias);
};

/** Over the numbers of each group of channels. */
const groupNorm: Operator = (c) => {
  c.ignore("stash_type");
  const [x, scale, bias] = [c.input(0), c.input(1), c.input(2)];
  const groups = c.int("num_groups");
  const each = x.type.shape[1] / groups;
  if (!Number.isInteger(each)) {
    throw c.error(`attribute num_groups: expected a divisor of ${x.type.shape[1]}, got ${groups}`);
  }
  const perChannel = (value: Value): Value =>
    c.opset < 21
      ? c.gather(
          value,
          range(0, x.type.shape[1]).map((i) => Math.floor(i / each)),
          0,
        )
      : value;
  return perGroup(c, x, groups, perChannel(scale), perChannel(bias));
};

function perGroup(c: Context, x: Value, groups: number, scale: Value, bias: Value): Value {
  const { shape } = x.type;
  const grouped = c.reshape(x, [shape[0], groups, countOf(shape.slice(1)) / groups]);
  const normed = c.emit("norm", [grouped, undefined, undefined], {
    function: "layer",
    axes_from: 2,
    epsilon: c.float("epsilon", 1e-5),
  });
  const rank = shape.length;
  return c.add(c.mul(c.reshape(normed, shape), channels(c, scale, rank)), channels(c, bias, rank));
}

const meanVariance: Operator = (c) => {
  if (c.opset < 9) throw c.error("expected opset 9 or newer");
  const x = c.input(0);
  const axes = (c.ints("axes") ?? [0, 2, 3]).map((axis) => c.axis(axis, x.type.shape.length));
  const centred = c.sub(x, c.reduce("mean", x, axes));
  const deviation = c.unary("sqrt", c.reduce("mean", c.unary("square", centred), axes));
  return c.div(centred, c.unary("affine", deviation, 1, 1e-9));
};

/** x / |x|, 0 where the norm is 0. */
const lpNorm: Operator = (c) => {
  const x = c.input(0);
  const p = c.int("p", 2);
  if (p !== 1 && p !== 2) throw c.error(`attribute p: expected 1 or 2, got ${p}`);
  const norm = c.reduce(`l${p}`, x, [c.axis(c.int("axis", -1), x.type.shape.length)]);
  return c.div(x, c.where(c.binary("equal", norm, c.scalar(0, norm)), c.scalar(1, norm), norm));
};

/** y = x / (bias + alpha / size * the sum of squares of `size` channels around)^beta */
const localResponse: Operator = (c) => {
  const x = c.input(0);
  const { shape } = x.type;
  const size = c.int("size");
  const last = range(1, shape.length);
  const rows = c.reshape(c.transpose(c.unary("square", x), [0, ...range(2, shape.length), 1]), [-1, shape[1], 1]);
  const before = Math.floor((size - 1) / 2);
  const means = c.emit("pool", [rows], {
    function: "average",
    kernel: [size],
    pads_before: [before],
    pads_after: [size - 1 - before],
    count_include_pad: true,
  });
  const back = c.transpose(c.reshape(means, [shape[0], ...shape.slice(2), shape[1]]), [
    0,
    last.length,
    ...last.slice(0, -1),
  ]);
  const base = c.unary("affine", back, c.float("alpha", 1e-4), c.float("bias", 1));
  return c.div(x, c.binary("pow", base, c.scalar(c.float("beta", 0.75), x)));
};

export const norms: Operators = {
  BatchNormalization: batchNorm,
  GroupNormalization: groupNorm,
  InstanceNormalization: instanceNorm,
  LayerNormalization: layerNorm,
  LpNormalization: lpNorm,
  LRN: localResponse,
  MeanVarianceNormalization: meanVariance,
  RMSNormalization: rmsNorm,
};
