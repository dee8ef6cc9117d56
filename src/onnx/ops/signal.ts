import type { Value } from "../../graph/value.ts";
import { countOf, MOST_NUMBERS, range, type Context, type Operator, type Operators } from "../context.ts";

/**
 * The transform of n numbers as a matrix [bins * 2, n * parts]: bin k of cos, -sin (sin for the inverse, over n);
 * inputs are real and imaginary parts in turn, or real alone.
 */
function transform(c: Context, n: number, length: number, bins: number, parts: number, inverse: boolean): Value {
  const size = bins * 2 * length * parts;
  if (!(size <= MOST_NUMBERS)) {
    throw c.error(`expected a transform of at most ${MOST_NUMBERS} numbers, got ${bins} by ${length}`);
  }
  const data = new Float32Array(size);
  const sign = inverse ? 1 : -1;
  const scale = inverse ? 1 / n : 1;
  for (let k = 0; k < bins; k++) {
    for (let i = 0; i < length; i++) {
      const angle = (2 * Math.PI * ((k * i) % n)) / n;
      const [cos, sin] = [Math.cos(angle) * scale, sign * Math.sin(angle) * scale];
      const [real, imaginary] = [(2 * k * length + i) * parts, ((2 * k + 1) * length + i) * parts];
      data[real] = cos;
      data[imaginary] = sin;
      if (parts === 2) {
        data[real + 1] = -sin;
        data[imaginary + 1] = cos;
      }
    }
  }
  return c.builder.constant(data, "float32", [2 * bins, length * parts]);
}

/** Real numbers from the lower half of their spectrum: a matrix [n, bins * 2]; what is not there mirrors what is. */
function fromHalf(c: Context, n: number, bins: number): Value {
  if (!(n * bins * 2 <= MOST_NUMBERS)) {
    throw c.error(`expected a transform of at most ${MOST_NUMBERS} numbers, got ${n} by ${bins}`);
  }
  const data = new Float32Array(n * bins * 2);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < Math.min(bins, Math.floor(n / 2) + 1); k++) {
      const weight = (k === 0 || 2 * k === n ? 1 : 2) / n;
      const angle = (2 * Math.PI * ((k * i) % n)) / n;
      data[(i * bins + k) * 2] = weight * Math.cos(angle);
      data[(i * bins + k) * 2 + 1] = -weight * Math.sin(angle);
    }
  }
  return c.builder.constant(data, "float32", [n, bins * 2]);
}

/** x [..., n, ..., 1 or 2] to [..., bins, ..., 2], as a product with the matrix of the transform. */
const dft: Operator = (c) => {
  const x = c.input(0);
  const rank = x.type.shape.length;
  const axis = c.axis(c.opset < 20 ? c.int("axis", 1) : c.number(2, "axis", -2), rank);
  if (axis === rank - 1) throw c.error("axis: expected one before the last");
  const [inverse, onesided] = [c.flag("inverse"), c.flag("onesided")];
  const given = x.type.shape[axis];
  const n = c.number(1, "dft_length", inverse && onesided ? 2 * (given - 1) : given);
  const parts = x.type.shape[rank - 1];
  if (parts !== 1 && parts !== 2) throw c.error(`expected a last axis of 1 or 2, got [${x.type.shape}]`);
  const half = Math.floor(n / 2) + 1;
  // What is past the length is left out, what is missing is 0.
  const taken = Math.min(given, inverse && onesided ? half : n);
  const others = range(0, rank - 1).filter((i) => i !== axis);
  const rows = c.transpose(c.slice(x, axis, 0, taken), [...others, axis, rank - 1]);
  const back = [...range(0, axis), rank - 2, ...range(axis, rank - 2), rank - 1];
  const flat = c.reshape(rows, [countOf(others.map((i) => x.type.shape[i])), taken * parts]);
  if (inverse && onesided && parts !== 2) throw c.error(`expected complex numbers, got [${x.type.shape}]`);
  const [matrix, bins, out] =
    inverse && onesided
      ? [fromHalf(c, n, taken), n, 1]
      : [transform(c, n, taken, onesided ? half : n, parts, inverse), onesided ? half : n, 2];
  const y = c.emit("linear", [flat, matrix, undefined]);
  return c.transpose(c.reshape(y, [...others.map((i) => x.type.shape[i]), bins, out]), back);
};

