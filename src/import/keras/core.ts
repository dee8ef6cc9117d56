import { givenMask } from "./apply.ts";
import { activate, readActivation } from "./activations.ts";
import { axisOf, checkRank, featuresOf, type Emitter, type Sym } from "./emitter.ts";
import type { Kind, Layer } from "./layer.ts";

const last = (x: Sym, size: number): Sym => ({ ...x, dims: [...x.dims.slice(0, -1), size], mask: undefined });

/** [inputs, outputs] as rows [outputs, inputs]. */
export function transposed(values: Float32Array, inputs: number, outputs: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let i = 0; i < inputs; i++) for (let o = 0; o < outputs; o++) out[o * inputs + i] = values[i * outputs + o];
  return out;
}

const dense: Kind = {
  variables: (layer) => ["kernel", ...(layer.flag("use_bias", true) ? ["bias"] : [])],
  pointwise: () => true,
  masks: true,
  build: (g, layer, [x]) => {
    const units = layer.count("units");
    for (const key of ["quantization_config", "lora_rank", "lora_alpha"]) layer.only(key);
    layer.value("input_dim");
    if (x.dims.length < 2) throw layer.error(`expected an input of at least 2 axes, got [${x.dims.join(", ")}]`);
    const inputs = featuresOf(layer, x);
    const { attributes, after } = readActivation(layer);
    const weights = [
      x.value,
      g.weights(layer, "kernel", [units, inputs], () =>
        transposed(layer.weights("kernel", [inputs, units]), inputs, units),
      ),
    ];
    if (layer.flag("use_bias", true))
      weights.push(g.weights(layer, "bias", [units], () => layer.weights("bias", [units])));
    return [last({ ...x, value: after(g, g.node(layer, "linear", weights, attributes)) }, units)];
  },
};

const embedding: Kind = {
  variables: () => ["embeddings"],
  integers: true,
  pointwise: () => true,
  build: (g, layer, [x]) => {
    const [rows, size] = [layer.count("input_dim"), layer.count("output_dim")];
    for (const key of ["quantization_config", "lora_rank", "lora_alpha"]) layer.only(key);
    layer.only("sparse", false);
    layer.value("input_length");
    const ids = x.integer ? x.value : g.cast(layer, x.value, "int32");
    const value = g.node(layer, "embedding", [
      ids,
      g.weights(layer, "embeddings", [rows, size], () => layer.weights("embeddings", [rows, size])),
    ]);
    return [{ value, dims: [...x.dims, size], mask: layer.flag("mask_zero") ? g.cast(layer, ids, "bool") : undefined }];
  },
};

/** Rows that equal a value everywhere become zeros, and do not count. */
const masking: Kind = {
  build: (g, layer, [x]) => {
    checkRank(layer, x, 3);
    const differ = g.unary(layer, g.binary(layer, "equal", x.value, g.scalar(layer.number("mask_value", 0))), "not");
    const any = g.node(layer, "reduce", [g.cast(layer, differ, "float32")], {
      function: "max",
      axes: [2],
      keep_dims: true,
    });
    const mask = g.reshape(layer, g.cast(layer, any, "bool"), [0, -1]);
    return [{ ...x, value: g.binary(layer, "mul", x.value, any), mask }];
  },
};

const activation: Kind = { pointwise: () => true, masks: true, build: (g, layer, [x]) => [activate(g, layer, x)] };

/** A layer that does nothing when a model predicts; its keys are those of training. */
const still = (...keys: string[]): Kind => ({
  pointwise: () => true,
  masks: true,
  integers: true,
  build: (_, layer, [x]) => {
    for (const key of keys) layer.value(key);
    return [x];
  },
});

const elementwise = (build: (g: Emitter, layer: Layer, x: string) => string): Kind => ({
  pointwise: () => true,
  masks: true,
  build: (g, layer, [x]) => [{ ...x, value: build(g, layer, x.value) }],
});

/** The slope of LeakyReLU: alpha before Keras 3. */
const slope = (layer: Layer) => layer.number("negative_slope", layer.number("alpha", 0.3));

/** x from threshold on, up to max_value; negative_slope (x - threshold) below. */
const relu = elementwise((g, layer, x) => {
  const most = layer.value("max_value") === null ? Infinity : layer.number("max_value", Infinity);
  const [below, threshold] = [layer.number("negative_slope", 0), layer.number("threshold", 0)];
  let y: string;
  if (threshold !== 0) {
    const under = g.unary(layer, x, "affine", below, -below * threshold);
    y = g.node(layer, "where", [g.binary(layer, "greater_equal", x, g.scalar(threshold)), x, under]);
  } else {
    y = below === 0 ? g.unary(layer, x, "relu") : g.unary(layer, x, "leaky_relu", below);
  }
  return most === Infinity ? y : g.binary(layer, "min", y, g.scalar(most));
});

const softmax: Kind = {
  build: (g, layer, [x]) => {
    const axes = layer.integers("axis", -1);
    if (axes.length !== 1) throw layer.error(`axis: expected one axis, got [${axes}]`);
    if (givenMask(g, layer, x).mask !== undefined) throw layer.error("a softmax under a mask is not run");
    return [{ ...x, value: g.node(layer, "softmax", [x.value], { axis: axisOf(layer, axes[0], x.dims.length) }) }];
  },
};

const prelu: Kind = {
  variables: () => ["alpha"],
  masks: true,
  build: (g, layer, [x]) => {
    layer.value("shared_axes");
    const shape = layer.shapeOf("alpha");
    const fits = shape.length === x.dims.length - 1 && shape.every((n, i) => n === 1 || n === x.dims[i + 1]);
    if (!fits) throw layer.error(`alpha: expected a shape for [${x.dims.join(", ")}], got [${shape.join(", ")}]`);
    return [
      {
        ...x,
        value: g.binary(
          layer,
          "prelu",
          x.value,
          g.weights(layer, "alpha", shape, () => layer.weights("alpha", shape)),
        ),
      },
    ];
  },
};

export const CORE: Readonly<Record<string, Kind>> = {
  Dense: dense,
  Embedding: embedding,
  Masking: masking,
  Activation: activation,
  ReLU: relu,
  LeakyReLU: elementwise((g, layer, x) => g.unary(layer, x, "leaky_relu", slope(layer))),
  ELU: elementwise((g, layer, x) => g.unary(layer, x, "elu", layer.number("alpha", 1))),
  ThresholdedReLU: elementwise((g, layer, x) => g.unary(layer, x, "thresholded_relu", layer.number("theta", 1))),
  PReLU: prelu,
  Softmax: softmax,
  Rescaling: elementwise((g, layer, x) =>
    g.unary(layer, x, "affine", layer.number("scale"), layer.number("offset", 0)),
  ),
  Identity: still(),
  Dropout: still("rate", "noise_shape"),
  SpatialDropout1D: still("rate", "noise_shape"),
  GaussianDropout: still("rate"),
  AlphaDropout: still("rate", "noise_shape"),
  GaussianNoise: still("stddev"),
  ActivityRegularization: still("l1", "l2"),
};
