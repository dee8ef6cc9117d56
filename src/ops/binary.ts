import { Binary, Word } from "../abi/layout.ts";
import { FormatError } from "../check.ts";
import type { Dtype } from "../graph/graph.ts";
import { walk } from "../plan/walk.ts";
import { broadcast, broadcastSteps, isFloat, op, oneOf, sameWord, stepsOf } from "./op.ts";

const BOOLEAN = new Set(["equal", "less", "less_equal", "greater", "greater_equal", "and", "or", "xor"]);

/** Bits that integers of a type keep, below 0 where signed. int64 runs as int32: what leaves that is an error. */
export function bitsOf(dtype: Dtype): number {
  const bits = { bool: 1, int8: -8, int16: -16, int32: -32, int64: -64, uint8: 8, uint16: 16, uint32: 32, uint64: 64 }[dtype as string];
  return bits ?? -32;
}

/** y = f(a, b) with NumPy's broadcasting. */
export const binary = op({
  inputs: [2, 2],
  attributes: { function: oneOf(Object.keys(Binary).map((name) => name.toLowerCase())) },
  infer(call) {
    const [a, b] = call.inputs as [NonNullable<(typeof call.inputs)[0]>, NonNullable<(typeof call.inputs)[0]>];
    sameWord(call, a, b);
    const { dtype } = a.type;
    const f = call.attributes.function;
    if ((dtype === "uint32" || dtype === "uint64") && f !== "equal") throw new FormatError("dtype", `${call.name}: ${f}: expected float32, int32 or int64, got ${dtype}`);
    return [{ dtype: BOOLEAN.has(f) ? "bool" : dtype, shape: broadcast(call, a.type.shape, b.type.shape) }];
  },
  lower({ name, inputs: [a, b], attributes }, [y], to) {
    const { shape } = y.type;
    const w = walk(
      name, shape, { at: to.at(y), steps: stepsOf(shape) },
      { at: to.at(a!), steps: broadcastSteps(a!.type.shape, shape) }, { at: to.at(b!), steps: broadcastSteps(b!.type.shape, shape) },
    );
    if (!w) return;
    const f = Binary[attributes.function.toUpperCase() as keyof typeof Binary];
    to.record("BinaryRecord", { ...w.words, word: isFloat(a!.type.dtype) ? Word.FLOAT : Word.INT, binary: f, bits: bitsOf(a!.type.dtype) }, w.lists);
  },
});
