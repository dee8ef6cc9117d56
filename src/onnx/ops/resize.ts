import type { Value } from "../../graph/value.ts";
import { MOST_NUMBERS, range, type Context, type Operator, type Operators } from "../context.ts";

/** How an axis of `from` numbers becomes one of `to`, `scale` times as long as given. */
interface Axis {
  readonly axis: number;
  readonly from: number;
  readonly to: number;
  readonly scale: number;
  /** The part of the axis that is taken: of tf_crop_and_resize alone. */
  readonly region: readonly [start: number, end: number];
}

type Place = (a: Axis, o: number) => number;

const halfPixel: Place = ({ scale }, o) => (o + 0.5) / scale - 0.5;

/** Where output `o` stands on the input's axis. */
const PLACES: { readonly [mode: string]: Place } = {
  align_corners: ({ from, to }, o) => (to === 1 ? 0 : (o * (from - 1)) / (to - 1)),
  asymmetric: ({ scale }, o) => o / scale,
  half_pixel: halfPixel,
  half_pixel_symmetric: (a, o) => (a.from / 2) * (1 - a.to / (a.scale * a.from)) + halfPixel(a, o),
  pytorch_half_pixel: (a, o) => (a.to > 1 ? halfPixel(a, o) : 0),
  tf_crop_and_resize: ({ from, to, region: [start, end] }, o) =>
    to > 1 ? start * (from - 1) + (o * (end - start) * (from - 1)) / (to - 1) : 0.5 * (start + end) * (from - 1),
  tf_half_pixel_for_nn: ({ scale }, o) => (o + 0.5) / scale,
};

const ROUNDINGS: { readonly [mode: string]: (x: number, scale: number) => number } = {
  ceil: Math.ceil,
  floor: Math.floor,
  round_prefer_ceil: (x) => Math.floor(x + 0.5),
  round_prefer_floor: (x) => Math.ceil(x - 0.5),
  /** onnxruntime's before opset 11. */
  simple: (x, scale) => (scale < 1 ? Math.ceil(x) : Math.floor(x)),
};

/** A kernel of interpolation: how far it reaches, and its weight at a distance. */
interface Kernel {
  readonly reach: number;
  readonly at: (distance: number) => number;
}

const LINEAR: Kernel = { reach: 1, at: (d) => Math.max(0, 1 - Math.abs(d)) };

/** Keys' cubic convolution. */
const cubic = (a: number): Kernel => ({
  reach: 2,
  at: (distance) => {
    const d = Math.abs(distance);
    if (d <= 1) return (a + 2) * d ** 3 - (a + 3) * d ** 2 + 1;
    return d < 2 ? a * d ** 3 - 5 * a * d ** 2 + 8 * a * d - 4 * a : 0;
  },
});

/** y[o] = sum over taps of weights[o, tap] x[indices[o, tap]], along one axis. */
function interpolate(
  c: Context,
  x: Value,
  a: Axis,
  place: Place,
  kernel: Kernel,
  antialias: boolean,
  exclude: boolean,
): Value {
  const stretch = antialias ? Math.min(a.scale, 1) : 1;
  const first = Math.floor(-kernel.reach / stretch) + 1;
  const taps = 2 - 2 * first;
  if (!(a.to * taps <= MOST_NUMBERS)) throw c.error(`expected at most ${MOST_NUMBERS} weights, got ${a.to} by ${taps}`);
  const indices: number[] = [];
  const weights: number[] = [];
  for (let o = 0; o < a.to; o++) {
    const at = place(a, o);
    const left = Math.floor(at);
    const near = range(0, taps).map((t) => left + first + t);
    const each = near.map((i) => (exclude && (i < 0 || i >= a.from) ? 0 : kernel.at(stretch * (i - at))));
    const sum = exclude || antialias ? each.reduce((s, w) => s + w, 0) : 1;
    indices.push(...near.map((i) => Math.min(Math.max(i, 0), a.from - 1)));
    weights.push(...each.map((w) => w / sum));
  }
  return c.emit(
    "resample",
    [x, c.constant(indices, "int32", [a.to, taps]), c.constant(weights, "float32", [a.to, taps])],
    { axis: a.axis },
  );
}

function nearest(c: Context, x: Value, a: Axis, place: Place, rounding: (x: number, scale: number) => number): Value {
  return c.gather(
    x,
    range(0, a.to).map((o) => Math.min(Math.max(rounding(place(a, o), a.scale), 0), a.from - 1)),
    a.axis,
  );
}

const roundHalfUp = (x: number): number => Math.floor(x + 0.5);

