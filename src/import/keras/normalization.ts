import { shown } from "../../check.ts";
import { axisOf, sizeOf, type Emitter, type Sym } from "./emitter.ts";
import type { Kind, Layer } from "./layer.ts";

const scaled = (layer: Layer) => [
  ...(layer.flag("scale", true) ? ["gamma"] : []),
  ...(layer.flag("center", true) ? ["beta"] : []),
];

interface Line {
  readonly scale: Float32Array;
  readonly shift: Float32Array;
}

/** y = x scale + shift, each of `size` numbers along one axis. */
function scaleShift(g: Emitter, layer: Layer, x: Sym, axis: number, size: number, make: () => Line): Sym {
  const shape = x.dims.slice(axis).map((_, i) => (i === 0 ? size : 1));
  const scale = g.weights(layer, "scale", shape, () => make().scale);
  const shift = g.weights(layer, "shift", shape, () => make().shift);
  return { ...x, value: g.binary(layer, "add", g.binary(layer, "mul", x.value, scale), shift), mask: undefined };
}

function oneAxis(layer: Layer, x: Sym): number {
  const axes = layer.integers("axis", -1);
  if (axes.length !== 1) throw layer.error(`axis: expected one axis, got [${axes}]`);
  return axisOf(layer, axes[0], x.dims.length);
}

/** y = gamma (x - mean) / sqrt(variance + epsilon) + beta, with the moments of training. */
const batchNormalization: Kind = {
  variables: (layer) => [...scaled(layer), "moving_mean", "moving_variance"],
  pointwise: (layer) => layer.integers("axis", -1).every((axis) => axis === -1),
  masks: true,
  build: (g, layer, [x]) => {
    layer.only("renorm", false);
    for (const key of ["momentum", "synchronized", "renorm_clipping", "renorm_momentum", "fused", "virtual_batch_size"])
      layer.value(key);
    const axis = oneAxis(layer, x);
    const epsilon = layer.number("epsilon", 1e-3);
    const size = sizeOf(layer, x, axis);
    return [
      scaleShift(g, layer, x, axis, size, () => {
        const of = (name: string) => layer.weights(name, [size]);
        const gamma = layer.flag("scale", true) ? of("gamma") : undefined;
        const beta = layer.flag("center", true) ? of("beta") : undefined;
        const [mean, variance] = [of("moving_mean"), of("moving_variance")];
        const each = Array.from(variance, (v, i) => (gamma?.[i] ?? 1) / Math.sqrt(v + epsilon));
        return {
          scale: Float32Array.from(each),
          shift: Float32Array.from(each, (s, i) => (beta?.[i] ?? 0) - mean[i] * s),
        };
      }),
    ];
  },
};

/** Over the last axes, which must be all from one on. */
const layerNormalization: Kind = {
  variables: scaled,
  pointwise: (layer) => layer.integers("axis", -1).every((axis) => axis === -1),
  masks: true,
  build: (g, layer, [x]) => {
    layer.only("rms_scaling", false);
    const rank = x.dims.length;
    const axes = layer
      .integers("axis", -1)
      .map((axis) => axisOf(layer, axis, rank))
      .sort((a, b) => a - b);
    const from = rank - axes.length;
    if (axes.some((axis, i) => axis !== from + i)) throw layer.error(`axis: expected the last axes, got [${axes}]`);
    const shape = axes.map((axis) => sizeOf(layer, x, axis));
    const weights = (name: string, asked: boolean) =>
      asked ? g.weights(layer, name, shape, () => layer.weights(name, shape)) : "";
    const inputs = [x.value, weights("gamma", layer.flag("scale", true)), weights("beta", layer.flag("center", true))];
    while (inputs.at(-1) === "") inputs.pop();
    const value = g.node(layer, "norm", inputs, {
      function: "layer",
      axes_from: from,
      epsilon: layer.number("epsilon", 1e-3),
    });
    return [{ ...x, value, mask: undefined }];
  },
};

/** y = (x - mean) / max(sqrt(variance), 1e-7), with moments that were adapted, or given in the configuration. */
const normalization: Kind = {
  variables: (layer) => (given(layer, "mean") === undefined ? ["mean", "variance", "count"] : []),
  pointwise: () => true,
  masks: true,
  build: (g, layer, [x]) => {
    layer.only("invert", false);
    const axis = oneAxis(layer, x);
    const moments = ["mean", "variance"].map((name) => given(layer, name));
    const all = sizeOf(layer, x, axis);
    const size = moments.every((m) => m?.length === 1) ? 1 : all;
    return [
      scaleShift(g, layer, x, axis, size, () => {
        const [mean, variance] = moments.map((values, i) => {
          if (values === undefined) return layer.weights(["mean", "variance"][i], [size]);
          if (values.length !== size)
            throw layer.error(`mean and variance: expected ${size} numbers, got ${values.length}`);
          return Float32Array.from(values);
        });
        const each = Array.from(variance, (v) => 1 / Math.max(Math.sqrt(v), 1e-7));
        return { scale: Float32Array.from(each), shift: Float32Array.from(each, (s, i) => -mean[i] * s) };
      }),
    ];
  },
};

/** Moments in the configuration: a number or numbers. */
function given(layer: Layer, key: string): number[] | undefined {
  const value = layer.value(key);
  if (value === undefined || value === null) return undefined;
  const values = [value].flat(8);
  if (!values.every((v) => typeof v === "number")) throw layer.error(`${key}: expected numbers, got ${shown(value)}`);
  return values;
}

export const NORMALIZATION: Readonly<Record<string, Kind>> = {
  BatchNormalization: batchNormalization,
  BatchNormalizationV2: batchNormalization,
  LayerNormalization: layerNormalization,
  Normalization: normalization,
};
