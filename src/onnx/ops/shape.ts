import { countOf, range, type Operator, type Operators } from "../context.ts";

const reshape: Operator = (c) => {
  c.ignore("consumed_inputs");
  const x = c.input(0);
  const wanted = c.list("shape", 1);
  if (!wanted) throw c.error("expected a shape, got none");
  const zeros = c.flag("allowzero");
  const dims = wanted.map((n, i) => {
    if (n < -1 || (n === 0 && !zeros && i >= x.type.shape.length)) {
      throw c.error(`expected a shape for [${x.type.shape}], got [${wanted}]`);
    }
    return n === 0 && !zeros ? x.type.shape[i] : n;
  });
  const open = dims.indexOf(-1);
  if (open >= 0) dims[open] = countOf(x.type.shape) / countOf(dims.filter((_, i) => i !== open));
  if (dims.some((n) => !(n >= 0)) || countOf(dims) !== countOf(x.type.shape)) {
    throw c.error(`expected a shape for the ${countOf(x.type.shape)} values of [${x.type.shape}], got [${wanted}]`);
  }
  return c.reshape(x, dims);
};

const flatten: Operator = (c) => {
  const x = c.input(0);
  const rank = x.type.shape.length;
  const given = c.int("axis", 1);
  const axis = given === rank ? rank : c.axis(given, rank);
  return c.reshape(x, [countOf(x.type.shape.slice(0, axis)), countOf(x.type.shape.slice(axis))]);
};

const squeeze: Operator = (c) => {
  const x = c.input(0);
  const dims = x.type.shape;
  const axes =
    c.list("axes", 1)?.map((axis) => c.axis(axis, dims.length)) ??
    range(0, dims.length).filter((axis) => dims[axis] === 1);
  const wide = axes.find((axis) => dims[axis] !== 1);
  if (wide !== undefined) throw c.error(`expected axis ${wide} of size 1, got [${dims}]`);
  return c.reshape(
    x,
    dims.filter((_, axis) => !axes.includes(axis)),
  );
};

const unsqueeze: Operator = (c) => {
  const x = c.input(0);
  const given = c.list("axes", 1);
  if (!given) throw c.error("expected axes, got none");
  const rank = x.type.shape.length + given.length;
  const axes = new Set(given.map((axis) => c.axis(axis, rank)));
  if (axes.size !== given.length) throw c.error(`expected axes that differ, got [${given}]`);
  let from = 0;
  return c.reshape(
    x,
    range(0, rank).map((axis) => (axes.has(axis) ? 1 : x.type.shape[from++])),
  );
};

const transpose: Operator = (c) => {
  const x = c.input(0);
  const axes = range(0, x.type.shape.length);
  const permutation = c.ints("perm") ?? axes.toReversed();
  if (permutation.length !== axes.length || axes.some((axis) => !permutation.includes(axis))) {
    throw c.error(`attribute perm: expected each axis of ${axes.length} once, got [${permutation}]`);
  }
  return c.transpose(x, permutation);
};

const concat: Operator = (c) => c.concat(c.inputs(), c.int("axis", c.opset < 4 ? 1 : undefined));

const split: Operator = (c) => {
  const x = c.input(0);
  const axis = c.axis(c.int("axis", 0), x.type.shape.length);
  const size = x.type.shape[axis];
  const parts = c.node.outputs.length;
  if (c.has("num_outputs") && c.int("num_outputs") !== parts) {
    throw c.error(`attribute num_outputs: expected ${parts}, as the node has, got ${c.int("num_outputs")}`);
  }
  const part = Math.ceil(size / parts);
  const sizes = c.list("split", 1) ?? range(0, parts).map((i) => Math.max(0, Math.min(part, size - i * part)));
  if (c.opset < 18 && sizes.length === parts && sizes.some((n) => n !== sizes[0]) && !c.has("split") && c.count < 2) {
    throw c.error(`expected a size that ${parts} divides, got ${size}`);
  }
  if (sizes.length !== parts || sizes.some((n) => n < 0) || sizes.reduce((a, b) => a + b, 0) !== size) {
    throw c.error(`expected ${parts} parts of ${size}, got [${sizes}]`);
  }
  let at = 0;
  return sizes.map((n) => c.slice(x, axis, at, (at += n)));
};

const slice: Operator = (c) => {
  const x = c.input(0);
  const starts = c.list("starts", 1) ?? [];
  const ends = c.list("ends", 2) ?? [];
  const axes = c.list("axes", 3) ?? range(0, starts.length);
  const steps = c.numbers(4, "steps") ?? starts.map(() => 1);
  if ([ends, axes, steps].some((list) => list.length !== starts.length)) {
    throw c.error(
      `expected starts, ends, axes and steps of one length, got [${starts}], [${ends}], [${axes}] and [${steps}]`,
    );
  }
  if (steps.includes(0)) throw c.error("expected steps other than 0");
  return c.emit("slice", [x], { axes: axes.map((axis) => c.axis(axis, x.type.shape.length)), starts, ends, steps });
};

const pad: Operator = (c) => {
  const x = c.input(0);
  const rank = x.type.shape.length;
  const mode = c.string("mode", "constant", ["constant", "reflect", "edge", "wrap"]);
  const pads = c.opset < 2 ? c.ints("paddings") : c.list("pads", 1);
  const value = c.has("value") ? c.float("value") : c.number(2, "constant_value", 0);
  const axes = c.numbers(3, "axes")?.map((axis) => c.axis(axis, rank)) ?? range(0, rank);
  if (pads?.length !== 2 * axes.length) {
    throw c.error(`expected ${2 * axes.length} pads, got ${pads ? `[${pads}]` : "none"}`);
  }
  const before = new Array<number>(rank).fill(0);
  const after = new Array<number>(rank).fill(0);
  axes.forEach((axis, i) => {
    before[axis] = pads[i];
    after[axis] = pads[i + axes.length];
  });
  return c.emit("pad", [x], { before, after, mode, value });
};

const expand: Operator = (c) => c.emit("expand", [c.input(0)], { shape: c.numbers(1, "shape") ?? [] });

const tile: Operator = (c) => {
  const x = c.input(0);
  if (c.opset < 6) throw c.error("expected opset 6 or newer");
  const repeats = c.numbers(1, "repeats") ?? [];
  if (repeats.length !== x.type.shape.length) {
    throw c.error(`expected ${x.type.shape.length} repeats, got [${repeats}]`);
  }
  return c.emit("tile", [x], { repeats });
};

export const shapes: Operators = {
  Concat: concat,
  Expand: expand,
  Flatten: flatten,
  Pad: pad,
  Reshape: reshape,
  Slice: slice,
  Split: split,
  Squeeze: squeeze,
  Tile: tile,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
};