/** The axes that change, by their scales or by their sizes. */
function axesOf(
  c: Context,
  shape: readonly number[],
  scales: readonly number[] | undefined,
  sizes: readonly number[] | undefined,
  roi: readonly number[] | undefined,
  corners: boolean,
): Axis[] {
  const policy = c.string("keep_aspect_ratio_policy", "stretch", ["stretch", "not_larger", "not_smaller"]);
  const axes = c.ints("axes")?.map((axis) => c.axis(axis, shape.length)) ?? range(0, shape.length);
  const given = sizes ?? scales;
  if (!given || given.length !== axes.length || given.some((n) => !(n > 0))) {
    throw c.error(`expected ${axes.length} scales or sizes above 0, got ${given ? `[${given}]` : "none"}`);
  }
  if (roi && roi.length !== 2 * axes.length) throw c.error(`roi: expected ${2 * axes.length} numbers, got [${roi}]`);
  let each = sizes ? sizes.map((n, i) => n / shape[axes[i]]) : [...scales!];
  let to = sizes ? [...sizes] : each.map((s, i) => Math.floor(s * shape[axes[i]]));
  if (sizes && policy !== "stretch") {
    const scale = policy === "not_larger" ? Math.min(...each) : Math.max(...each);
    each = each.map(() => scale);
    to = axes.map((axis) => roundHalfUp(scale * shape[axis]));
  }
  // ONNX's tests stretch what is cut off too, onnxruntime does not.
  const cut = axes.findIndex((axis, i) => corners && !sizes && each[i] * shape[axis] - to[i] > 1e-3);
  if (cut >= 0) {
    throw c.error(`scales: expected a whole size for align_corners, got ${each[cut]} times ${shape[axes[cut]]}`);
  }
  return axes.map((axis, i) => ({
    axis,
    from: shape[axis],
    to: to[i],
    scale: each[i],
    region: roi ? ([roi[i], roi[i + axes.length]] as const) : ([0, 1] as const),
  }));
}

/** Of tf_crop_and_resize: one number wherever an axis reaches beyond its ends. */
function extrapolated(c: Context, x: Value, y: Value, axes: readonly Axis[], place: Place): Value {
  const value = c.float("extrapolation_value", 0);
  return axes.reduce((made, a) => {
    const outside = range(0, a.to).map((o) => Number(place(a, o) < 0 || place(a, o) > a.from - 1));
    if (!outside.includes(1)) return made;
    return c.where(
      c.constant(
        outside,
        "bool",
        x.type.shape.map((_, i) => (i === a.axis ? a.to : 1)),
      ),
      c.scalar(value, x),
      made,
    );
  }, y);
}

const nonempty = (list: number[] | undefined): number[] | undefined => (list && list.length > 0 ? list : undefined);

const resize: Operator = (c) => {
  const x = c.input(0);
  const old = c.opset < 11;
  const mode = c.string("mode", "nearest", ["nearest", "linear", "bilinear", "cubic"]);
  const transform = old ? "asymmetric" : c.string("coordinate_transformation_mode", "half_pixel", Object.keys(PLACES));
  const rounding = old
    ? "simple"
    : c.string(
        "nearest_mode",
        "round_prefer_floor",
        Object.keys(ROUNDINGS).filter((word) => word !== "simple"),
      );
  const kernel = mode === "cubic" ? cubic(c.float("cubic_coeff_a", -0.75)) : LINEAR;
  c.ignore("cubic_coeff_a", "extrapolation_value"); // of no effect in other modes
  const [antialias, exclude] = [c.flag("antialias"), c.flag("exclude_outside")];
  const crop = transform === "tf_crop_and_resize";
  const roi = old || !c.optional(1) || !crop ? undefined : nonempty(c.numbers(1, "roi"));
  if (crop && !roi) throw c.error("roi: expected the region of tf_crop_and_resize, got none");
  const sizes = old ? undefined : nonempty(c.numbers(3, "sizes"));
  const scales = c.has("scales") ? c.floats("scales") : nonempty(c.numbers(old ? 1 : 2, "scales"));
  const place = PLACES[transform];
  const axes = axesOf(c, x.type.shape, scales, sizes, roi, transform === "align_corners").filter(
    (a) => crop || a.to !== a.from || a.scale !== 1,
  );
  const y = axes.reduce(
    (value, a) =>
      mode === "nearest"
        ? nearest(c, value, a, place, ROUNDINGS[rounding])
        : interpolate(c, value, a, place, kernel, antialias, exclude),
    x,
  );
  return crop ? extrapolated(c, x, y, axes, place) : y;
};

export const resizing: Operators = { Resize: resize, Upsample: resize };
