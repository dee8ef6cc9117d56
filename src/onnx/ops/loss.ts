import type { Value } from "../../graph/value.ts";
import { range, type Context, type Operator, type Operators } from "../context.ts";

/** -weight[target] x[n, target, ...], summed up as `reduction` says; x [N, C, ...], target [N, ...]. */
function negativeLogLikelihood(c: Context, x: Value, target: Value): Value {
  const { shape } = x.type;
  const reduction = c.string("reduction", "mean", ["none", "sum", "mean"]);
  const ignored = c.has("ignore_index")
    ? c.binary("equal", target, c.scalar(c.int("ignore_index"), target))
    : undefined;
  const index = ignored ? c.where(ignored, c.scalar(0, target), target) : target;
  const column = c.reshape(index, [shape[0], 1, ...shape.slice(2)]);
  const picked = c.unary("neg", c.reshape(c.emit("gather_elements", [x, column], { axis: 1 }), index.type.shape));
  const given = c.optional(2);
  const weights = given ? c.emit("gather", [given, index], { axis: 0 }) : undefined;
  const one = c.scalar(1, x);
  const factors = ignored ? c.where(ignored, c.scalar(0, x), weights ?? one) : weights;
  const losses = factors ? c.mul(picked, factors) : picked;
  if (reduction === "none") return losses;
  const axes = range(0, losses.type.shape.length);
  if (reduction === "mean" && !factors) return c.reduce("mean", losses, axes, false);
  const sum = c.reduce("sum", losses, axes, false);
  return reduction === "sum" ? sum : c.div(sum, c.reduce("sum", factors!, axes, false));
}

const crossEntropy: Operator = (c) => {
  const logs = c.emit("softmax", [c.input(0)], { axis: 1, log: true });
  return [negativeLogLikelihood(c, logs, c.input(1)), logs];
};

export const losses: Operators = {
  NegativeLogLikelihoodLoss: (c) => negativeLogLikelihood(c, c.input(0), c.input(1)),
  SoftmaxCrossEntropyLoss: crossEntropy,
};
