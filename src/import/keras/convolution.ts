import { readActivation } from "./activations.ts";
import { transposed } from "./core.ts";
import { checkRank, featuresOf, type Emitter, type Sym } from "./emitter.ts";
import type { Kind, Layer } from "./layer.ts";
import { channelsLast } from "./shapes.ts";
import { paddingOf, type Padding } from "./padding.ts";

const PADDINGS = ["valid", "same", "causal"] as const;

interface Convolution {
  readonly kernel: number;
  readonly strides: number;
  readonly dilations: number;
  readonly padding: Padding;
}

function readConvolution(layer: Layer, x: Sym): Convolution {
  checkRank(layer, x, 3);
  channelsLast(layer);
  const kernel = layer.single("kernel_size");
  const strides = layer.single("strides", 1, 1);
  const dilations = layer.single("dilation_rate", 1, 1);
  return {
    kernel,
    strides,
    dilations,
    padding: paddingOf(x, layer.word("padding", PADDINGS, "valid"), kernel, strides, dilations),
  };
}

/** [K, in, out] as the op has it: [out, K, in]. */
function outputsFirst(values: Float32Array, kernel: number, inputs: number, outputs: number): Float32Array {
  return transposed(values, kernel * inputs, outputs);
}

function withBias(g: Emitter, layer: Layer, inputs: string[], size: number): string[] {
  return layer.flag("use_bias", true)
    ? [...inputs, g.weights(layer, "bias", [size], () => layer.weights("bias", [size]))]
    : inputs;
}

const biased =
  (...names: string[]) =>
  (layer: Layer) => [...names, ...(layer.flag("use_bias", true) ? ["bias"] : [])];

const conv1d: Kind = {
  variables: biased("kernel"),
  build: (g, layer, [x]) => {
    const c = readConvolution(layer, x);
    const [filters, groups, channels] = [layer.count("filters"), layer.count("groups", 1, 1), featuresOf(layer, x)];
    if (channels % groups !== 0 || filters % groups !== 0) {
      throw layer.error(`expected channels and filters in ${groups} groups, got ${channels} and ${filters}`);
    }
    const { attributes, after } = readActivation(layer);
    const each = channels / groups;
    const weight = g.weights(layer, "kernel", [filters, c.kernel, each], () =>
      outputsFirst(layer.weights("kernel", [c.kernel, each, filters]), c.kernel, each, filters),
    );
    const value = g.node(layer, "conv", withBias(g, layer, [x.value, weight], filters), {
      ...spatial(c),
      groups,
      ...attributes,
    });
    return [{ value: after(g, value), dims: [x.dims[0], c.padding.time, filters] }];
  },
};

const spatial = (c: Convolution) => ({ strides: [c.strides], dilations: [c.dilations], ...c.padding.attributes });

/** Each channel by its own filters: [K, C, M] as [C M, K, 1]. */
function depthwise(
  g: Emitter,
  layer: Layer,
  x: Sym,
  name: string,
): { c: Convolution; weight: string; channels: number; outputs: number } {
  const c = readConvolution(layer, x);
  const channels = featuresOf(layer, x);
  const outputs = channels * layer.count("depth_multiplier", 1, 1);
  const weight = g.weights(layer, name, [outputs, c.kernel, 1], () =>
    transposed(layer.weights(name, [c.kernel, channels, outputs / channels]), c.kernel, outputs),
  );
  return { c, weight, channels, outputs };
}

const depthwiseConv1d: Kind = {
  variables: biased("depthwise_kernel"),
  build: (g, layer, [x]) => {
    const { c, weight, channels, outputs } = depthwise(g, layer, x, "depthwise_kernel");
    for (const key of ["filters", "groups"]) layer.only(key, 1);
    const { attributes, after } = readActivation(layer);
    const value = g.node(layer, "conv", withBias(g, layer, [x.value, weight], outputs), {
      ...spatial(c),
      groups: channels,
      ...attributes,
    });
    return [{ value: after(g, value), dims: [x.dims[0], c.padding.time, outputs] }];
  },
};

const separableConv1d: Kind = {
  variables: biased("depthwise_kernel", "pointwise_kernel"),
  build: (g, layer, [x]) => {
    const { c, weight, channels, outputs } = depthwise(g, layer, x, "depthwise_kernel");
    const filters = layer.count("filters");
    layer.only("groups", 1);
    const { attributes, after } = readActivation(layer);
    const deep = g.node(layer, "conv", [x.value, weight], { ...spatial(c), groups: channels });
    const point = g.weights(layer, "pointwise_kernel", [filters, outputs], () =>
      transposed(layer.weights("pointwise_kernel", [1, outputs, filters]), outputs, filters),
    );
    const value = g.node(layer, "linear", withBias(g, layer, [deep, point], filters), attributes);
    return [{ value: after(g, value), dims: [x.dims[0], c.padding.time, filters] }];
  },
};

/** [K, filters, in] as [in, K, filters]; output row t sums the rows whose window it is in. */
const conv1dTranspose: Kind = {
  variables: biased("kernel"),
  build: (g, layer, [x]) => {
    checkRank(layer, x, 3);
    channelsLast(layer);
    layer.only("groups", 1);
    const [filters, kernel, stride] = [
      layer.count("filters"),
      layer.single("kernel_size"),
      layer.single("strides", 1, 1),
    ];
    const dilation = layer.single("dilation_rate", 1, 1);
    const same = layer.word("padding", ["valid", "same"], "valid") === "same";
    const channels = featuresOf(layer, x);
    const reach = (kernel - 1) * dilation + 1;
    const more = layer.value("output_padding") === null ? undefined : layer.single("output_padding", 0);
    // Of (T - 1) stride + reach rows, `over` are left out, as many in front as TensorFlow would pad there.
    const over = same
      ? more === undefined
        ? reach - stride
        : reach - (reach % 2) - more
      : -(more ?? Math.max(stride - reach, 0));
    const crop = Math.max(over, 0);
    const weight = g.weights(layer, "kernel", [channels, kernel, filters], () =>
      transposed(layer.weights("kernel", [kernel, filters, channels]), kernel * filters, channels),
    );
    const { attributes, after } = readActivation(layer);
    const value = g.node(layer, "conv_transpose", withBias(g, layer, [x.value, weight], filters), {
      strides: [stride],
      dilations: [dilation],
      pads_before: [Math.floor(crop / 2)],
      pads_after: [Math.ceil(crop / 2)],
      output_padding: [Math.max(-over, 0)],
      ...attributes,
    });
    const time = x.dims[1];
    const longer = reach - stride - over;
    const rows = typeof time === "number" ? time * stride + longer : stride === 1 && longer === 0 ? time : "?";
    if (typeof rows === "number" && rows < 1) throw layer.error(`expected at least one row, got ${rows}`);
    return [{ value: after(g, value), dims: [x.dims[0], rows, filters] }];
  },
};

export const CONVOLUTION: Readonly<Record<string, Kind>> = {
  Conv1D: conv1d,
  Convolution1D: conv1d,
  DepthwiseConv1D: depthwiseConv1d,
  SeparableConv1D: separableConv1d,
  Conv1DTranspose: conv1dTranspose,
};
