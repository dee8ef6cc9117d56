import { Window } from "../abi/layout.ts";
import { FormatError } from "../check.ts";
import { boolean, countOf, integers, optionalIntegers, ROW, type Call, type Reach } from "./op.ts";

/**
 * Attributes of an op with a window: one number a spatial axis. `same` pads, in the place of pads that are given,
 * for ceil(size / stride) windows: half in front, the odd one behind.
 */
export const WINDOW = {
  strides: optionalIntegers,
  dilations: optionalIntegers,
  pads_before: optionalIntegers,
  pads_after: optionalIntegers,
  same: boolean(false),
};

export const KERNEL = { kernel: integers };

/** A window over the spatial axes of x [batch, ...spatial, channels]. */
export interface Windowed {
  readonly batch: number;
  readonly channels: number;
  readonly size: readonly number[];
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
}

export function windowed(call: Call<typeof WINDOW>, kernel: readonly number[]): Windowed {
  const { shape } = call.inputs[0]!.type;
  const axes = shape.length - 2;
  if (axes < 1 || axes > Window.AXES)
    throw new FormatError(
      "shape",
      `${call.name}: expected [batch, 1 to ${Window.AXES} spatial axes, channels], got [${shape}]`,
    );
  const list = (label: string, given: readonly number[] | undefined, fallback: number, least: number) => {
    const read = given ?? Array<number>(axes).fill(fallback);
    if (read.length !== axes || read.some((v) => v < least || v > 2 ** 24))
      throw new FormatError(
        "graph",
        `${call.name}: attribute ${label}: expected ${axes} numbers of at least ${least}, got [${read}]`,
      );
    return read;
  };
  const { pads_before: before, pads_after: after, same } = call.attributes;
  const w = {
    batch: shape[0],
    channels: shape[axes + 1],
    size: shape.slice(1, -1),
    kernel: list("kernel", kernel, 1, 1),
    strides: list("strides", call.attributes.strides, 1, 1),
    dilations: list("dilations", call.attributes.dilations, 1, 1),
    before: list("pads_before", before, 0, 0),
    after: list("pads_after", after, 0, 0),
  };
  if (!same) return w;
  const pads = w.size.map((size, i) => {
    const last = (Math.ceil(size / w.strides[i]) - 1) * w.strides[i];
    return Math.max(last + (w.kernel[i] - 1) * w.dilations[i] + 1 - size, 0);
  });
  return { ...w, before: pads.map((p) => Math.floor(p / 2)), after: pads.map((p) => Math.ceil(p / 2)) };
}

/** Outputs of each axis: windows that fit into the padded axis; with `ceil` also one that only begins in it. */
export function outputsOf(call: { readonly name: string }, w: Windowed, ceil = false): number[] {
  return w.size.map((size, i) => {
    const room = size + w.before[i] + w.after[i] - w.dilations[i] * (w.kernel[i] - 1) - 1;
    if (room < 0)
      throw new FormatError(
        "shape",
        `${call.name}: expected an axis of at least ${size - room} for the window, got ${size}`,
      );
    let count = Math.floor(room / w.strides[i]) + 1;
    // A window that begins in the pads behind the axis sees nothing.
    if (ceil && room % w.strides[i] > 0 && count * w.strides[i] < size + w.before[i]) count++;
    return count;
  });
}

/**
 * The reach of a window over x [batch, ...spatial, channels]: rows before the present one. A window along channels has
 * none.
 */
export function windowReach(w: Windowed, time: number | undefined): Reach {
  if (time === 0) return ROW;
  const axis = time! - 1;
  if (!(axis < w.kernel.length) || w.strides[axis] !== 1 || w.after[axis] !== 0) return "whole";
  const still = (pads: readonly number[]) => pads.map((p, i) => (i === axis ? 0 : p));
  return {
    history: w.dilations[axis] * (w.kernel[axis] - 1),
    attributes: { pads_before: still(w.before), pads_after: still(w.after) },
  };
}

/** The words of a WindowRecord between `x` and its own: `size` is what the window moves over, `out` where it stands. */
export function windowWords(w: Windowed, size: readonly number[], out: readonly number[]) {
  const three = (values: readonly number[], fill: number) => [
    ...Array<number>(Window.AXES - values.length).fill(fill),
    ...values,
  ];
  const [in0, in1, in2] = three(size, 1);
  const [out0, out1, out2] = three(out, 1);
  const [kernel0, kernel1, kernel2] = three(w.kernel, 1);
  const [stride0, stride1, stride2] = three(w.strides, 1);
  const [dilation0, dilation1, dilation2] = three(w.dilations, 1);
  const [pad0, pad1, pad2] = three(w.before, 0);
  return {
    batch: w.batch,
    channels: w.channels,
    in0,
    in1,
    in2,
    out0,
    out1,
    out2,
    kernel0,
    kernel1,
    kernel2,
    stride0,
    stride1,
    stride2,
    dilation0,
    dilation1,
    dilation2,
    pad0,
    pad1,
    pad2,
  };
}

/** Rows of patches that are computed together: about 64 KB of them, in whole tiles of either build's gemm. */
export function blockOf(columns: number, rows: number): number {
  const most = Math.min(60, Math.floor(2 ** 14 / columns));
  return Math.max(1, Math.min(rows, most < 12 ? most : most - (most % 12)));
}

export const tapsOf = (w: Windowed): number => countOf(w.kernel);
