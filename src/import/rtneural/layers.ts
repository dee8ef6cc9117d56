import { shown } from "../../check.ts";
import type { GraphWriter } from "../../graph/writer.ts";
import { asCount, asList, numbers, type Fields } from "../json.ts";
import { binary, causal, cell, resetFirst, transposed, unary, type Activation } from "../layers.ts";
import { wrong } from "../wrong.ts";

/** A value [batch, time, size]. */
export interface Row {
  readonly value: string;
  readonly size: number;
}

interface Layer {
  readonly g: GraphWriter;
  readonly fields: Fields;
  readonly name: string;
  readonly input: Row;
  /** The size that the layer's shape gives. */
  readonly out: number;
  readonly weights: readonly unknown[];
}

/** Adds a layer of the file to a graph. */
export function addLayer(g: GraphWriter, input: Row, fields: Fields): Row {
  const type = fields.text("type");
  const name = `${fields.label} (${type})`;
  const add = Object.hasOwn(LAYERS, type) ? LAYERS[type] : undefined;
  if (!add) throw wrong("unsupported", name, `a layer of ${Object.keys(LAYERS).join(", ")}`, shown(type));
  const out = rowSize(`${name}.shape`, fields.list("shape"));
  const weights = fields.list("weights");
  fields.take("name", "");
  const value = add({ g, fields, name, input, out, weights });
  fields.close();
  return { value, size: out };
}

const LAYERS: Readonly<Record<string, (layer: Layer) => string>> = {
  dense,
  "time-distributed-dense": dense,
  conv1d,
  conv2d,
  lstm: ({ g, name, fields, input, out, weights }) => {
    cellActivation(name, fields);
    parts(name, weights, 3, 3);
    const kernel = transposed(numbers(`${name}.weights[0]`, weights[0], [input.size, 4 * out]), input.size, 4 * out);
    const recurrent = transposed(numbers(`${name}.weights[1]`, weights[1], [out, 4 * out]), out, 4 * out);
    const bias = numbers(`${name}.weights[2]`, weights[2], [4 * out]);
    const sizes = { in: input.size, size: out };
    return cell(g, input.value, { op: "lstm", ...sizes, ih: kernel, hh: recurrent, biasIh: bias }, name);
  },
  gru: ({ g, name, fields, input, out, weights }) => {
    cellActivation(name, fields);
    parts(name, weights, 3, 3);
    const kernel = transposed(numbers(`${name}.weights[0]`, weights[0], [input.size, 3 * out]), input.size, 3 * out);
    const recurrent = transposed(numbers(`${name}.weights[1]`, weights[1], [out, 3 * out]), out, 3 * out);
    const bias = numbers(`${name}.weights[2]`, weights[2], [2, 3 * out]); // [3 * out] would be reset before
    return cell(
      g,
      input.value,
      {
        op: "gru",
        in: input.size,
        size: out,
        ih: resetFirst(kernel, out, input.size),
        hh: resetFirst(recurrent, out, out),
        biasIh: resetFirst(bias.subarray(0, 3 * out), out),
        biasHh: resetFirst(bias.subarray(3 * out), out),
      },
      name,
    );
  },
  prelu: ({ g, name, fields, input, out, weights }) => {
    noActivation(name, fields);
    same(name, input, out);
    parts(name, weights, 1, 1);
    const row = asList(`${name}.weights[0]`, weights[0]);
    const shared = row.length === 1 && Array.isArray(row[0]) && row[0].length === 1;
    const slope = numbers(`${name}.weights[0]`, weights[0], [1, shared ? 1 : out]);
    return binary(g, "prelu", input.value, g.constant(slope, "float32", [slope.length]), name);
  },
  batchnorm: (layer) => {
    noActivation(layer.name, layer.fields);
    same(layer.name, layer.input, layer.out);
    return normalise(layer, layer.input.value, layer.out);
  },
  batchnorm2d: (layer) => {
    const { g, name, fields, input, out } = layer;
    noActivation(name, fields);
    same(name, input, out);
    const filters = fields.count("num_filters_in");
    const features = fields.count("num_features_in");
    checkGrid(name, filters, features, out);
    const grid = g.node("reshape", [input.value], { shape: [0, 0, features, filters] }, name);
    return g.node("reshape", [normalise(layer, grid, filters)], { shape: [0, 0, out] }, name);
  },
  activation: (layer) => {
    const { name, input, out, weights } = layer;
    same(name, input, out);
    parts(name, weights, 0, 0);
    const y = activated(layer, input.value);
    if (y === input.value) {
      const got = `"", which RTNeural's exporter writes for one it does not know`;
      throw wrong("unsupported", `${name}.activation`, "a function", got);
    }
    return y;
  },
};

