import type { At, Slot } from "../abi/lowering.ts";
import { Walks } from "../abi/layout.ts";
import type { Constant } from "../graph/graph.ts";
import { identify, identityOf } from "../graph/identity.ts";
import { countOf, isFloat, type Value } from "../ops/op.ts";
import type { BoundNode } from "./plan.ts";

/** Numbers without a type, as a copy moves them. */
type Words = Int32Array;

/**
 * The output of a node whose inputs are known and which only moves numbers, a transpose, a slice, a concat: its
 * records are played as they are written, without a plan. A piece as it stands is not copied. Undefined where the node
 * computes, or has more outputs.
 */
export function moved({ op, call, outputs: [y, ...more] }: BoundNode): Constant | undefined {
  if (more.length > 0) return undefined;
  const records: CopyWords[] = [];
  const values = new Map<Slot, Value>();
  const at = (value: Value): At => {
    const slot: Slot = { space: "values", bytes: 0, offset: 0 };
    values.set(slot, value);
    return { slot, offset: 0 };
  };
  let computes = false;
  const nowhere = () => at(y);
  op.lower(call, [y], {
    at,
    weights: nowhere,
    scratch: nowhere,
    record: (name, words, lists = []) => {
      const r: CopyWords = { ...(words as never as CopyWords), lists: lists as readonly number[] };
      records.push(r);
      computes ||= name !== "CopyRecord" || values.get(r.y.slot) !== y || !values.get(r.a.slot)!.constant;
    },
  });
  if (computes) return undefined;
  const count = countOf(y.type.shape);
  const wordsOf = ({ slot }: At): Words => {
    const { data } = values.get(slot)!.constant!;
    return new Int32Array(data.buffer, data.byteOffset, data.length);
  };
  const numbersOf = ({ buffer, byteOffset }: Words) =>
    isFloat(y.type.dtype) ? new Float32Array(buffer, byteOffset, count) : new Int32Array(buffer, byteOffset, count);
  const [r] = records;
  const piece = r?.rank === 0 && r.aStep === 4 && r.count === count;
  const out = piece ? wordsOf(r.a).subarray(r.a.offset >> 2) : new Int32Array(count);
  if (!piece) for (const each of records) copies(out, wordsOf(each.a), each);
  const data = numbersOf(out);
  const given = call.inputs.map((v) => [v && identityOf(v.constant!.data), v?.type.shape]);
  identify(data, call.inputs[0]!.constant!.data, JSON.stringify([identityOf(op), call.given, y.type.shape, given]));
  return { ...y.type, data };
}

interface CopyWords {
  readonly y: At;
  readonly a: At;
  readonly count: number;
  readonly yStep: number;
  readonly aStep: number;
  readonly rank: number;
  readonly lists: readonly number[];
}

/** assembly/ops/copy.ts */
function copies(out: Words, from: Words, { lists, ...r }: CopyWords): void {
  const visit = (axis: number, y: number, a: number): void => {
    if (axis === r.rank) copy(out, y, r.yStep >> 2, from, a, r.aStep >> 2, r.count);
    else
      for (let i = 0; i < lists[axis]; i++)
        visit(axis + 1, y + i * (lists[Walks.AXES + axis] >> 2), a + i * (lists[2 * Walks.AXES + axis] >> 2));
  };
  visit(0, r.y.offset >> 2, r.a.offset >> 2);
}

function copy(out: Words, y: number, yStep: number, from: Words, a: number, aStep: number, count: number): void {
  if (yStep === 1 && aStep === 1 && count > 16) out.set(from.subarray(a, a + count), y);
  else for (; count > 0; count--, y += yStep, a += aStep) out[y] = from[a];
}
