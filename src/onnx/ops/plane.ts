import { range, type Operator, type Operators } from "../context.ts";

/** Blocks of the channels to blocks of the plane; DCR: the block's place is the outer part of a channel's number. */
const depthToSpace: Operator = (c) => {
  const x = c.input(0);
  const size = c.int("blocksize");
  const [n, channels, ...plane] = x.type.shape;
  const inner = channels / size ** 2;
  if (plane.length !== 2 || !(size > 0) || !Number.isInteger(inner)) {
    throw c.error(`expected [N, channels by ${size}², height, width], got [${x.type.shape}]`);
  }
  const [height, width] = plane;
  const blocked =
    c.string("mode", "DCR", ["DCR", "CRD"]) === "DCR"
      ? c.transpose(c.reshape(x, [n, size, size, inner, height, width]), [0, 3, 4, 1, 5, 2])
      : c.transpose(c.reshape(x, [n, inner, size, size, height, width]), [0, 1, 4, 2, 5, 3]);
  return c.reshape(blocked, [n, inner, height * size, width * size]);
};

const spaceToDepth: Operator = (c) => {
  const x = c.input(0);
  const size = c.int("blocksize");
  const [n, channels, ...plane] = x.type.shape;
  const [height, width] = plane.map((side) => side / size);
  if (plane.length !== 2 || !Number.isInteger(height) || !Number.isInteger(width)) {
    throw c.error(`expected [N, channels, height, width] that ${size} divides, got [${x.type.shape}]`);
  }
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

export const planes: Operators = {
  CenterCropPad: centerCropPad,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
};
