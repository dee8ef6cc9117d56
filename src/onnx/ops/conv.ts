import type { Value } from "../../graph/value.ts";
import { countOf, range, type Context, type Operator, type Operators } from "../context.ts";

/** A window over the spatial axes, one number an axis. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
}

/** [N, C, ...spatial] to [N, ...spatial, C]. */
export const channelsLast = (c: Context, x: Value): Value => c.transpose(x, [0, ...range(2, x.type.shape.length), 1]);

/** [N, ...spatial, C] to [N, C, ...spatial]. */
export const channelsFirst = (c: Context, x: Value): Value => {
  const rank = x.type.shape.length;
  return c.transpose(x, [0, rank - 1, ...range(1, rank - 1)]);
};

/** One number for each of the window's axes. */
export function perAxis(c: Context, name: string, axes: number, fallback: number, least: number): readonly number[] {
  const given = c.ints(name) ?? new Array<number>(axes).fill(fallback);
  if (given.length !== axes || given.some((n) => !(n >= least && n < 2 ** 31))) {
    throw c.error(`attribute ${name}: expected ${axes} numbers of at least ${least}, got [${given}]`);
  }
  return given;
}

export function readWindow(c: Context, kernel: readonly number[] | undefined): Window {
  const given = c.ints("kernel_shape") ?? kernel;
  if (!given) throw c.error("attribute kernel_shape: expected numbers, got none");
  if (kernel && (given.length !== kernel.length || given.some((n, i) => n !== kernel[i]))) {
    throw c.error(`attribute kernel_shape: expected [${kernel}], as its weight, got [${given}]`);
  }
  if (given.some((n) => !(n >= 1))) {
    throw c.error(`attribute kernel_shape: expected numbers of at least 1, got [${given}]`);
  }
  const axes = given.length;
  return { kernel: given, strides: perAxis(c, "strides", axes, 1, 1), dilations: perAxis(c, "dilations", axes, 1, 1) };
}

export const AUTO_PADS = ["NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"];

/**
 * Zeros before and after each spatial axis; SAME: as many as give `size / stride` outputs, the odd one above or below.
 */
export function readPads(
  c: Context,
  sizes: readonly number[],
  { kernel, strides, dilations }: Window,
): { before: readonly number[]; after: readonly number[] } {
  const auto = c.string("auto_pad", "NOTSET", AUTO_PADS);
  const given = perAxis(c, "pads", 2 * kernel.length, 0, 0);
  if (auto === "NOTSET") return { before: given.slice(0, kernel.length), after: given.slice(kernel.length) };
  const total = kernel.map((k, i) =>
    auto === "VALID"
      ? 0
      : Math.max(0, (Math.ceil(sizes[i] / strides[i]) - 1) * strides[i] + dilations[i] * (k - 1) + 1 - sizes[i]),
  );
  const small = total.map((n) => Math.floor(n / 2));
  const large = total.map((n, i) => n - small[i]);
  return auto === "SAME_LOWER" ? { before: large, after: small } : { before: small, after: large };
}

/** A weight, which must be known. */
export function weight(c: Context, i: number, word: string): Value {
  c.known(c.input(i), word);
  return c.input(i);
}

export function bias(c: Context, i: number): Value | undefined {
  return c.optional(i) && weight(c, i, "bias");
}

/** x [N, C, ...spatial] and W [M, C / group, ...kernel] of as many axes, one to three of them spatial. */
export function checkRanks(c: Context, x: Value, w: Value): readonly number[] {
  const rank = x.type.shape.length;
  if (rank < 3 || rank > 5 || w.type.shape.length !== rank) {
    throw c.error(`expected 1 to 3 spatial axes, got [${x.type.shape}] and a weight of [${w.type.shape}]`);
  }
  return x.type.shape.slice(2);
}

const conv: Operator = (c) => {
  const [x, w] = [c.input(0), weight(c, 1, "weight")];
  return convolve(c, x, w, bias(c, 2));
};

/** The attributes of Conv, for which x and w are given. */
export function convolve(c: Context, x: Value, w: Value, b?: Value): Value {
  const sizes = checkRanks(c, x, w);
  const frame = readWindow(c, w.type.shape.slice(2));
  const { before, after } = readPads(c, sizes, frame);
  const attributes = {
    strides: frame.strides,
    dilations: frame.dilations,
    pads_before: before,
    pads_after: after,
    groups: c.int("group", 1),
  };
  return channelsFirst(c, c.emit("conv", [channelsLast(c, x), channelsLast(c, w), b], attributes));
}

