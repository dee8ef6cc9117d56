import type { Value } from "../../graph/value.ts";
import { countOf, range, type Context, type Operator, type Operators } from "../context.ts";

const shape: Operator = (c) => {
  const dims = c.input(0).type.shape;
  const at = (name: string, fallback: number) => {
    const axis = c.int(name, fallback);
    return Math.min(Math.max(axis < 0 ? axis + dims.length : axis, 0), dims.length);
  };
  return c.constant(dims.slice(at("start", 0), Math.max(at("start", 0), at("end", dims.length))));
};

const reshape: Operator = (c) => {
  c.ignore("consumed_inputs");
  const x = c.input(0);
  const wanted = c.list("shape", 1);
  if (!wanted) throw c.error("expected a shape, got none");
  const zeros = c.flag("allowzero");
  const dims = wanted.map((n, i) => {
    if (n < -1 || (n === 0 && !zeros && i >= x.type.shape.length)) throw c.error(`expected a shape for [${x.type.shape}], got [${wanted}]`);
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
  const axes = c.list("axes", 1)?.map((axis) => c.axis(axis, dims.length)) ?? range(0, dims.length).filter((axis) => dims[axis] === 1);
  const wide = axes.find((axis) => dims[axis] !== 1);
  if (wide !== undefined) throw c.error(`expected axis ${wide} of size 1, got [${dims}]`);
  return c.reshape(x, dims.filter((_, axis) => !axes.includes(axis)));
};

const unsqueeze: Operator = (c) => {
  const x = c.input(0);
  const given = c.list("axes", 1);
  if (!given) throw c.error("expected axes, got none");
  const rank = x.type.shape.length + given.length;
  const axes = new Set(given.map((axis) => c.axis(axis, rank)));
  if (axes.size !== given.length) throw c.error(`expected axes that differ, got [${given}]`);
  let from = 0;
  return c.reshape(x, range(0, rank).map((axis) => (axes.has(axis) ? 1 : x.type.shape[from++])));
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
  if (c.has("num_outputs") && c.int("num_outputs") !== parts) throw c.error(`attribute num_outputs: expected ${parts}, as the node has, got ${c.int("num_outputs")}`);
  const part = Math.ceil(size / parts);
  const sizes = c.list("split", 1) ?? range(0, parts).map((i) => Math.max(0, Math.min(part, size - i * part)));
  if (c.opset < 18 && sizes.length === parts && sizes.some((n) => n !== sizes[0]) && !c.has("split") && c.count < 2) {
    throw c.error(`expected a size that ${parts} divides, got ${size}`);
  }
  if (sizes.length !== parts || sizes.some((n) => n < 0) || sizes.reduce((a, b) => a + b, 0) !== size) throw c.error(`expected ${parts} parts of ${size}, got [${sizes}]`);
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
    throw c.error(`expected starts, ends, axes and steps of one length, got [${starts}], [${ends}], [${axes}] and [${steps}]`);
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
  if (pads?.length !== 2 * axes.length) throw c.error(`expected ${2 * axes.length} pads, got ${pads ? `[${pads}]` : "none"}`);
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
  if (repeats.length !== x.type.shape.length) throw c.error(`expected ${x.type.shape.length} repeats, got [${repeats}]`);
  return c.emit("tile", [x], { repeats });
};

const constant: Operator = (c) => {
  const tensor = c.tensor("value");
  if (tensor) return c.builder.constant(tensor.data, tensor.dtype, tensor.shape);
  if (c.has("value_float")) return c.constant([c.float("value_float")], "float32", []);
  if (c.has("value_int")) return c.constant([c.int("value_int")], "int64", []);
  if (c.has("value_floats")) return c.constant(c.floats("value_floats")!, "float32");
  if (c.has("value_ints")) return c.constant(c.ints("value_ints")!);
  throw c.error(`expected a value of numbers, got ${[...c.node.attributes.keys()].join(", ") || "none"}`);
};

const constantOfShape: Operator = (c) => {
  const dims = c.numbers(0, "shape") ?? [];
  const value = c.tensor("value") ?? { dtype: "float32", shape: [1], data: Float32Array.of(0) };
  if (value.data.length !== 1) throw c.error(`attribute value: expected one number, got ${value.data.length}`);
  return filled(c, c.builder.constant(value.data, value.dtype, []), dims);
};

/** A shape of one number everywhere. */
function filled(c: Context, value: Value, dims: readonly number[]): Value {
  if (dims.includes(0)) return c.constant([], value.type.dtype, dims);
  return c.emit("expand", [value], { shape: dims });
}

const rangeOperator: Operator = (c) => {
  const [start, limit, step] = ["start", "limit", "delta"].map((word, i) => c.number(i, word));
  const count = Math.max(Math.ceil((limit - start) / step), 0);
  return c.constant(range(0, count).map((i) => start + i * step), c.input(0).type.dtype);
};

const eyeLike: Operator = (c) => {
  const { dtype, shape: dims } = c.input(0).type;
  const k = c.int("k", 0);
  if (dims.length !== 2) throw c.error(`expected a matrix, got [${dims}]`);
  return c.constant(range(0, countOf(dims)).map((i) => Number(i % dims[1] === Math.floor(i / dims[1]) + k)), c.dtype("dtype", dtype), dims);
};

/** Blocks of the channels to blocks of the plane; DCR: the block's place is the outer part of a channel's number. */
const depthToSpace: Operator = (c) => {
  const x = c.input(0);
  const size = c.int("blocksize");
  const [n, channels, ...plane] = x.type.shape;
  const inner = channels / size ** 2;
  if (plane.length !== 2 || !(size > 0) || !Number.isInteger(inner)) throw c.error(`expected [N, channels by ${size}², height, width], got [${x.type.shape}]`);
  const [height, width] = plane;
  const blocked = c.string("mode", "DCR", ["DCR", "CRD"]) === "DCR"
    ? c.transpose(c.reshape(x, [n, size, size, inner, height, width]), [0, 3, 4, 1, 5, 2])
    : c.transpose(c.reshape(x, [n, inner, size, size, height, width]), [0, 1, 4, 2, 5, 3]);
  return c.reshape(blocked, [n, inner, height * size, width * size]);
};

const spaceToDepth: Operator = (c) => {
  const x = c.input(0);
  const size = c.int("blocksize");
  const [n, channels, ...plane] = x.type.shape;
  const [height, width] = plane.map((side) => side / size);
  if (plane.length !== 2 || !Number.isInteger(height) || !Number.isInteger(width)) throw c.error(`expected [N, channels, height, width] that ${size} divides, got [${x.type.shape}]`);
  const order = c.string("mode", "DCR", ["DCR", "CRD"]) === "DCR" ? [0, 3, 5, 1, 2, 4] : [0, 1, 3, 5, 2, 4];
  const blocked = c.transpose(c.reshape(x, [n, channels, height, size, width, size]), order);
  return c.reshape(blocked, [n, channels * size ** 2, height, width]);
};

/** Cut or padded with zeros at both sides, the odd one of them at the end. */
const centerCropPad: Operator = (c) => {
  const x = c.input(0);
  const rank = x.type.shape.length;
  const sizes = c.numbers(1, "shape") ?? [];
  const axes = c.ints("axes")?.map((axis) => c.axis(axis, rank)) ?? range(0, rank);
  if (sizes.length !== axes.length) throw c.error(`expected ${axes.length} sizes, got [${sizes}]`);
  const before = new Array<number>(rank).fill(0);
  const after = new Array<number>(rank).fill(0);
  axes.forEach((axis, i) => {
    const grown = sizes[i] - x.type.shape[axis];
    before[axis] = grown < 0 ? -Math.floor(-grown / 2) : Math.floor(grown / 2);
    after[axis] = grown - before[axis];
  });
  return c.emit("pad", [x], { before, after });
};

export const shapes: Operators = {
  CenterCropPad: centerCropPad,
  Concat: concat,
  Constant: constant,
  ConstantOfShape: constantOfShape,
  DepthToSpace: depthToSpace,
  Expand: expand,
  EyeLike: eyeLike,
  Flatten: flatten,
  Pad: pad,
  Range: rangeOperator,
  Reshape: reshape,
  Shape: shape,
  Size: (c) => c.constant([countOf(c.input(0).type.shape)], "int64", []),
  Slice: slice,
  SpaceToDepth: spaceToDepth,
  Split: split,
  Squeeze: squeeze,
  Tile: tile,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
};
