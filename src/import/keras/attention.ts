import { everyStep, featuresOf, type Emitter, type Sym } from "./emitter.ts";
import type { Kind, Layer } from "./layer.ts";

/** softmax(scores(q, k)) v; steps of v that a mask leaves out score 1e9 less, and those of q give zeros. */
const attention = (additive: boolean): Kind => ({
  variables: (layer) => [
    ...(layer.flag("use_scale", additive) ? ["scale"] : []),
    ...(layer.value("score_mode") === "concat" ? ["concat_score_weight"] : []),
  ],
  calls: { flags: ["use_causal_mask"] },
  build: (g, layer, inputs, call) => {
    if (inputs.length < 2 || inputs.length > 3) {
      throw layer.error(`expected query, value and maybe key, got ${inputs.length} inputs`);
    }
    const [q, v, k = v] = inputs;
    if (inputs.some((x) => x.dims.length !== 3)) throw layer.error("expected inputs of 3 axes");
    layer.number("dropout", 0);
    const features = featuresOf(layer, q);
    const scores =
      additive || layer.word("score_mode", ["dot", "concat"], "dot") === "concat"
        ? summed(g, layer, q, k, features, additive)
        : product(g, layer, q, k);
    const causal = layer.flag("causal") || call.flags.includes("use_causal_mask");
    const seen = causal ? before(g, layer, q, v) : undefined;
    const counts = v.mask === undefined ? undefined : g.reshape(layer, v.mask, [0, 1, -1]);
    const mask = seen !== undefined && counts !== undefined ? g.binary(layer, "and", counts, seen) : (seen ?? counts);
    const masked =
      mask === undefined ? scores : g.node(layer, "where", [mask, scores, g.unary(layer, scores, "affine", 1, -1e9)]);
    const mixed = g.node(layer, "matmul", [g.node(layer, "softmax", [masked], { axis: -1 }), v.value]);
    const value =
      q.mask === undefined ? mixed : g.node(layer, "where", [g.reshape(layer, q.mask, [0, -1, 1]), mixed, g.scalar(0)]);
    return [{ value, dims: [q.dims[0], q.dims[1], v.dims[2]], mask: q.mask }];
  },
});

const weight = (g: Emitter, layer: Layer, name: string, shape: readonly number[]) =>
  g.weights(layer, name, shape, () => layer.weights(name, shape));

/** q k^T, scaled */
function product(g: Emitter, layer: Layer, q: Sym, k: Sym): string {
  const scores = g.node(layer, "matmul", [q.value, g.transpose(layer, k.value, [0, 2, 1])]);
  return layer.flag("use_scale") ? g.binary(layer, "mul", scores, weight(g, layer, "scale", [])) : scores;
}

/** Over features: scale tanh(q + k) where additive, else weight tanh(scale (q + k)). */
function summed(g: Emitter, layer: Layer, q: Sym, k: Sym, features: number, additive: boolean): string {
  const pairs = g.binary(
    layer,
    "add",
    g.reshape(layer, q.value, [0, -1, 1, features]),
    g.reshape(layer, k.value, [0, 1, -1, features]),
  );
  const scale = layer.flag("use_scale", additive) ? weight(g, layer, "scale", additive ? [features] : []) : undefined;
  const scaled = (x: string) => (scale === undefined ? x : g.binary(layer, "mul", x, scale));
  const each = additive ? scaled(g.unary(layer, pairs, "tanh")) : g.unary(layer, scaled(pairs), "tanh");
  const sum = g.node(layer, "reduce", [each], { function: "sum", axes: [-1], keep_dims: false });
  return additive ? sum : g.binary(layer, "mul", sum, weight(g, layer, "concat_score_weight", []));
}

/** bool [B, queries, keys]: the keys up to each query. */
function before(g: Emitter, layer: Layer, q: Sym, k: Sym): string {
  const [rows, columns] = [q, k].map((x) => {
    const ones = g.cast(layer, everyStep(g, layer, x), "float32");
    return g.node(layer, "cumulate", [ones], { axis: 1 });
  });
  return g.binary(layer, "greater_equal", rows, g.transpose(layer, columns, [0, 2, 1]));
}

export const ATTENTION: Readonly<Record<string, Kind>> = {
  Attention: attention(false),
  AdditiveAttention: attention(true),
};
