import { Walks } from "../abi/layout.ts";
import { FormatError } from "../check.ts";
import type { At } from "./lowering.ts";

/** An operand of a walk: where its first element stands, and elements from one place of each axis to the next. */
export interface Operand {
  readonly at: At;
  readonly steps: readonly number[];
}

/**
 * The words of a Walk over `shape`: y, then up to three inputs. Axes that all
 * operands cross in even steps become one; the last is the inner one. Undefined where there is nothing to walk over.
 */
export function walk(node: string, shape: readonly number[], y: Operand, ...inputs: Operand[]) {
  return walked(node, shape, true, y, inputs);
}

/** The same for a record that does more at each place: all axes are outer ones, `count` is 1. */
export function walkOuter(node: string, shape: readonly number[], y: Operand, ...inputs: Operand[]) {
  return walked(node, shape, false, y, inputs);
}

function walked(node: string, shape: readonly number[], hasInner: boolean, y: Operand, inputs: readonly Operand[]) {
  if (shape.includes(0)) return undefined;
  const operands = [y, ...inputs];
  const axes: { size: number; steps: number[] }[] = [];
  shape.forEach((size, axis) => {
    if (size === 1) return;
    const steps = operands.map((o) => o.steps[axis]);
    const outer = axes[axes.length - 1];
    if (outer?.steps.every((s, i) => s === steps[i] * size)) axes[axes.length - 1] = { size: outer.size * size, steps };
    else axes.push({ size, steps });
  });
  const inner = (hasInner ? axes.pop() : undefined) ?? { size: 1, steps: operands.map(() => 1) };
  if (axes.length > Walks.AXES)
    throw new FormatError(
      "unsupported",
      `${node}: expected at most ${Walks.AXES} axes that do not join beside the inner one, got ${axes.length}`,
    );
  const list = (of: (axis: { size: number; steps: number[] }) => number) => [
    ...axes.map(of),
    ...Array<number>(Walks.AXES - axes.length).fill(0),
  ];
  const [a = y, b = y, c = y] = inputs;
  const step = (i: number) => (inner.steps[i] ?? 0) * 4;
  return {
    words: {
      y: y.at,
      a: a.at,
      b: b.at,
      c: c.at,
      count: inner.size,
      yStep: step(0),
      aStep: step(1),
      bStep: step(2),
      cStep: step(3),
      rank: axes.length,
    },
    lists: [
      ...list((axis) => axis.size),
      ...[0, 1, 2, 3].flatMap((i) => list((axis) => (axis.steps[i] ?? 0) * 4)),
      ...Array<number>(Walks.AXES).fill(0),
    ],
  };
}
