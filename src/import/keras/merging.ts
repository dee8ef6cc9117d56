import type { Dim } from "../../graph/graph.ts";
import { axisOf, featuresOf, sizeOf, type Emitter, type Sym } from "./emitter.ts";
import type { Kind, Layer } from "./layer.ts";

/** Sizes of tensors of one rank, broadcast. */
function together(layer: Layer, inputs: readonly Sym[]): Dim[] {
  const [first, ...rest] = inputs;
  for (const { dims } of rest) {
    const fits = dims.length === first.dims.length && dims.every((d, i) => [d, first.dims[i]].includes("?") || d === first.dims[i] || d === 1 || first.dims[i] === 1
      || typeof d !== typeof first.dims[i]);
    if (!fits) throw layer.error(`expected inputs that go together, got ${inputs.map((x) => `[${x.dims.join(", ")}]`).join(" and ")}`);
  }
  return first.dims.map((_, i) => inputs.map((x) => x.dims[i]).reduce((a, b) => (a === 1 ? b : b === 1 || typeof a === "number" ? a : b)));
}

/** Keras 3 counts a step where any mask does, and all where an input has none; before, where all masks do. */
function mergedMask(g: Emitter, layer: Layer, inputs: readonly Sym[]): string | undefined {
  const masks = [...new Set(inputs.map((x) => x.mask))];
  const newer = layer.generation === "keras 3";
  if (newer && masks.includes(undefined)) return undefined;
  const known = masks.filter((m) => m !== undefined);
  return known.length === 0 ? undefined : known.reduce((a, b) => g.binary(layer, newer ? "or" : "and", a, b));
}

const merging = (fn: string, finish?: (g: Emitter, layer: Layer, x: string, count: number) => string): Kind => ({
  build: (g, layer, inputs) => {
    if (inputs.length < 2) throw layer.error(`expected at least 2 inputs, got ${inputs.length}`);
    if (fn === "sub" && inputs.length !== 2) throw layer.error(`expected 2 inputs, got ${inputs.length}`);
    const dims = together(layer, inputs);
    const value = inputs.map((x) => x.value).reduce((a, b) => g.binary(layer, fn, a, b));
    return [{ value: finish?.(g, layer, value, inputs.length) ?? value, dims, mask: mergedMask(g, layer, inputs) }];
  },
});

const concatenate: Kind = {
  build: (g, layer, inputs) => {
    const rank = inputs[0].dims.length;
    const axis = axisOf(layer, layer.number("axis", -1), rank);
    const rest = (x: Sym) => x.dims.filter((_, i) => i !== axis);
    const alike = inputs.every((x) => x.dims.length === rank && rest(x).every((d, i) => typeof d !== "number" || typeof rest(inputs[0])[i] !== "number" || d === rest(inputs[0])[i]));
    if (axis === 0 || !alike) throw layer.error(`expected inputs that differ along axis ${axis} alone, got ${inputs.map((x) => `[${x.dims.join(", ")}]`).join(" and ")}`);
    const sizes = inputs.map((x) => x.dims[axis]);
    const size: Dim = sizes.every((n) => typeof n === "number") ? sizes.reduce((a, b) => a + b, 0) : "?";
    const value = g.node(layer, "concat", inputs.map((x) => x.value), { axis });
    const dims = inputs[0].dims.map((d, i) => (i === axis ? size : d));
    return [{ value, dims, mask: concatenatedMask(g, layer, inputs, axis) }];
  },
};

/** Masks one after the other along time; along features, of each step. An input without one counts at every step. */
function concatenatedMask(g: Emitter, layer: Layer, inputs: readonly Sym[], axis: number): string | undefined {
  if (inputs.every((x) => x.mask === undefined)) return undefined;
  if (inputs[0].dims.length === 3 && axis === 2) {
    if (layer.generation === "keras 3" && inputs.some((x) => x.mask === undefined)) return undefined;
    return mergedMask(g, layer, inputs);
  }
  if (inputs[0].dims.length === 3 && axis === 1 && inputs.every((x) => x.mask !== undefined)) {
    return g.node(layer, "concat", inputs.map((x) => x.mask!), { axis: 1 });
  }
  throw layer.error(`masks of inputs [${inputs[0].dims.join(", ")}] along axis ${axis} are not run`);
}

/** Sums of products over one axis of each. */
const dot: Kind = {
  build: (g, layer, inputs) => {
    if (inputs.length !== 2) throw layer.error(`expected 2 inputs, got ${inputs.length}`);
    layer.only("normalize", false);
    const given = layer.integers("axes");
    const axes = inputs.map((x, i) => axisOf(layer, given[given.length === 1 ? 0 : i], x.dims.length));
    const [a, b] = inputs.map((x, i) => {
      const { dims, value } = x;
      if (axes[i] === 0 || dims.length < 2 || dims.length > 3) throw layer.error(`a product of [${dims.join(", ")}] along axis ${axes[i]} is not run`);
      // a [B, n, k], b [B, k, m]
      if (dims.length === 2) return { value: g.reshape(layer, value, i === 0 ? [0, 1, -1] : [0, -1, 1]), rest: [] };
      const turned = axes[i] === (i === 0 ? 1 : 2);
      return { value: turned ? g.transpose(layer, value, [0, 2, 1]) : value, rest: [dims[axes[i] === 1 ? 2 : 1]] };
    });
    const value = g.node(layer, "matmul", [a.value, b.value]);
    const rest = [...a.rest, ...b.rest];
    if (rest.length === 0) return [{ value: g.reshape(layer, value, [0, 1]), dims: [inputs[0].dims[0], 1] }];
    return [{ value: rest.length === 2 ? value : g.reshape(layer, value, [0, -1]), dims: [inputs[0].dims[0], ...rest] }];
  },
};

