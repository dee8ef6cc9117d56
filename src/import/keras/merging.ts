import type { Dim } from "../../graph/graph.ts";
import { MANGLED } from "./apply.ts";
import { axisOf, everyStep, shapesOf, type Emitter, type Sym } from "./emitter.ts";
import type { Kind, Layer } from "./layer.ts";
import { unitNorm } from "./normalization.ts";

/** Sizes of tensors of one rank, broadcast. */
function together(layer: Layer, inputs: readonly Sym[]): Dim[] {
  const [first, ...rest] = inputs;
  for (const { dims } of rest) {
    const fits =
      dims.length === first.dims.length &&
      dims.every(
        (d, i) =>
          [d, first.dims[i]].includes("?") ||
          d === first.dims[i] ||
          d === 1 ||
          first.dims[i] === 1 ||
          typeof d !== typeof first.dims[i],
      );
    if (!fits) {
      throw layer.error(`expected inputs that go together, got ${shapesOf(inputs)}`);
    }
  }
  return first.dims.map((_, i) =>
    inputs.map((x) => x.dims[i]).reduce((a, b) => (a === 1 ? b : b === 1 || typeof a === "number" ? a : b)),
  );
}

/** Keras 3 counts a step where any mask does, and all where an input has none; before, where all masks do. */
function mergedMask(g: Emitter, layer: Layer, inputs: readonly Sym[]): string | undefined {
  const masks = [...new Set(inputs.map((x) => x.mask))];
  if (layer.generation === "tfjs") return masks.some((m) => m !== undefined) ? MANGLED : undefined;
  const newer = layer.generation === "keras 3";
  if (newer && masks.includes(undefined)) return undefined;
  const known = masks.filter((m) => m !== undefined);
  return known.length === 0 ? undefined : known.reduce((a, b) => g.binary(layer, newer ? "or" : "and", a, b));
}

/** Inputs of fewer axes get axes of 1 behind the batch's. */
function ofOneRank(g: Emitter, layer: Layer, inputs: readonly Sym[]): Sym[] {
  const rank = Math.max(...inputs.map((x) => x.dims.length));
  return inputs.map((x) => {
    const ones = Array<number>(rank - x.dims.length).fill(1);
    if (ones.length === 0) return x;
    const [batch, ...rest] = x.dims;
    const shape = [0, ...ones, ...rest.map((d) => (typeof d === "number" ? d : -1))];
    if (rest.filter((d) => typeof d !== "number").length > 1)
      throw layer.error(`inputs ${shapesOf(inputs)} are not run`);
    return { ...x, value: g.reshape(layer, x.value, shape), dims: [batch, ...ones, ...rest] };
  });
}

const merging = (fn: string, finish?: (g: Emitter, layer: Layer, x: string, count: number) => string): Kind => ({
  build: (g, layer, given) => {
    if (given.length < 2) throw layer.error(`expected at least 2 inputs, got ${given.length}`);
    if (fn === "sub" && given.length !== 2) throw layer.error(`expected 2 inputs, got ${given.length}`);
    const inputs = ofOneRank(g, layer, given);
    const dims = together(layer, inputs);
    const mask = mergedMask(g, layer, inputs);
    if (layer.generation === "keras 3" && MASKED.has(fn) && inputs.some((x) => x.mask !== undefined)) {
      if (given.some((x) => x.dims.length !== 3)) throw layer.error("masks of inputs that have not 3 axes are not run");
      return [{ value: masked(g, layer, fn, inputs, mask), dims, mask }];
    }
    const value = inputs.map((x) => x.value).reduce((a, b) => g.binary(layer, fn, a, b));
    return [{ value: finish?.(g, layer, value, inputs.length) ?? value, dims, mask }];
  },
});

/** Merges in which Keras 3 leaves out the steps that a mask does. */
const MASKED = new Set(["mul", "max", "min"]);

/**
 * A product takes 1 where a mask leaves a step out, and is 0 where every input has a mask and all do. Of an extreme,
 * the inputs so far and the next one stand for each other where a mask leaves one out.
 */
function masked(g: Emitter, layer: Layer, fn: string, inputs: readonly Sym[], mask: string | undefined): string {
  const rows = (m: string) => g.reshape(layer, m, [0, -1, 1]);
  const where = (m: string | undefined, x: string, other: string) =>
    m === undefined ? x : g.node(layer, "where", [rows(m), x, other]);
  if (fn === "mul") {
    const product = inputs.map((x) => where(x.mask, x.value, g.scalar(1))).reduce((a, b) => g.binary(layer, fn, a, b));
    return where(mask, product, g.scalar(0));
  }
  let { value, mask: seen } = inputs[0];
  for (const x of inputs.slice(1)) {
    const next = where(x.mask, x.value, value);
    value = g.binary(layer, fn, where(seen, value, next), next);
    seen = seen === undefined || x.mask === undefined ? undefined : g.binary(layer, "or", seen, x.mask);
  }
  return value;
}

