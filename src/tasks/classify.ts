import { checkCount, readOptions } from "../check.ts";
import type { Items } from "../run/items.ts";
import { runnerOf, type Model } from "../run/model.ts";

/** A label and how probable it is; without labels in the description, the output's index. */
export interface Label {
  /** Of the description; the index as text where it has none. */
  readonly label: string;
  /** 0 to 1. */
  readonly probability: number;
}

/**
 * The `top` most probable labels of a sequence, the most probable first; of equal ones the first. For a net
 * without `last` those of every timestep.
 */
export function classify(model: Model, x: Items, options: { readonly top?: number }): Label[] | Label[][] {
  const { top = 3 } = readOptions(options, ["top"]);
  const { net } = runnerOf(model);
  const { type } = net.layers[net.layers.length - 1];
  if (type !== "softmax" && type !== "linear")
    throw new TypeError(`classify: expected a net that ends in linear or softmax, got ${type}`);
  const { output } = model.run(x);
  checkCount("top", top, 1);
  const { outputSize } = net.program;
  const { labels } = net.description;
  const rows = Array.from({ length: output.length / outputSize }, (_, i) => {
    const row = output.subarray(i * outputSize, (i + 1) * outputSize);
    return Array.from(net.softmax ? row : softmax(row), (probability, k) => ({
      label: labels?.[k] ?? String(k),
      probability,
    }))
      .sort((a, b) => b.probability - a.probability)
      .slice(0, top);
  });
  return net.layers.some((l) => l.type === "last") ? rows[0] : rows;
}

/** exp(x - max x) / sum exp(x - max x) */
function softmax(x: Float32Array): Float64Array {
  const top = x.reduce((a, b) => Math.max(a, b), -Infinity);
  const e = Float64Array.from(x, (v) => Math.exp(v - top));
  const sum = e.reduce((a, b) => a + b);
  return e.map((v) => v / sum);
}
