import { FormatError } from "../check.ts";
import type { Group } from "../pack/panels.ts";
import { whole } from "../pack/gates.ts";
import { identityOf, type At, type Lowering } from "../abi/lowering.ts";
import { panels, weightsOf } from "./linear.ts";
import { countOf, integer, op, optionalIntegers, ROW } from "./op.ts";
import { activation, unaryOf } from "./unary.ts";
import { blockOf, outputsOf, tapsOf, WINDOW, windowed, windowReach, windowWords } from "./windows.ts";

/** The panels of each group, one after the other: `matrix(g)` is [outputs, columns]. */
function groupPanels(
  to: Lowering,
  source: Float32Array,
  layout: string,
  groups: number,
  outputs: number,
  columns: number,
  matrix: (g: number) => Float32Array,
  bias: (g: number) => Float32Array | undefined,
): { weights: At; panel: number; group: number } {
  let group = 0;
  let panel = 0;
  const made: ((floats: Float32Array, integers: Int32Array, group: Group) => void)[] = [];
  for (let g = 0; g < groups; g++) {
    const collect: Lowering = {
      ...to,
      weights: (_, __, bytes, write) => {
        group = bytes;
        made.push(write);
        return { slot: { space: "weights", bytes, offset: 0 }, offset: 0 };
      },
    };
    ({ panel } = panels(collect, matrix(g), bias(g), outputs, columns));
  }
  const weights = to.weights(
    source,
    `${layout} ${groups} ${outputs} ${columns}`,
    group * groups,
    (floats, integers, vectors) =>
      made.forEach((write, g) => write(floats.subarray((g * group) >> 2, ((g + 1) * group) >> 2), integers, vectors)),
  );
  return { weights, panel, group };
}

/** Copies of the middle axes of a [outer, middle, inner] array, inner and middle swapped: [outer, inner, middle]. */
function swapped(data: Float32Array, outer: number, middle: number, inner: number): Float32Array {
  const out = new Float32Array(data.length);
  for (let o = 0, at = 0; o < outer; o++)
    for (let i = 0; i < inner; i++) for (let m = 0; m < middle; m++) out[at++] = data[(o * middle + m) * inner + i];
  return out;
}

/**
 * y = activation(weight * x + bias): x [batch, ...spatial, C], weight [O, ...kernel, C / groups], channels last, zeros
 * as pads.
 */
export const conv = op({
  inputs: [2, 3],
  attributes: { ...WINDOW, groups: integer(1), activation },
  infer(call) {
    const [x, weight, bias] = call.inputs;
    const [outputs, ...rest] = weight!.type.shape;
    const w = windowed(call, rest.slice(0, -1));
    const { groups } = call.attributes;
    if (groups < 1 || w.channels % groups !== 0 || outputs % groups !== 0)
      throw new FormatError(
        "graph",
        `${call.name}: attribute groups: expected a divisor of ${w.channels} channels and ${outputs} outputs, got ${groups}`,
      );
    weightsOf(call, "weight", weight, [outputs, ...w.kernel, w.channels / groups]);
    weightsOf(call, "bias", bias, [outputs]);
    return [{ dtype: x!.type.dtype, shape: [w.batch, ...outputsOf(call, w), outputs] }];
  },
  reach: (call, [time]) => windowReach(windowed(call, call.inputs[1]!.type.shape.slice(1, -1)), time),
  lower(call, [y], to) {
    const [x, weight, bias] = call.inputs;
    const {
      groups,
      activation: { function: f, alpha, beta },
    } = call.attributes;
    const w = windowed(call, weight!.type.shape.slice(1, -1));
    const outputs = weight!.type.shape[0];
    const out = y.type.shape.slice(1, -1);
    if (countOf(y.type.shape) === 0) return;
    const data = weight!.constant!.data as Float32Array;
    const biases = bias?.constant?.data as Float32Array | undefined;
    const after = { activation: unaryOf(f), alpha, beta };
    const words = { ...windowWords(w, w.size, out), y: to.at(y), x: to.at(x!), ...after };
    const taps = tapsOf(w);
    if (groups === w.channels && groups === outputs && groups > 1) {
      const row = whole(outputs);
      const weights = to.weights(data, `depthwise ${identityOf(biases)}`, 4 * row * (taps + 1), (floats) => {
        if (biases) floats.set(biases);
        for (let c = 0; c < outputs; c++) for (let k = 0; k < taps; k++) floats[(k + 1) * row + c] = data[c * taps + k];
      });
      to.record("DepthwiseRecord", { ...words, weights, taps: to.scratch(8 * taps) });
      return;
    }
    const columns = (taps * w.channels) / groups;
    if (
      taps === 1 &&
      groups === 1 &&
      w.strides.every((s) => s === 1) &&
      w.before.every((p) => p === 0) &&
      w.after.every((p) => p === 0)
    ) {
      to.record("LinearRecord", {
        y: words.y,
        yRow: outputs * 4,
        ...panels(to, data, biases, outputs, columns),
        x: words.x,
        xRow: columns * 4,
        inputs: columns,
        outputs,
        rows: countOf(out) * w.batch,
        ...after,
      });
      return;
    }
    const each = outputs / groups;
    const rows = blockOf(columns, countOf(out));
    to.record("ConvRecord", {
      ...words,
      groups,
      outputs,
      rows,
      patches: to.scratch(rows * columns * 4),
      ...groupPanels(
        to,
        data,
        `conv ${identityOf(biases)}`,
        groups,
        each,
        columns,
        (g) => data.subarray(g * each * columns, (g + 1) * each * columns),
        (g) => biases?.subarray(g * each, (g + 1) * each),
      ),
    });
  },
});