/** Frames of a signal [batch, samples, 1 or 2], each transformed: a convolution whose weight is the windowed matrix. */
const stft: Operator = (c) => {
  const x = c.input(0);
  const signal = x.type.shape.length === 2 ? c.reshape(x, [...x.type.shape, 1]) : x;
  const [batch, , parts] = signal.type.shape;
  const step = c.number(1, "frame_step");
  const window = c.optional(2);
  const length = c.number(3, "frame_length", window?.type.shape[0] ?? signal.type.shape[1]);
  const bins = c.flag("onesided", true) ? Math.floor(length / 2) + 1 : length;
  const matrix = c.reshape(transform(c, length, length, bins, parts, false), [2 * bins, length, parts]);
  if (window) c.known(window, "window");
  const weight = window ? c.mul(matrix, c.reshape(window, [length, 1])) : matrix;
  const y = c.emit("conv", [signal, weight, undefined], { strides: [step] });
  return c.reshape(y, [batch, y.type.shape[1], bins, 2]);
};

/** A sum of cosines over `size` places, the last of which is the first again where it is periodic. */
const window =
  (...terms: readonly number[]): Operator =>
  (c) => {
    const size = c.number(0, "size");
    const period = c.flag("periodic", true) ? size : size - 1;
    const at = (i: number): number =>
      terms.reduce((sum, term, k) => sum + term * Math.cos((2 * Math.PI * k * i) / period), 0);
    return c.constant(range(0, size).map(at), c.dtype("output_datatype", "float32"));
  };

/** Triangles over the bins of a spectrum, their corners equally spaced in mel: [bins, mels]. */
const melWeights: Operator = (c) => {
  const [mels, length, rate, low, high] = [
    "num_mel_bins",
    "dft_length",
    "sample_rate",
    "lower_edge_hertz",
    "upper_edge_hertz",
  ].map((word, i) => c.number(i, word));
  const bins = Math.floor(length / 2) + 1;
  if (!(mels >= 1 && bins * mels <= MOST_NUMBERS)) {
    throw c.error(`expected at most ${MOST_NUMBERS} weights, got ${bins} by ${mels}`);
  }
  const toMel = (hertz: number): number => 2595 * Math.log10(1 + hertz / 700);
  const step = (toMel(high) - toMel(low)) / (mels + 2);
  const corners = range(0, mels + 2).map((i) =>
    Math.floor(((length + 1) * 700 * (10 ** ((i * step + toMel(low)) / 2595) - 1)) / rate),
  );
  const weights = new Array<number>(bins * mels).fill(0);
  for (let i = 0; i < mels; i++) {
    const [left, centre, right] = corners.slice(i, i + 3);
    if (!(left >= 0 && right <= bins)) {
      throw c.error(`expected edges within 0 and half of ${rate}, got ${low} and ${high}`);
    }
    if (centre === left) weights[centre * mels + i] = 1;
    else for (let k = left; k <= centre; k++) weights[k * mels + i] = (k - left) / (centre - left);
    for (let k = centre; k < right; k++) weights[k * mels + i] = (right - k) / (right - centre);
  }
  return c.constant(weights, c.dtype("output_datatype", "float32"), [bins, mels]);
};

export const signals: Operators = {
  BlackmanWindow: window(0.42, -0.5, 0.08),
  DFT: dft,
  HammingWindow: window(25 / 46, -21 / 46),
  HannWindow: window(0.5, -0.5),
  MelWeightMatrix: melWeights,
  STFT: stft,
};
