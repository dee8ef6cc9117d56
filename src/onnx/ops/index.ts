import type { Value } from "../../graph/value.ts";
import { countOf, range, type Context, type Operator, type Operators } from "../context.ts";

/** Indices of whole numbers, as float types may hold them too. */
const indices = (c: Context, i: number): Value =>
  c.input(i).type.dtype.includes("float") ? c.cast(c.input(i), "int64") : c.input(i);

const reduction = (c: Context): string => c.string("reduction", "none", ["none", "add", "mul", "min", "max"]);

/** One place that is known is a slice, which may stay where it stands. */
const gather: Operator = (c) => {
  const [x, index] = [c.input(0), c.input(1)];
  const { shape } = x.type;
  const axis = c.axis(c.int("axis", 0), shape.length);
  const given = index.constant?.data.length === 1 ? index.constant.data[0] : undefined;
  if (given === undefined) return c.emit("gather", [x, index], { axis });
  const at = given < 0 ? given + shape[axis] : given;
  if (at < 0 || at >= shape[axis]) throw c.error(`indices: expected places of ${shape[axis]}, got ${given}`);
  return c.reshape(c.slice(x, axis, at, at + 1), [
    ...shape.slice(0, axis),
    ...index.type.shape,
    ...shape.slice(axis + 1),
  ]);
};

const gatherNd: Operator = (c) =>
  c.emit("gather_nd", [c.input(0), indices(c, 1)], { batch_dims: c.int("batch_dims", 0) });

const scatterElements: Operator = (c) =>
  c.emit("scatter_elements", [c.input(0), indices(c, 1), c.input(2)], {
    axis: c.int("axis", 0),
    reduction: reduction(c),
  });

const scatterNd: Operator = (c) =>
  c.emit("scatter_nd", [c.input(0), indices(c, 1), c.input(2)], { reduction: reduction(c) });

const reverseSequence: Operator = (c) =>
  c.emit("reverse_sequence", [c.input(0), c.input(1)], {
    batch_axis: c.int("batch_axis", 1),
    time_axis: c.int("time_axis", 0),
  });

/** on where the index is the place along the new axis, else off; values: [off, on]. */
const oneHot: Operator = (c) => {
  const index = indices(c, 0);
  const depth = c.number(1, "depth");
  const [off, on] = [0, 1].map((i) => c.reshape(c.slice(c.input(2), 0, i, i + 1), []));
  const rank = index.type.shape.length + 1;
  const axis = c.axis(c.int("axis", -1), rank);
  const wrapped = c.where(c.binary("less", index, c.scalar(0, index)), c.add(index, c.scalar(depth, index)), index);
  const column = c.reshape(wrapped, index.type.shape.toSpliced(axis, 0, 1));
  const places = c.constant(
    range(0, depth),
    index.type.dtype,
    range(0, rank).map((i) => (i === axis ? depth : 1)),
  );
  return c.where(c.binary("equal", column, places), on, off);
};

const argReduce =
  (name: string): Operator =>
  (c) =>
    c.emit("arg_reduce", [c.input(0)], {
      function: name,
      axis: c.int("axis", 0),
      keep_dims: c.flag("keepdims", true),
      last: c.flag("select_last_index"),
    });

const topK: Operator = (c) => {
  c.flag("sorted", true); // in any order if not: sorted is one
  const k = c.has("k") ? c.int("k") : c.number(1, "k");
  const x = c.input(0);
  const axis = c.axis(c.int("axis", -1), x.type.shape.length);
  if (!(k >= 0 && k <= x.type.shape[axis])) throw c.error(`k: expected at most ${x.type.shape[axis]}, got ${k}`);
  return c.emitAll("top_k", [x], { k, axis, largest: c.flag("largest", true) });
};

const cumulate =
  (name: string): Operator =>
  (c) => {
    const x = c.input(0);
    const axis = c.axis(c.number(1, "axis"), x.type.shape.length);
    return c.emit("cumulate", [x], {
      function: name,
      axis,
      exclusive: c.flag("exclusive"),
      reverse: c.flag("reverse"),
    });
  };

/** The upper or the lower triangle, zeros elsewhere. */
const trilu: Operator = (c) => {
  const x = c.input(0);
  const k = c.number(1, "k", 0);
  const upper = c.flag("upper", true);
  const [rows, columns] = x.type.shape.slice(-2);
  const kept = range(0, rows * columns).map((i) => {
    const diagonal = (i % columns) - Math.floor(i / columns);
    return Number(upper ? diagonal >= k : diagonal <= k);
  });
  return c.where(c.constant(kept, "bool", [rows, columns]), x, c.scalar(0, x));
};

/** The places along an axis whose condition, which must be known, is true. */
const compress: Operator = (c) => {
  const given = c.input(0);
  const flat = !c.has("axis");
  const x = flat ? c.reshape(given, [countOf(given.type.shape)]) : given;
  const axis = flat ? 0 : c.axis(c.int("axis"), x.type.shape.length);
  const kept = [...c.known(c.input(1), "condition").data].flatMap((on, i) => (on ? [i] : []));
  if (kept.length > 0 && kept.at(-1)! >= x.type.shape[axis])
    throw c.error(`condition: expected places of ${x.type.shape[axis]}, got ${kept.at(-1)}`);
  return c.gather(x, kept, axis);
};

/** Places of what is not 0 in a value that must be known: [rank, places]. */
const nonZero: Operator = (c) => {
  const { shape, data } = c.known(c.input(0), "input");
  const found = [...data].flatMap((v, i) => (v !== 0 ? [i] : []));
  const rows = shape.map((size, axis) => found.map((i) => Math.floor(i / countOf(shape.slice(axis + 1))) % size));
  return c.constant(rows.flat(), "int64", [shape.length, found.length]);
};

/** A cache [batch, ..., places, ...] with rows of an update written from a place of each batch on. */
const tensorScatter: Operator = (c) => {
  const [past, update] = [c.input(0), c.input(1)];
  const rank = past.type.shape.length;
  const axis = c.axis(c.int("axis", -2), rank);
  const [batch, size, rows] = [past.type.shape[0], past.type.shape[axis], update.type.shape[axis]];
  const circular = c.string("mode", "linear", ["linear", "circular"]) === "circular";
  const starts = c.optional(2) ?? c.constant(range(0, batch).map(() => 0));
  const last = range(0, rank).map((i) => (i === 0 ? batch : 1));
  const places = c.constant(
    range(0, rows),
    starts.type.dtype,
    range(0, rank).map((i) => (i === axis ? rows : 1)),
  );
  const at = c.add(c.reshape(starts, last), places);
  const within = circular ? c.binary("mod", at, c.scalar(size, at)) : at;
  return c.emit("scatter_elements", [past, c.emit("expand", [within], { shape: update.type.shape }), update], {
    axis,
    reduction: "none",
  });
};

export const indexing: Operators = {
  ArgMax: argReduce("max"),
  ArgMin: argReduce("min"),
  Compress: compress,
  CumProd: cumulate("prod"),
  CumSum: cumulate("sum"),
  Gather: gather,
  GatherElements: (c) => c.emit("gather_elements", [c.input(0), c.input(1)], { axis: c.int("axis", 0) }),
  GatherND: gatherNd,
  NonZero: nonZero,
  OneHot: oneHot,
  ReverseSequence: reverseSequence,
  Scatter: scatterElements,
  ScatterElements: scatterElements,
  ScatterND: scatterNd,
  TensorScatter: tensorScatter,
  TopK: topK,
  Trilu: trilu,
};