/**
 * A convolution run backward: x [batch, ...spatial, C], weight [C, ...kernel, O / groups]; pads are cropped from the
 * full output.
 */
export const convTranspose = op({
  inputs: [2, 3],
  attributes: { ...WINDOW, output_padding: optionalIntegers, groups: integer(1), activation },
  infer(call) {
    const [x, weight, bias] = call.inputs;
    const [channels, ...rest] = weight!.type.shape;
    const each = rest[rest.length - 1];
    const w = windowed(call, rest.slice(0, -1));
    const { groups, output_padding: more = w.size.map(() => 0) } = call.attributes;
    if (groups < 1 || channels % groups !== 0)
      throw new FormatError(
        "graph",
        `${call.name}: attribute groups: expected a divisor of ${channels} channels, got ${groups}`,
      );
    if (more.length !== w.size.length)
      throw new FormatError(
        "graph",
        `${call.name}: attribute output_padding: expected ${w.size.length} numbers, got [${more}]`,
      );
    weightsOf(call, "weight", weight, [w.channels, ...w.kernel, each]);
    weightsOf(call, "bias", bias, [each * groups]);
    const out = w.size.map((size, i) => {
      const count =
        (size - 1) * w.strides[i] + w.dilations[i] * (w.kernel[i] - 1) + 1 + more[i] - w.before[i] - w.after[i];
      if (count < 1 || size < 1)
        throw new FormatError("shape", `${call.name}: expected at least one output along each axis, got ${count}`);
      return count;
    });
    return [{ dtype: x!.type.dtype, shape: [w.batch, ...out, each * groups] }];
  },
  reach: (_, [time]) => (time === 0 ? ROW : "whole"),
  lower(call, [y], to) {
    const [x, weight, bias] = call.inputs;
    const {
      groups,
      activation: { function: f, alpha, beta },
    } = call.attributes;
    const w = windowed(call, weight!.type.shape.slice(1, -1));
    if (countOf(y.type.shape) === 0) return;
    const outputs = y.type.shape[y.type.shape.length - 1];
    const each = outputs / groups;
    const channels = w.channels / groups;
    const columns = tapsOf(w) * each;
    const data = weight!.constant!.data as Float32Array;
    const biases = (bias?.constant?.data as Float32Array | undefined) ?? new Float32Array(outputs);
    const rows = blockOf(columns, countOf(w.size));
    to.record("ConvTransposeRecord", {
      ...windowWords(w, y.type.shape.slice(1, -1), w.size),
      y: to.at(y),
      x: to.at(x!),
      activation: unaryOf(f),
      alpha,
      beta,
      groups,
      outputs,
      rows,
      patches: to.scratch(rows * columns * 4),
      bias: to.weights(biases, "as it stands", 4 * outputs, (floats) => floats.set(biases)),
      ...groupPanels(
        to,
        data,
        "conv_transpose",
        groups,
        columns,
        channels,
        (g) => swapped(data.subarray(g * channels * columns, (g + 1) * channels * columns), 1, channels, columns),
        () => undefined,
      ),
    });
  },
});