/** softmax(scores(q, k)) v; steps of v that a mask leaves out score 1e9 less, and those of q give zeros. */
const attention = (additive: boolean): Kind => ({
  variables: (layer) => [
    ...(layer.flag("use_scale", additive) ? ["scale"] : []),
    ...(layer.value("score_mode") === "concat" ? ["concat_score_weight"] : []),
  ],
  calls: { flags: ["use_causal_mask"] },
  build: (g, layer, inputs, call) => {
    if (inputs.length < 2 || inputs.length > 3) throw layer.error(`expected query, value and maybe key, got ${inputs.length} inputs`);
    const [q, v, k = v] = inputs;
    if (inputs.some((x) => x.dims.length !== 3)) throw layer.error("expected inputs of 3 axes");
    layer.number("dropout", 0);
    const features = featuresOf(layer, q);
    const scores = additive || layer.word("score_mode", ["dot", "concat"], "dot") === "concat"
      ? summed(g, layer, q, k, features, additive)
      : product(g, layer, q, k);
    const causal = layer.flag("causal") || call.flags.includes("use_causal_mask");
    const seen = causal ? before(g, layer, sizeOf(layer, q, 1), sizeOf(layer, v, 1)) : undefined;
    const counts = v.mask === undefined ? undefined : g.reshape(layer, v.mask, [0, 1, -1]);
    const mask = seen !== undefined && counts !== undefined ? g.binary(layer, "and", counts, seen) : seen ?? counts;
    const masked = mask === undefined ? scores : g.node(layer, "where", [mask, scores, g.unary(layer, scores, "affine", 1, -1e9)]);
    const mixed = g.node(layer, "matmul", [g.node(layer, "softmax", [masked], { axis: -1 }), v.value]);
    const value = q.mask === undefined ? mixed : g.node(layer, "where", [g.reshape(layer, q.mask, [0, -1, 1]), mixed, g.scalar(0)]);
    return [{ value, dims: [q.dims[0], q.dims[1], v.dims[2]], mask: q.mask }];
  },
});

const weight = (g: Emitter, layer: Layer, name: string, shape: readonly number[]) => g.weights(layer, name, shape, () => layer.weights(name, shape));

/** q k^T, scaled */
function product(g: Emitter, layer: Layer, q: Sym, k: Sym): string {
  const scores = g.node(layer, "matmul", [q.value, g.transpose(layer, k.value, [0, 2, 1])]);
  return layer.flag("use_scale") ? g.binary(layer, "mul", scores, weight(g, layer, "scale", [])) : scores;
}

/** Over features: scale tanh(q + k) where additive, else weight tanh(scale (q + k)). */
function summed(g: Emitter, layer: Layer, q: Sym, k: Sym, features: number, additive: boolean): string {
  const pairs = g.binary(layer, "add", g.reshape(layer, q.value, [0, -1, 1, features]), g.reshape(layer, k.value, [0, 1, -1, features]));
  const scale = layer.flag("use_scale", additive) ? weight(g, layer, "scale", additive ? [features] : []) : undefined;
  const scaled = (x: string) => (scale === undefined ? x : g.binary(layer, "mul", x, scale));
  const each = additive ? scaled(g.unary(layer, pairs, "tanh")) : g.unary(layer, scaled(pairs), "tanh");
  const sum = g.node(layer, "reduce", [each], { function: "sum", axes: [-1], keep_dims: false });
  return additive ? sum : g.binary(layer, "mul", sum, weight(g, layer, "concat_score_weight", []));
}

/** bool [1, queries, keys]: the keys up to each query. */
function before(g: Emitter, layer: Layer, queries: number, keys: number): string {
  if (queries * keys > 2 ** 24) throw layer.error(`a causal mask of [${queries}, ${keys}] is not run`);
  const mask = Int32Array.from({ length: queries * keys }, (_, i) => (i % keys <= Math.floor(i / keys) ? 1 : 0));
  return g.writer.constant(mask, "bool", [1, queries, keys]);
}

export const MERGING: Readonly<Record<string, Kind>> = {
  Add: merging("add"),
  Subtract: merging("sub"),
  Multiply: merging("mul"),
  Average: merging("add", (g, layer, x, count) => g.binary(layer, "div", x, g.scalar(count))),
  Maximum: merging("max"),
  Minimum: merging("min"),
  Concatenate: concatenate,
  Dot: dot,
  Attention: attention(false),
  AdditiveAttention: attention(true),
};
