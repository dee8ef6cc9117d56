import { Word } from "../abi/layout.ts";
import { FormatError } from "../check.ts";
import type { Dtype } from "../graph/graph.ts";
import { walk } from "../abi/walk.ts";
import { broadcast, broadcastSteps, isFloat, op, oneOf, ROW, sameWord, stepsOf, type Reader } from "./op.ts";
import { bitsOf } from "./type.ts";

const DTYPES: readonly Dtype[] = [
  "float32",
  "float64",
  "float16",
  "bfloat16",
  "int64",
  "int32",
  "int16",
  "int8",
  "uint64",
  "uint32",
  "uint16",
  "uint8",
  "bool",
];

/** y = condition ? a : b with NumPy's broadcasting. */
export const where = op({
  inputs: [3, 3],
  attributes: {},
  infer(call) {
    const [condition, a, b] = call.inputs.map((v) => v!);
    if (condition.type.dtype !== "bool")
      throw new FormatError("dtype", `${call.name}: expected a condition of bool, got ${condition.type.dtype}`);
    sameWord(call, a, b);
    return [{ dtype: a.type.dtype, shape: broadcast(call, condition.type.shape, a.type.shape, b.type.shape) }];
  },
  reach: () => ROW,
  lower({ name, inputs }, [y], to) {
    const { shape } = y.type;
    const w = walk(
      name,
      shape,
      { at: to.at(y), steps: stepsOf(shape) },
      ...inputs.map((v) => ({ at: to.at(v!), steps: broadcastSteps(v!.type.shape, shape) })),
    );
    if (w) to.record("WhereRecord", w.words, w.lists);
  },
});

/** The same numbers as another type: floats towards 0, what is not 0 as true, integers by their lowest bits. */
export const cast = op({
  inputs: [1, 1],
  attributes: { to: oneOf(DTYPES) as Reader<Dtype> },
  infer: ({ inputs: [x], attributes: { to } }) => [{ dtype: to, shape: x!.type.shape }],
  same: ({ inputs: [x], attributes: { to } }) => (to === x!.type.dtype ? x : undefined),
  reach: () => ROW,
  lower({ name, inputs: [x], attributes: { to: dtype } }, [y], to) {
    const steps = stepsOf(x!.type.shape);
    const w = walk(name, x!.type.shape, { at: to.at(y), steps }, { at: to.at(x!), steps });
    const word = (float: boolean) => (float ? Word.FLOAT : Word.INT);
    if (w)
      to.record(
        "CastRecord",
        { ...w.words, from: word(isFloat(x!.type.dtype)), to: word(isFloat(dtype)), bits: bitsOf(dtype) },
        w.lists,
      );
  },
});
