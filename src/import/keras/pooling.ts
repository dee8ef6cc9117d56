import { checkRank } from "./emitter.ts";
import type { Kind } from "./layer.ts";
import { channelsLast } from "./shapes.ts";
import { paddingOf } from "./padding.ts";

/** Padding never counts: neither as a maximum nor in an average. */
const pooling = (fn: "max" | "average"): Kind => ({
  build: (g, layer, [x]) => {
    checkRank(layer, x, 3);
    channelsLast(layer);
    const size = layer.single("pool_size", 1, 2);
    const stride = layer.single("strides", 1, size);
    const padding = paddingOf(x, layer.word("padding", ["valid", "same"], "valid"), size, stride);
    const value = g.node(layer, "pool", [x.value], {
      function: fn,
      kernel: [size],
      strides: [stride],
      ...padding.attributes,
      count_include_pad: false,
    });
    return [{ value, dims: [x.dims[0], padding.time, x.dims[2]] }];
  },
});

/** Over all of time; an average counts the steps of its mask, but in TensorFlow.js. */
const globalPooling = (fn: "max" | "mean"): Kind => ({
  build: (g, layer, [x]) => {
    checkRank(layer, x, 3);
    channelsLast(layer);
    const kept = layer.flag("keepdims");
    const attributes = { axes: [1], keep_dims: kept };
    const dims = kept ? [x.dims[0], 1, x.dims[2]] : [x.dims[0], x.dims[2]];
    if (fn === "max" || x.mask === undefined || layer.generation === "tfjs")
      return [{ value: g.node(layer, "reduce", [x.value], { function: fn, ...attributes }), dims }];
    const mask = g.reshape(layer, x.mask, [0, -1, 1]);
    const rows = g.node(layer, "where", [mask, x.value, g.scalar(0)]);
    const [sum, count] = [rows, g.cast(layer, mask, "float32")].map((v) =>
      g.node(layer, "reduce", [v], { function: "sum", ...attributes }),
    );
    return [{ value: g.binary(layer, "div", sum, count), dims }];
  },
});

export const POOLING: Readonly<Record<string, Kind>> = {
  MaxPooling1D: pooling("max"),
  AveragePooling1D: pooling("average"),
  GlobalMaxPooling1D: globalPooling("max"),
  GlobalAveragePooling1D: globalPooling("mean"),
};
