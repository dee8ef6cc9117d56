import { Unary, Word } from "../abi/layout.ts";
import { FormatError } from "../check.ts";
import { walk } from "../plan/walk.ts";
import { isFloat, number, op, oneOf, stepsOf, type Reader } from "./op.ts";

/** Names of the functions of one number, as attributes have them. */
export const UNARY = Object.keys(Unary).map((name) => name.toLowerCase());

export const unaryOf = (name: string): number => Unary[name.toUpperCase() as keyof typeof Unary];

const BOOLEAN = new Set(["is_nan", "is_inf", "not"]);

/** y = f(x), element by element; alpha and beta as the function has them (assembly/ops/unary.ts). */
export const unary = op({
  inputs: [1, 1],
  attributes: { function: oneOf(UNARY), alpha: number(0), beta: number(0) },
  infer: ({ inputs: [x], attributes }) => [BOOLEAN.has(attributes.function) ? { ...x!.type, dtype: "bool" } : x!.type],
  same: ({ inputs: [x], attributes }) => (attributes.function === "identity" ? x : undefined),
  lower({ name, inputs: [x], attributes: { function: f, alpha, beta } }, [y], to) {
    const steps = stepsOf(x!.type.shape);
    const w = walk(name, x!.type.shape, { at: to.at(y), steps }, { at: to.at(x!), steps });
    if (!w) return;
    to.record("UnaryRecord", { ...w.words, word: isFloat(x!.type.dtype) ? Word.FLOAT : Word.INT, unary: unaryOf(f), alpha, beta }, w.lists);
  },
});

/** What a product's outputs pass through: a function of one number, none by default. */
export const activation: Reader<{ function: string; alpha: number; beta: number }> = (label, value) => {
  if (value === undefined) return { function: "identity", alpha: 0, beta: 0 };
  const { function: f, alpha = 0, beta = 0, ...rest } = value as { [name: string]: string | number };
  if (typeof f !== "string" || !UNARY.includes(f) || typeof alpha !== "number" || typeof beta !== "number" || Object.keys(rest).length > 0) {
    throw new FormatError("graph", `${label}: expected a function of one number with alpha and beta, got ${JSON.stringify(value)}`);
  }
  return { function: f, alpha, beta };
};
