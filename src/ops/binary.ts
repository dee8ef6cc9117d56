import { Binary } from "../abi/layout.ts";
import { FormatError } from "../check.ts";
import { walk } from "../abi/walk.ts";
import { broadcast, broadcastSteps, isFloat, op, oneOf, ROW, sameWord, stepsOf } from "./op.ts";
import { bitsOf, wordOf } from "./type.ts";

const BOOLEAN = new Set(["equal", "less", "less_equal", "greater", "greater_equal", "and", "or", "xor"]);

const OF_INTEGERS = new Set(["and", "or", "xor", "bit_and", "bit_or", "bit_xor", "shift_left", "shift_right"]);

/** What is right where a uint32 is kept in an int32. */
const OF_PATTERNS = new Set(["equal", "bit_and", "bit_or", "bit_xor", "shift_left", "shift_right"]);

/** y = f(a, b) with NumPy's broadcasting. */
export const binary = op({
  inputs: [2, 2],
  attributes: { function: oneOf(Object.keys(Binary).map((name) => name.toLowerCase())) },
  infer(call) {
    const [a, b] = call.inputs as [NonNullable<(typeof call.inputs)[0]>, NonNullable<(typeof call.inputs)[0]>];
    sameWord(call, a, b);
    const { dtype } = a.type;
    const f = call.attributes.function;
    if (OF_INTEGERS.has(f) && isFloat(dtype))
      throw new FormatError("dtype", `${call.name}: expected integers for ${f}, got ${dtype}`);
    if ((dtype === "uint32" || dtype === "uint64") && !OF_PATTERNS.has(f))
      throw new FormatError("dtype", `${call.name}: ${f}: expected float32, int32 or int64, got ${dtype}`);
    return [{ dtype: BOOLEAN.has(f) ? "bool" : dtype, shape: broadcast(call, a.type.shape, b.type.shape) }];
  },
  reach: () => ROW,
  lower({ name, inputs: [a, b], attributes }, [y], to) {
    const { shape } = y.type;
    const w = walk(
      name,
      shape,
      { at: to.at(y), steps: stepsOf(shape) },
      { at: to.at(a!), steps: broadcastSteps(a!.type.shape, shape) },
      { at: to.at(b!), steps: broadcastSteps(b!.type.shape, shape) },
    );
    if (!w) return;
    const f = Binary[attributes.function.toUpperCase() as keyof typeof Binary];
    to.record(
      "BinaryRecord",
      { ...w.words, word: wordOf(a!.type.dtype), binary: f, bits: bitsOf(a!.type.dtype) },
      w.lists,
    );
  },
});
