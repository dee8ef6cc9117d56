import { past } from "../abi/lowering.ts";
import { copyTo } from "./move.ts";
import { axisOf, beside, integer, op, stepsOf } from "./op.ts";

/** y[(i + shift) mod n] = x[i] along an axis of n, as PyTorch's roll. */
export const roll = op({
  inputs: [1, 1],
  attributes: { axis: integer(), shift: integer() },
  infer(call) {
    const { type } = call.inputs[0]!;
    axisOf(call, call.attributes.axis, type.shape.length);
    return [type];
  },
  reach: (call, [time]) => beside([axisOf(call, call.attributes.axis, call.inputs[0]!.type.shape.length)], time),
  lower(call, [y], to) {
    const [x] = call.inputs;
    const { shape } = x!.type;
    const axis = axisOf(call, call.attributes.axis, shape.length);
    const steps = stepsOf(shape);
    const n = shape[axis];
    if (!n) return;
    const sized = (size: number) => shape.map((d, a) => (a === axis ? size : d));
    const shift = ((call.attributes.shift % n) + n) % n;
    const part = (from: number, onto: number, size: number) => {
      const at = (value: typeof y, row: number) => past(to.at(value), row * steps[axis] * 4);
      copyTo(to, call.name, sized(size), at(y, onto), steps, at(x!, from), steps);
    };
    part(0, shift, n - shift);
    part(n - shift, 0, shift);
  },
});
