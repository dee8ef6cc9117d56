import { copyTo } from "./move.ts";
import { axisOf, beside, boolean, countOf, integer, op, stepsOf } from "./op.ts";

/** exp(x) / sum exp(x) along an axis, or its logarithm. */
export const softmax = op({
  inputs: [1, 1],
  attributes: { axis: integer(-1), log: boolean(false) },
  infer(call) {
    axisOf(call, call.attributes.axis, call.inputs[0]!.type.shape.length);
    return [call.inputs[0]!.type];
  },
  reach: (call, [time]) => beside([axisOf(call, call.attributes.axis, call.inputs[0]!.type.shape.length)], time),
  lower(call, [y], to) {
    const { shape } = y.type;
    const axis = axisOf(call, call.attributes.axis, shape.length);
    if (countOf(shape) === 0) return;
    const width = shape[axis] ?? 1;
    const rows = countOf(shape) / width;
    const x = to.at(call.inputs[0]!);
    const log = call.attributes.log ? 1 : 0;
    const steps = stepsOf(shape);
    if (axis >= shape.length - 1) {
      copyTo(to, call.name, shape, to.at(y), steps, x, steps);
      to.record("SoftmaxRecord", { x: to.at(y), rows, width, log });
      return;
    }
    // The axis last, and back.
    const last = (values: readonly number[]) => [...values.slice(0, axis), ...values.slice(axis + 1), values[axis]];
    const turned = last(shape);
    const scratch = to.scratch(4 * countOf(shape));
    copyTo(to, call.name, turned, scratch, stepsOf(turned), x, last(steps));
    to.record("SoftmaxRecord", { x: scratch, rows, width, log });
    copyTo(to, call.name, turned, to.at(y), last(steps), scratch, stepsOf(turned));
  },
});
