import type { Value } from "../../graph/value.ts";
import { countOf, range, type Context, type Operator, type Operators } from "../context.ts";
import { isFloat } from "../tensor.ts";

/** Known matrices by the numbers that they turn: the steps of a loop share one, and its panels. */
const turnedMatrices = new WeakMap<object, Value>();

/** A matrix [k, m] as [m, k]. */
function transposed(c: Context, matrix: Value): Value {
  const { data } = matrix.constant ?? {};
  const before = data && turnedMatrices.get(data);
  if (before && String(before.type.shape.toReversed()) === String(matrix.type.shape)) return before;
  const turned = c.transpose(matrix, [1, 0]);
  if (data && turned.constant) turnedMatrices.set(data, turned);
  return turned;
}

/** a [..., n, k] by b [..., k, m]: linear where b is a known matrix of floats. */
export function matmul(c: Context, a: Value, b: Value): Value {
  const [p, q] = [a.type.shape, b.type.shape];
  if (p.length === 0 || q.length === 0) throw c.error(`expected matrices or vectors, got [${p}] and [${q}]`);
  if (b.constant && q.length === 2 && isFloat(b.type.dtype)) {
    return c.emit("linear", [a, transposed(c, b), undefined]);
  }
  const wide = p.length === 1 ? c.reshape(a, [1, p[0]]) : a;
  const high = q.length === 1 ? c.reshape(b, [q[0], 1]) : b;
  const y = c.emit("matmul", [wide, high]);
  const { shape } = y.type;
  const kept = range(0, shape.length).filter(
    (i) => !(p.length === 1 && i === shape.length - 2) && !(q.length === 1 && i === shape.length - 1),
  );
  return kept.length === shape.length
    ? y
    : c.reshape(
        y,
        kept.map((i) => shape[i]),
      );
}

/** y = alpha a b + beta c, a and b transposed where the node says so. */
const gemm: Operator = (c) => {
  const turned = (i: number, name: string): Value => (c.flag(name) ? transposed(c, c.input(i)) : c.input(i));
  const [a, b, bias] = [turned(0, "transA"), turned(1, "transB"), c.optional(2)];
  if (c.opset < 7) c.ignore("broadcast");
  if (a.type.shape.length !== 2 || b.type.shape.length !== 2) {
    throw c.error(`expected matrices, got [${a.type.shape}] and [${b.type.shape}]`);
  }
  const scaled = (value: Value, factor: number): Value =>
    factor === 1
      ? value
      : isFloat(value.type.dtype)
        ? c.unary("affine", value, factor, 0)
        : c.mul(value, c.scalar(factor, value));
  const [alpha, beta] = [c.float("alpha", 1), c.float("beta", 1)];
  const added = bias && beta !== 0 ? scaled(bias, beta) : undefined;
  if (!b.constant || !isFloat(b.type.dtype)) {
    const product = scaled(matmul(c, a, b), alpha);
    return added ? c.add(product, added) : product;
  }
  const weight = transposed(c, scaled(b, alpha));
  const outputs = weight.type.shape[0];
  const row = added?.constant && countOf(added.type.shape.slice(0, -1)) === 1 && added.type.shape.length <= 2;
  if (!added || !row) {
    const product = c.emit("linear", [a, weight, undefined]);
    return added ? c.add(product, added) : product;
  }
  return c.emit("linear", [a, weight, c.reshape(c.emit("expand", [added], { shape: [1, outputs] }), [outputs])]);
};

/** One operand of an Einsum: a value and the letters of its axes, each once. */
interface Operand {
  readonly value: Value;
  readonly letters: readonly string[];
}

/** Sums of products over letters, a pair of operands at a time: each pair a matmul. */
const einsum: Operator = (c) => {
  const { inputs, output } = equation(c);
  let operands = inputs.map((letters, i) => diagonal(c, c.input(i), letters));
  while (operands.length > 1) {
    const [a, b, ...rest] = operands;
    const needed = new Set([...output, ...rest.flatMap((r) => r.letters)]);
    operands = [pair(c, a, b, needed), ...rest];
  }
  const { value, letters } = summed(c, operands[0], new Set(output));
  return c.transpose(
    value,
    output.map((letter) => letters.indexOf(letter)),
  );
};