function dense(layer: Layer): string {
  const { g, name, input, out, weights } = layer;
  parts(name, weights, 1, 2);
  const weight = transposed(numbers(`${name}.weights[0]`, weights[0], [input.size, out]), input.size, out);
  const bias = optionalBias(layer);
  return activated(layer, causal(g, input.value, { weight, bias, in: input.size, out, kernel: 1 }, name));
}

function conv1d(layer: Layer): string {
  const { g, name, fields, input, out, weights } = layer;
  parts(name, weights, 1, 2);
  const kernel = last(fields, "kernel_size");
  const dilation = last(fields, "dilation");
  const groups = fields.count("groups", 1);
  if (input.size % groups || out % groups) {
    throw wrong("shape", name, `sizes that ${groups} groups divide`, `${input.size} to ${out}`);
  }
  const stride = fields.has("strides") ? last(fields, "strides") : 1;
  if (stride !== 1) throw wrong("unsupported", `${name}.strides`, "1", stride);
  const kept = numbers(`${name}.weights[0]`, weights[0], [kernel, input.size / groups, out]);
  const weight = transposed(kept, (kernel * input.size) / groups, out);
  const convolution = { weight, bias: optionalBias(layer), in: input.size, out, kernel, dilation, groups };
  return activated(layer, causal(g, input.value, convolution, name));
}

/** Over time and over features: time is causal and dilated, features are padded as TensorFlow does, and strided. */
function conv2d(layer: Layer): string {
  const { g, name, fields, input, out, weights } = layer;
  parts(name, weights, 1, 2);
  const [time, feature] = [last(fields, "kernel_size_time"), last(fields, "kernel_size_feature")];
  const [dilation, stride] = [last(fields, "dilation"), last(fields, "strides")];
  const [filtersIn, featuresIn] = [last(fields, "num_filters_in"), last(fields, "num_features_in")];
  checkGrid(name, filtersIn, featuresIn, input.size);
  const filters = last(fields, "num_filters_out");
  const padding = fields.text("padding");
  if (padding !== "valid" && padding !== "same") {
    throw wrong("unsupported", `${name}.padding`, "valid or same", shown(padding));
  }
  const features = Math.ceil((padding === "valid" ? featuresIn - feature + 1 : featuresIn) / stride);
  const size = features * filters;
  if (features < 1 || size !== out) throw wrong("shape", name, `a shape of ${features} * ${filters} values`, out);
  const padded = padding === "valid" ? 0 : Math.max((features - 1) * stride + feature - featuresIn, 0);
  const kept = numbers(`${name}.weights[0]`, weights[0], [time, feature, filtersIn, filters]);
  const rows = transposed(kept, time * feature * filtersIn, filters);
  const weight = g.constant(rows, "float32", [filters, time, feature, filtersIn]);
  const biases = optionalBias(layer, filters);
  const bias = biases ? g.constant(biases, "float32", [filters]) : "";
  const grid = g.node("reshape", [input.value], { shape: [0, 0, featuresIn, filtersIn] }, name);
  const y = g.node(
    "conv",
    [grid, weight, bias],
    {
      strides: [1, stride],
      dilations: [dilation, 1],
      pads_before: [(time - 1) * dilation, padded >> 1],
      pads_after: [0, padded - (padded >> 1)],
      groups: 1,
    },
    name,
  );
  return activated(layer, g.node("reshape", [y], { shape: [0, 0, out] }, name));
}