const convTranspose: Operator = (c) => {
  const [x, w] = [c.input(0), weight(c, 1, "weight")];
  const sizes = checkRanks(c, x, w);
  const frame = readWindow(c, w.type.shape.slice(2));
  const { strides, dilations } = frame;
  const padding = perAxis(c, "output_padding", sizes.length, 0, 0);
  const full = sizes.map((n, i) => strides[i] * (n - 1) + dilations[i] * (frame.kernel[i] - 1) + 1 + padding[i]);
  const { before, after, more } = cropping(c, sizes, full, strides);
  const attributes = {
    strides,
    dilations,
    pads_before: before,
    pads_after: after,
    output_padding: padding.map((n, i) => n + more[i]),
    groups: c.int("group", 1),
  };
  return channelsFirst(c, c.emit("conv_transpose", [channelsLast(c, x), channelsLast(c, w), bias(c, 2)], attributes));
};

/**
 * What is cut from both ends of the full output: as `pads` say, or to get to `output_shape` or, for SAME, size *
 * stride; and how many places more than the full output there are, behind it.
 */
function cropping(
  c: Context,
  sizes: readonly number[],
  full: readonly number[],
  strides: readonly number[],
): { before: readonly number[]; after: readonly number[]; more: readonly number[] } {
  const auto = c.string("auto_pad", "NOTSET", AUTO_PADS);
  const pads = perAxis(c, "pads", 2 * sizes.length, 0, 0);
  const none = sizes.map(() => 0);
  const shape =
    c.ints("output_shape")?.slice(-sizes.length) ??
    (auto.startsWith("SAME") ? sizes.map((n, i) => n * strides[i]) : undefined);
  if (!shape) {
    return auto === "VALID"
      ? { before: none, after: none, more: none }
      : { before: pads.slice(0, sizes.length), after: pads.slice(sizes.length), more: none };
  }
  // ONNX and onnxruntime put the places beyond the full output at one end alike, unless SAME_UPPER is asked for.
  const most = full.map((n, i) => (auto === "SAME_UPPER" ? n : n + strides[i] - 1));
  if (shape.some((n, i) => !(n <= most[i])))
    throw c.error(`attribute output_shape: expected at most [${most}], got [${shape}]`);
  const total = full.map((n, i) => Math.max(0, n - shape[i]));
  const small = total.map((n) => Math.floor(n / 2));
  const large = total.map((n, i) => n - small[i]);
  const more = full.map((n, i) => Math.max(0, shape[i] - n));
  return auto === "SAME_UPPER" ? { before: small, after: large, more } : { before: large, after: small, more };
}

/** Sums of the columns of a matrix [N, C * kernel, places] at the places of the image that they were taken from. */
const col2Im: Operator = (c) => {
  const x = c.input(0);
  const [image, kernel] = [c.numbers(1, "image_shape") ?? [], c.numbers(2, "block_shape") ?? []];
  const axes = image.length;
  const [strides, dilations] = [perAxis(c, "strides", axes, 1, 1), perAxis(c, "dilations", axes, 1, 1)];
  const pads = perAxis(c, "pads", 2 * axes, 0, 0);
  const taps = countOf(kernel);
  const [n, rows] = x.type.shape;
  const channels = rows / taps;
  const places = image.map(
    (size, i) => Math.floor((size + pads[i] + pads[axes + i] - dilations[i] * (kernel[i] - 1) - 1) / strides[i]) + 1,
  );
  if (
    x.type.shape.length !== 3 ||
    axes < 1 ||
    axes > 3 ||
    kernel.length !== axes ||
    !Number.isInteger(channels) ||
    countOf(places) !== x.type.shape[2]
  ) {
    throw c.error(`expected columns of [${kernel}] for an image of [${image}], got [${x.type.shape}]`);
  }
  // A transposed convolution whose weight [taps, ...kernel, 1] is 1 where an input is its own tap.
  const eye = c.constant(
    range(0, taps * taps).map((i) => Number(i % taps === Math.floor(i / taps))),
    "float32",
    [taps, ...kernel, 1],
  );
  const columns = c.transpose(c.reshape(x, [n * channels, taps, ...places]), [0, ...range(2, axes + 2), 1]);
  const full = image.map(
    (size, i) => (places[i] - 1) * strides[i] + dilations[i] * (kernel[i] - 1) + 1 - size - pads[i],
  );
  const image2 = c.emit("conv_transpose", [columns, eye, undefined], {
    strides,
    dilations,
    pads_before: pads.slice(0, axes),
    pads_after: full.map((over) => Math.max(0, over)),
    output_padding: full.map((over) => Math.max(0, -over)),
    groups: 1,
  });
  return c.reshape(image2, [n, channels, ...image]);
};

export const convolutions: Operators = { Col2Im: col2Im, Conv: conv, ConvTranspose: convTranspose };