const concatenate: Kind = {
  build: (g, layer, inputs) => {
    const rank = inputs[0].dims.length;
    const axis = axisOf(layer, layer.number("axis", -1), rank);
    const rest = (x: Sym) => x.dims.filter((_, i) => i !== axis);
    const alike = inputs.every(
      (x) =>
        x.dims.length === rank &&
        rest(x).every(
          (d, i) => typeof d !== "number" || typeof rest(inputs[0])[i] !== "number" || d === rest(inputs[0])[i],
        ),
    );
    if (axis === 0 || !alike) {
      throw layer.error(`expected inputs that differ along axis ${axis} alone, got ${shapesOf(inputs)}`);
    }
    const sizes = inputs.map((x) => x.dims[axis]);
    const size: Dim = sizes.every((n) => typeof n === "number") ? sizes.reduce((a, b) => a + b, 0) : "?";
    const value = g.node(
      layer,
      "concat",
      inputs.map((x) => x.value),
      { axis },
    );
    const dims = inputs[0].dims.map((d, i) => (i === axis ? size : d));
    return [{ value, dims, mask: concatenatedMask(g, layer, inputs, axis) }];
  },
};

/** Masks one after the other along time; along features, of each step. An input without one counts at every step. */
function concatenatedMask(g: Emitter, layer: Layer, inputs: readonly Sym[], axis: number): string | undefined {
  if (inputs.every((x) => x.mask === undefined)) return undefined;
  if (inputs.some((x) => x.mask === MANGLED)) return MANGLED;
  if (inputs[0].dims.length === 3 && axis === 2) {
    const known = inputs.filter((x) => x.mask !== undefined);
    if (layer.generation === "keras 3" && known.length < inputs.length) return undefined;
    const masks = [...new Set(known.map((x) => x.mask!))];
    return masks.reduce((a, b) => g.binary(layer, layer.generation === "keras 3" ? "or" : "and", a, b));
  }
  const mixed = layer.generation !== "keras 3" && inputs.some((x) => x.mask === undefined);
  if (inputs[0].dims.length === 3 && axis === 1 && !mixed) {
    const masks = inputs.map((x) => x.mask ?? g.reshape(layer, everyStep(g, layer, x), [0, -1]));
    return g.node(layer, "concat", masks, { axis: 1 });
  }
  throw layer.error(`masks of inputs [${inputs[0].dims.join(", ")}] along axis ${axis} are not run`);
}

/** Sums of products over one axis of each. */
const dot: Kind = {
  build: (g, layer, inputs) => {
    if (inputs.length !== 2) throw layer.error(`expected 2 inputs, got ${inputs.length}`);
    const given = layer.integers("axes");
    const axes = inputs.map((x, i) => axisOf(layer, given[given.length === 1 ? 0 : i], x.dims.length));
    const unit = layer.flag("normalize");
    const [a, b] = inputs.map((x, i) => {
      const { dims } = x;
      if (axes[i] === 0 || dims.length < 2 || dims.length > 3) {
        throw layer.error(`a product of [${dims.join(", ")}] along axis ${axes[i]} is not run`);
      }
      const value = unit ? unitNorm(g, layer, x.value, [axes[i]], 1e-7) : x.value;
      // a [B, n, k], b [B, k, m]
      if (dims.length === 2) return { value: g.reshape(layer, value, i === 0 ? [0, 1, -1] : [0, -1, 1]), rest: [] };
      const turned = axes[i] === (i === 0 ? 1 : 2);
      return { value: turned ? g.transpose(layer, value, [0, 2, 1]) : value, rest: [dims[axes[i] === 1 ? 2 : 1]] };
    });
    const value = g.node(layer, "matmul", [a.value, b.value]);
    const rest = [...a.rest, ...b.rest];
    if (rest.length === 0) return [{ value: g.reshape(layer, value, [0, 1]), dims: [inputs[0].dims[0], 1] }];
    return [
      { value: rest.length === 2 ? value : g.reshape(layer, value, [0, -1]), dims: [inputs[0].dims[0], ...rest] },
    ];
  },
};

export const MERGING: Readonly<Record<string, Kind>> = {
  Add: merging("add"),
  Subtract: merging("sub"),
  Multiply: merging("mul"),
  Average: merging("add", (g, layer, x, count) => g.binary(layer, "div", x, g.scalar(count))),
  Maximum: merging("max"),
  Minimum: merging("min"),
  Concatenate: concatenate,
  Dot: dot,
};
