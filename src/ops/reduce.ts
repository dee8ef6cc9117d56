import { Binary, Reduction, Unary } from "../abi/layout.ts";
import type { Type } from "../graph/graph.ts";
import { FormatError } from "../check.ts";
import type { At, Lowering } from "../abi/lowering.ts";
import { walk } from "../abi/walk.ts";
import { axisOf, beside, boolean, countOf, isFloat, oneOf, op, optionalIntegers, stepsOf } from "./op.ts";
import { bitsOf, wordBits, wordOf } from "./type.ts";

/** What is gathered, and what it becomes at the end. */
const FUNCTIONS: {
  readonly [name: string]: { readonly reduction: keyof typeof Reduction; readonly last?: keyof typeof Unary };
} = {
  sum: { reduction: "SUM" },
  mean: { reduction: "SUM" },
  max: { reduction: "MAX" },
  min: { reduction: "MIN" },
  prod: { reduction: "PROD" },
  l1: { reduction: "L1" },
  l2: { reduction: "SUM_SQUARE", last: "SQRT" },
  sum_square: { reduction: "SUM_SQUARE" },
  log_sum: { reduction: "SUM", last: "LOG" },
  log_sum_exp: { reduction: "SUM_EXP", last: "LOG" },
};

const FLOATS_ALONE = new Set(["l2", "log_sum", "log_sum_exp"]);

/** What an empty reduction gives. */
function identityOf(reduction: keyof typeof Reduction, { dtype }: Type): number {
  if (reduction === "PROD") return 1;
  if (reduction !== "MAX" && reduction !== "MIN") return 0;
  if (isFloat(dtype)) return reduction === "MAX" ? -Infinity : Infinity;
  const bits = Math.min(Math.abs(bitsOf(dtype)), 32);
  const [least, most] =
    bitsOf(dtype) > 0 ? [0, 2 ** Math.min(bits, 31) - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
  return reduction === "MAX" ? least : most;
}

/** The axes that vanish, as they were given, counted from the front. */
function axesOf(call: { readonly name: string }, axes: readonly number[] | undefined, rank: number): Set<number> {
  return new Set(axes ? axes.map((axis) => axisOf(call, axis, rank)) : Array.from({ length: rank }, (_, axis) => axis));
}

/** y = f of all numbers along some axes. */
export const reduce = op({
  inputs: [1, 1],
  attributes: { function: oneOf(Object.keys(FUNCTIONS)), axes: optionalIntegers, keep_dims: boolean(true) },
  infer(call) {
    const { dtype, shape } = call.inputs[0]!.type;
    const { function: f, axes, keep_dims } = call.attributes;
    if (!isFloat(dtype) && FLOATS_ALONE.has(f))
      throw new FormatError("dtype", `${call.name}: expected floats for ${f}, got ${dtype}`);
    const gone = axesOf(call, axes, shape.length);
    return [
      {
        dtype,
        shape: keep_dims
          ? shape.map((d, axis) => (gone.has(axis) ? 1 : d))
          : shape.filter((_, axis) => !gone.has(axis)),
      },
    ];
  },
  reach: (call, [time]) => beside([...axesOf(call, call.attributes.axes, call.inputs[0]!.type.shape.length)], time),
  lower(call, [y], to) {
    const x = call.inputs[0]!;
    const { dtype, shape } = x.type;
    const gone = axesOf(call, call.attributes.axes, shape.length);
    const kept = stepsOf(shape.map((d, axis) => (gone.has(axis) ? 1 : d)));
    const steps = kept.map((s, axis) => (gone.has(axis) ? 0 : s));
    const count = countOf(y.type.shape);
    if (count === 0) return;
    const { reduction, last } = FUNCTIONS[call.attributes.function];
    const over = (name: keyof typeof Reduction, into: At, less?: At) => {
      fill(to, call.name, into, count, wordBits(identityOf(name, x.type), dtype));
      const w = walk(
        call.name,
        shape,
        { at: into, steps },
        { at: to.at(x), steps: stepsOf(shape) },
        ...(less ? [{ at: less, steps }] : []),
      );
      if (w)
        to.record(
          "ReduceRecord",
          { ...w.words, word: wordOf(dtype), reduction: Reduction[name], bits: bitsOf(dtype) },
          w.lists,
        );
    };
    const map = (name: keyof typeof Unary, at: At, alpha = 0, beta = 0) => {
      const one = { at, steps: [1] };
      const w = walk(call.name, [count], one, one)!;
      to.record(
        "UnaryRecord",
        { ...w.words, word: wordOf(dtype), unary: Unary[name], alpha, beta, low: 0, high: 0, bits: bitsOf(dtype) },
        w.lists,
      );
    };
    const join = (name: keyof typeof Binary, by: At, step: number) => {
      const w = walk(
        call.name,
        [count],
        { at: to.at(y), steps: [1] },
        { at: to.at(y), steps: [1] },
        { at: by, steps: [step] },
      )!;
      to.record(
        "BinaryRecord",
        { ...w.words, word: wordOf(dtype), binary: Binary[name], bits: bitsOf(dtype) },
        w.lists,
      );
    };
    if (reduction === "SUM_EXP") {
      // log sum exp x = m + log sum exp(x - m), m = max x within the finite numbers
      const top = to.scratch(count * 4);
      over("MAX", top);
      map("CLIP", top, -3.4028234663852886e38, 3.4028234663852886e38);
      over("SUM_EXP", to.at(y), top);
      map("LOG", to.at(y));
      return join("ADD", top, 1);
    }
    over(reduction, to.at(y));
    if (last) map(last, to.at(y));
    if (call.attributes.function === "mean") {
      const n = to.scratch(4);
      fill(to, call.name, n, 1, wordBits(countOf(shape) / count, dtype));
      join("DIV", n, 0);
    }
  },
});

/** `count` words, one beside the other. */
export function fill(to: Lowering, node: string, at: At, count: number, value: number): void {
  const w = walk(node, [count], { at, steps: [1] });
  if (w) to.record("FillRecord", { ...w.words, value }, w.lists);
}