/** The letters of each input and of the output; the axes of an ellipsis are "0", "1", ... from the last. */
function equation(c: Context): { inputs: string[][]; output: string[] } {
  const text = c.string("equation").replaceAll(" ", "");
  if (!/^[A-Za-z.,]*(->[A-Za-z.]*)?$/.test(text)) {
    throw c.error(`attribute equation: expected letters of axes, got ${JSON.stringify(text)}`);
  }
  const [left, right] = text.split("->");
  const terms = left.split(",");
  if (terms.length !== c.count) throw c.error(`attribute equation: expected ${c.count} terms, got ${terms.length}`);
  let ellipsis: string[] = [];
  const split = (term: string, rank?: number): string[] => {
    const [before, after, more] = term.split("...");
    if (more !== undefined || /\./.test(before + (after ?? ""))) {
      throw c.error(`attribute equation: expected one ellipsis a term, got ${JSON.stringify(term)}`);
    }
    if (after === undefined) return [...term];
    const wide = rank === undefined ? ellipsis.length : rank - before.length - after.length;
    const axes = range(0, Math.max(0, wide)).map((i) => String(wide - 1 - i));
    if (axes.length > ellipsis.length) ellipsis = axes;
    return [...before, ...axes, ...after];
  };
  const inputs = terms.map((term, i) => split(term, c.input(i).type.shape.length));
  inputs.forEach((letters, i) => {
    if (letters.length !== c.input(i).type.shape.length) {
      throw c.error(
        `attribute equation: expected ${c.input(i).type.shape.length} axes, got ${JSON.stringify(terms[i])}`,
      );
    }
  });
  const all = inputs.flat();
  const once = [...new Set(all)]
    .filter((letter) => /[A-Za-z]/.test(letter) && all.filter((l) => l === letter).length === 1)
    .sort();
  const output = right === undefined ? [...ellipsis, ...once] : split(right);
  if (new Set(output).size !== output.length || output.some((letter) => !all.includes(letter))) {
    throw c.error(
      `attribute equation: expected an output of letters that inputs have, each once, got ${JSON.stringify(text)}`,
    );
  }
  return { inputs, output };
}

/** An axis for each letter: of two axes of one letter, the diagonal, which is every (n + 1)th of n * n. */
function diagonal(c: Context, value: Value, letters: readonly string[]): Operand {
  const at = letters.findIndex((letter, i) => letters.indexOf(letter) < i);
  if (at < 0) return { value, letters };
  const first = letters.indexOf(letters[at]);
  const n = value.type.shape[at];
  if (value.type.shape[first] !== n) {
    throw c.error(`attribute equation: expected sizes of ${letters[at]} that are the same, got [${value.type.shape}]`);
  }
  const others = range(0, letters.length).filter((i) => i !== first && i !== at);
  const flat = c.reshape(c.transpose(value, [...others, first, at]), [
    ...others.map((i) => value.type.shape[i]),
    n * n,
  ]);
  return diagonal(c, c.slice(flat, others.length, 0, n * n, n + 1), [...others.map((i) => letters[i]), letters[at]]);
}

/** Sums over the letters that nothing needs. */
function summed(c: Context, { value, letters }: Operand, needed: ReadonlySet<string>): Operand {
  const axes = range(0, letters.length).filter((i) => !needed.has(letters[i]));
  return { value: c.reduce("sum", value, axes, false), letters: letters.filter((letter) => needed.has(letter)) };
}

/** [batch, rows, inner] by [batch, inner, columns]: letters of both and the output, of a, of both alone, of b. */
function pair(c: Context, left: Operand, right: Operand, needed: ReadonlySet<string>): Operand {
  const a = summed(c, left, new Set([...needed, ...right.letters]));
  const b = summed(c, right, new Set([...needed, ...left.letters]));
  const both = a.letters.filter((letter) => b.letters.includes(letter));
  const [batch, inner] = [both.filter((letter) => needed.has(letter)), both.filter((letter) => !needed.has(letter))];
  const [rows, columns] = [a.letters.filter((l) => !both.includes(l)), b.letters.filter((l) => !both.includes(l))];
  const sizes = new Map<string, number>();
  for (const { value, letters } of [a, b])
    letters.forEach((letter, i) => sizes.set(letter, Math.max(sizes.get(letter) ?? 1, value.type.shape[i])));
  const size = (letters: readonly string[]): number => countOf(letters.map((letter) => sizes.get(letter)!));
  const arranged = ({ value, letters }: Operand, order: readonly string[], shape: readonly number[]): Value => {
    const full = order.map((letter) => sizes.get(letter)!);
    const turned = c.transpose(
      value,
      order.map((letter) => letters.indexOf(letter)),
    );
    return c.reshape(
      String(turned.type.shape) === String(full) ? turned : c.emit("expand", [turned], { shape: full }),
      shape,
    );
  };
  const product = c.emit("matmul", [
    arranged(a, [...batch, ...rows, ...inner], [size(batch), size(rows), size(inner)]),
    arranged(b, [...batch, ...inner, ...columns], [size(batch), size(inner), size(columns)]),
  ]);
  const letters = [...batch, ...rows, ...columns];
  return {
    value: c.reshape(
      product,
      letters.map((letter) => sizes.get(letter)!),
    ),
    letters,
  };
}

export const products: Operators = { Einsum: einsum, Gemm: gemm, MatMul: (c) => matmul(c, c.input(0), c.input(1)) };
