import { range, Sequence, type Context, type Operator, type Operators } from "../context.ts";
import { stacked } from "./control.ts";

/** Values that a sequence is split into. */
const MOST_PARTS = 10_000;

/** A place in a sequence of this length, from the end where it is negative. */
function place(c: Context, i: number, length: number): number {
  const given = c.number(i, "position", -1);
  const at = given < 0 ? given + length : given;
  if (!(at >= 0 && at < length)) throw c.error(`position: expected one of ${length}, got ${given}`);
  return at;
}

const sequenceInsert: Operator = (c) => {
  const values = c.sequence(0);
  const given = c.number(2, "position", values.length);
  const at = given < 0 ? given + values.length : given;
  if (!(at >= 0 && at <= values.length)) throw c.error(`position: expected at most ${values.length}, got ${given}`);
  return new Sequence(values.toSpliced(at, 0, c.input(1)));
};

const sequenceErase: Operator = (c) => {
  const values = c.sequence(0);
  return new Sequence(values.toSpliced(place(c, 1, values.length), 1));
};

const sequenceAt: Operator = (c) => {
  const values = c.sequence(0);
  return values[place(c, 1, values.length)];
};

const splitToSequence: Operator = (c) => {
  const x = c.input(0);
  const axis = c.axis(c.int("axis", 0), x.type.shape.length);
  const size = x.type.shape[axis];
  const given = c.optional(1);
  const keep = c.flag("keepdims", true);
  const sizes = given && c.numbers(1, "split")!;
  const parts =
    sizes && given.type.shape.length > 0
      ? sizes
      : range(0, Math.ceil(size / (sizes?.[0] ?? 1))).map((i) =>
          Math.min(sizes?.[0] ?? 1, size - i * (sizes?.[0] ?? 1)),
        );
  if (parts.some((n) => !(n >= 0)) || parts.reduce((a, b) => a + b, 0) !== size || parts.length > MOST_PARTS) {
    throw c.error(`split: expected parts of ${size}, got [${sizes}]`);
  }
  let at = 0;
  const values = parts.map((n) => c.slice(x, axis, at, (at += n)));
  return new Sequence(keep || given ? values : values.map((v) => c.reshape(v, v.type.shape.toSpliced(axis, 1))));
};

const concatFromSequence: Operator = (c) => {
  const values = c.sequence(0);
  if (values.length === 0) throw c.error("expected a sequence of at least one value");
  const axis = c.int("axis");
  return c.flag("new_axis")
    ? stacked(c, values, c.axis(axis, values[0].type.shape.length + 1))
    : c.concat(values, axis);
};

export const sequences: Operators = {
  ConcatFromSequence: concatFromSequence,
  OptionalGetElement: (c) => c.item(0) ?? c.input(0),
  OptionalHasElement: (c) => c.constant([Number(c.item(0) !== undefined)], "bool", []),
  SequenceAt: sequenceAt,
  SequenceConstruct: (c) => new Sequence(c.inputs()),
  SequenceEmpty: (c) => {
    c.ignore("dtype");
    return new Sequence([]);
  },
  SequenceErase: sequenceErase,
  SequenceInsert: sequenceInsert,
  SequenceLength: (c) => c.constant([c.sequence(0).length], "int64", []),
  SplitToSequence: splitToSequence,
};
