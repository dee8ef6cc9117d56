import { bidirectional } from "./bidirectional.ts";
import { applyLayer, PLAIN } from "./apply.ts";
import { sizeOf, type Sym } from "./emitter.ts";
import type { Kind, Layer } from "./layer.ts";
import { product } from "./shapes.ts";

/**
 * The same layer at every step of axis 1. One that works on the last axis alone takes all steps as they stand,
 * any other takes steps as items of a batch, for which the number of steps must be known.
 */
const timeDistributed: Kind = {
  children: (config) => [{ at: "layer", json: config.layer }],
  integers: true,
  masks: true,
  build: (g, layer, [x]) => {
    layer.value("layer");
    const [{ layer: inner }] = layer.children;
    if (x.dims.length < 3 && inner.className !== "Embedding") {
      throw layer.error(`expected an input of at least 3 axes, got [${x.dims.join(", ")}]`);
    }
    if (inner.kind.pointwise?.(inner))
      return applyLayer(g, inner, [{ ...x, mask: undefined }], PLAIN).map((y): Sym => ({ ...y, mask: undefined }));
    if (inner.className === "Flatten") {
      for (const key of ["data_format"]) inner.only(key, "channels_last");
      inner.finish();
      return [
        {
          value: g.reshape(layer, x.value, [0, 0, -1]),
          dims: [x.dims[0], x.dims[1], product(x.dims.slice(2))],
          integer: x.integer,
        },
      ];
    }
    if ((x.mask ?? g.met?.mask) !== undefined && !blind(inner))
      throw layer.error(`a mask over the steps of ${inner.className} is not run`);
    const rest = x.dims.slice(2).map((_, i) => sizeOf(layer, x, i + 2));
    const items: Sym = {
      value: g.reshape(layer, x.value, [-1, ...rest]),
      dims: [x.dims[0], ...rest],
      integer: x.integer,
    };
    return applyLayer(g, inner, [items], PLAIN).map((y): Sym => {
      const each = y.dims.slice(1).map((_, i) => sizeOf(layer, y, i + 1));
      return {
        value: g.node(layer, "reshape", [y.value, x.value], { shape: [0, 0, ...each] }),
        dims: [x.dims[0], x.dims[1], ...each],
        integer: y.integer,
      };
    });
  },
};

/** Whether a layer looks at no mask: its own or that of a layer within. */
const blind = (layer: Layer): boolean =>
  !MASKS.has(layer.className) && layer.children.every((child) => blind(child.layer));

const MASKS = new Set([
  ...["SimpleRNN", "GRU", "LSTM", "RNN", "Bidirectional", "GlobalAveragePooling1D", "Softmax"],
  ...["Embedding", "Masking", "TimeDistributed", "Attention", "AdditiveAttention", "Multiply", "Maximum", "Minimum"],
]);

export const WRAPPERS: Readonly<Record<string, Kind>> = {
  TimeDistributed: timeDistributed,
  Bidirectional: bidirectional,
};
