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
    // Its CPU and its WebGL differ.
    if (layer.generation === "tfjs" && axis !== x.dims.length - 1) throw layer.error(`axis ${axis} is not run`);
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

/** Axes that a normalization is over, in order; those of weights alone must be known. */
function sortedAxes(layer: Layer, x: Sym): number[] {
  const axes = layer.integers("axis", -1).map((axis) => axisOf(layer, axis, x.dims.length));
  if (axes.includes(0) || new Set(axes).size !== axes.length) throw layer.error(`axis [${axes}] is not run`);
  return axes.sort((a, b) => a - b);
}

/** The op `norm` over any axes: they are turned to the end and back. */
function normalized(
  g: Emitter,
  layer: Layer,
  x: Sym,
  fn: "layer" | "rms",
  epsilon: number,
  names: readonly (string | undefined)[],
): Sym {
  const axes = sortedAxes(layer, x);
  const shape = axes.map((axis) => sizeOf(layer, x, axis));
  const inputs = names.map((name) =>
    name === undefined ? "" : g.weights(layer, name, shape, () => layer.weights(name, shape)),
  );
  while (inputs.at(-1) === "") inputs.pop();
  const turned = [...x.dims.keys()].filter((axis) => !axes.includes(axis)).concat(axes);
  const back = turned.map((_, axis) => turned.indexOf(axis));
  const attributes = { function: fn, axes_from: x.dims.length - axes.length, epsilon };
  const value = g.node(layer, "norm", [g.transpose(layer, x.value, turned), ...inputs], attributes);
  return { ...x, value: g.transpose(layer, value, back), mask: undefined };
}

const alongFeatures = (layer: Layer) => layer.integers("axis", -1).every((axis) => axis === -1);

const layerNormalization: Kind = {
  variables: scaled,
  pointwise: alongFeatures,
  masks: true,
  build: (g, layer, [x]) => {
    layer.only("rms_scaling", false);
    const names = [layer.flag("scale", true) ? "gamma" : undefined, layer.flag("center", true) ? "beta" : undefined];
    return [normalized(g, layer, x, "layer", layer.number("epsilon", 1e-3), names)];
  },
};

const rmsNormalization: Kind = {
  variables: () => ["scale"],
  pointwise: alongFeatures,
  build: (g, layer, [x]) => [normalized(g, layer, x, "rms", layer.number("epsilon", 1e-6), ["scale"])],
};

/** x / max(|x|, epsilon), the length taken over axes. */
export function unitNorm(g: Emitter, layer: Layer, x: string, axes: readonly number[], epsilon: number): string {
  const squares = g.node(layer, "reduce", [g.unary(layer, x, "square")], {
    function: "sum",
    axes: [...axes],
    keep_dims: true,
  });
  const length = g.binary(layer, "max", g.unary(layer, squares, "sqrt"), g.scalar(epsilon));
  return g.binary(layer, "div", x, length);
}

const unitNormalization: Kind = {
  pointwise: alongFeatures,
  masks: true,
  build: (g, layer, [x]) => [{ ...x, value: unitNorm(g, layer, x.value, sortedAxes(layer, x), 1e-12) }],
};

/** Over all of an item but the groups of its features. */
const groupNormalization: Kind = {
  variables: scaled,
  masks: true,
  build: (g, layer, [x]) => {
    if (oneAxis(layer, x) !== x.dims.length - 1) throw layer.error("axis: expected the last one");
    const size = sizeOf(layer, x, x.dims.length - 1);
    const given = layer.integers("groups", 32)[0];
    const groups = given === -1 ? size : given;
    if (!(groups > 0) || size % groups !== 0) throw layer.error(`groups: expected a divisor of ${size}, got ${groups}`);
    const each = size / groups;
    // [B, rows, groups, each] to [B, groups, rows, each]
    const split = g.transpose(layer, g.reshape(layer, x.value, [0, -1, groups, each]), [0, 2, 1, 3]);
    let value = g.node(layer, "norm", [split], { axes_from: 2, epsilon: layer.number("epsilon", 1e-3) });
    for (const [name, fn, asked] of [
      ["gamma", "mul", "scale"],
      ["beta", "add", "center"],
    ] as const) {
      if (!layer.flag(asked, true)) continue;
      const weights = g.weights(layer, name, [1, groups, 1, each], () => layer.weights(name, [size]));
      value = g.binary(layer, fn, value, weights);
    }
    const back = g.transpose(layer, value, [0, 2, 1, 3]);
    return [
      {
        ...x,
        value: g.node(layer, "reshape", [back, x.value], { shape: [...x.dims.slice(1, -1).map(() => 0), 0, size] }),
      },
    ];
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
  GroupNormalization: groupNormalization,
  RMSNormalization: rmsNormalization,
  UnitNormalization: unitNormalization,
  Normalization: normalization,
};
