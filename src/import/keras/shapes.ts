import type { Dim } from "../../graph/graph.ts";
import { checkRank, featuresOf, LARGEST } from "./emitter.ts";
import type { Kind, Layer } from "./layer.ts";

/** How many values an item has, from an axis on; "?" where a size is not known. */
export function product(dims: readonly Dim[]): Dim {
  return dims.every((d) => typeof d === "number") ? dims.reduce((a, b) => (a as number) * (b as number), 1) : "?";
}

export function channelsLast(layer: Layer): void {
  layer.only("data_format", "channels_last");
}

const flatten: Kind = {
  integers: true,
  build: (g, layer, [x]) => {
    channelsLast(layer);
    return [
      { value: g.reshape(layer, x.value, [0, -1]), dims: [x.dims[0], product(x.dims.slice(1))], integer: x.integer },
    ];
  },
};

const reshape: Kind = {
  integers: true,
  build: (g, layer, [x]) => {
    const target = layer.sizes("target_shape");
    const open = target.indexOf(-1);
    if (target.some((n) => n < -1 || n === 0) || (target.includes(-1, open + 1) && open >= 0)) {
      throw layer.error(`target_shape [${target}] is not run`);
    }
    const all = product(x.dims.slice(1));
    const rest = target.filter((n) => n !== -1).reduce((a, b) => a * b, 1);
    const fits = typeof all !== "number" || (open < 0 ? all === rest : all % rest === 0);
    if (!fits) throw layer.error(`expected a shape of ${all} values, got [${target}]`);
    const dims = target.map((n): Dim => (n !== -1 ? n : typeof all === "number" ? all / rest : "?"));
    return [{ value: g.reshape(layer, x.value, [0, ...target]), dims: [x.dims[0], ...dims], integer: x.integer }];
  },
};

const permute: Kind = {
  integers: true,
  build: (g, layer, [x]) => {
    const axes = layer.integers("dims");
    const sorted = [...axes].sort((a, b) => a - b);
    if (axes.length !== x.dims.length - 1 || sorted.some((axis, i) => axis !== i + 1)) {
      throw layer.error(`dims: expected each of ${x.dims.length - 1} axes once, got [${axes}]`);
    }
    const permutation = [0, ...axes];
    return [
      {
        value: g.transpose(layer, x.value, permutation),
        dims: permutation.map((axis) => x.dims[axis]),
        integer: x.integer,
      },
    ];
  },
};

const repeatVector: Kind = {
  build: (g, layer, [x]) => {
    checkRank(layer, x, 2);
    const n = layer.count("n");
    const value = g.node(layer, "expand", [g.reshape(layer, x.value, [0, 1, -1])], { shape: [1, n, 1] });
    return [{ value, dims: [x.dims[0], n, x.dims[1]] }];
  },
};

const zeroPadding: Kind = {
  build: (g, layer, [x]) => {
    checkRank(layer, x, 3);
    channelsLast(layer);
    const [before, after] = bothEnds(layer, "padding", 1);
    const value = g.node(layer, "pad", [x.value], { before: [0, before, 0], after: [0, after, 0] });
    return [{ value, dims: [x.dims[0], longer(x.dims[1], before + after), x.dims[2]] }];
  },
};

const cropping: Kind = {
  build: (g, layer, [x]) => {
    checkRank(layer, x, 3);
    channelsLast(layer);
    const [before, after] = bothEnds(layer, "cropping", 1);
    const value = g.slice(layer, x.value, 1, before, after === 0 ? LARGEST : -after);
    return [{ value, dims: [x.dims[0], longer(x.dims[1], -before - after), x.dims[2]] }];
  },
};

const upSampling: Kind = {
  build: (g, layer, [x]) => {
    checkRank(layer, x, 3);
    channelsLast(layer);
    const n = layer.single("size", 1, 2);
    const features = featuresOf(layer, x);
    const repeated = g.node(layer, "expand", [g.reshape(layer, x.value, [0, -1, 1, features])], {
      shape: [1, 1, n, 1],
    });
    const time = x.dims[1];
    return [
      {
        value: g.reshape(layer, repeated, [0, -1, features]),
        dims: [x.dims[0], typeof time === "number" ? time * n : "?", features],
      },
    ];
  },
};

function bothEnds(layer: Layer, key: string, absent: number): [number, number] {
  const given = layer.integers(key, absent);
  const [before, after = before] = given;
  if (given.length > 2 || before < 0 || after < 0) {
    throw layer.error(`${key}: expected one or two counts, got [${given}]`);
  }
  return [before, after];
}

function longer(time: Dim, by: number): Dim {
  return typeof time === "number" ? Math.max(time + by, 0) : by === 0 ? time : "?";
}

export const SHAPES: Readonly<Record<string, Kind>> = {
  Flatten: flatten,
  Reshape: reshape,
  Permute: permute,
  RepeatVector: repeatVector,
  ZeroPadding1D: zeroPadding,
  Cropping1D: cropping,
  UpSampling1D: upSampling,
};