/** y = gamma (x - mean) / sqrt(variance + epsilon) + beta, over the last axis. */
function normalise({ g, name, weights, fields }: Layer, x: string, size: number): string {
  const epsilon = fields.number("epsilon");
  if (weights.length !== 2 && weights.length !== 4) {
    const expected = "[gamma, beta, mean, variance] or [mean, variance]";
    throw wrong("tensor", `${name}.weights`, expected, `${weights.length} arrays`);
  }
  const rows = weights.map((w, i) => numbers(`${name}.weights[${i}]`, w, [size]));
  const [mean, variance] = rows.slice(-2);
  const [gamma, beta] = rows.length === 4 ? rows : [];
  const scale = mean.map((_, i) => (gamma?.[i] ?? 1) / Math.sqrt(variance[i] + epsilon));
  if (!scale.every(Number.isFinite)) throw wrong("unsupported", name, "variances of more than -epsilon", "others");
  const shift = mean.map((m, i) => (beta?.[i] ?? 0) - m * scale[i]);
  const scaled = binary(g, "mul", x, g.constant(scale, "float32", [size]), name);
  return binary(g, "add", scaled, g.constant(shift, "float32", [size]), name);
}

const ACTIVATIONS: Readonly<Record<string, Activation | "softmax" | "none">> = {
  "": "none",
  tanh: { function: "tanh" },
  relu: { function: "relu" },
  sigmoid: { function: "sigmoid" },
  elu: { function: "elu", alpha: 1 },
  softmax: "softmax",
};

function activated({ g, name, fields }: Layer, x: string): string {
  const word = fields.text("activation", "");
  const activation = Object.hasOwn(ACTIVATIONS, word) ? ACTIVATIONS[word] : undefined;
  if (activation === undefined) {
    throw wrong("unsupported", `${name}.activation`, 'tanh, relu, sigmoid, elu, softmax or ""', shown(word));
  }
  if (activation === "none") return x;
  return activation === "softmax" ? g.node("softmax", [x], { axis: -1 }, name) : unary(g, x, activation, name);
}

/** A cell's activation is its own: RTNeural runs tanh whatever is written, Keras what is written. */
function cellActivation(name: string, fields: Fields): void {
  const word = fields.text("activation", "");
  if (word !== "" && word !== "tanh") {
    throw wrong("unsupported", `${name}.activation`, "tanh", shown(word));
  }
}

function noActivation(name: string, fields: Fields): void {
  const word = fields.text("activation", "");
  if (word !== "") throw wrong("unsupported", `${name}.activation`, "none", shown(word));
}

/** The size of a row whose shape is [batch, (time,) size], or [batch, time, features, filters]. */
export function rowSize(label: string, dims: readonly unknown[]): number {
  const sizes = dims.length === 4 ? dims.slice(2) : dims.slice(-1);
  if (dims.length < 2 || dims.length > 4) throw wrong("shape", label, "2 to 4 sizes", shown(dims));
  return sizes.reduce((size: number, n) => asCount(label, size * asCount(label, n)), 1);
}

/** A size that stands alone or as the last of a list. */
function last(fields: Fields, key: string): number {
  const value = fields.take(key);
  return asCount(fields.path(key), Array.isArray(value) ? value.at(-1) : value);
}

function optionalBias({ name, out, weights }: Layer, size = out): Float32Array | undefined {
  return weights.length > 1 ? numbers(`${name}.weights[1]`, weights[1], [size]) : undefined;
}

function checkGrid(name: string, filters: number, features: number, size: number): void {
  if (filters * features === size) return;
  throw wrong("shape", name, `num_filters_in * num_features_in = ${size}`, `${filters} * ${features}`);
}

function parts(name: string, weights: readonly unknown[], least: number, most: number): void {
  if (weights.length >= least && weights.length <= most) return;
  const expected = least === most ? `${least}` : `${least} or ${most}`;
  throw wrong("tensor", `${name}.weights`, `${expected} arrays`, weights.length);
}

function same(name: string, input: Row, out: number): void {
  if (out !== input.size) throw wrong("shape", name, `a shape of ${input.size}, as its input`, out);
}
