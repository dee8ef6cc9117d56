import { checkCount } from "../check.ts";
import type { Net } from "../model/build.ts";

/** A label and how probable it is; without labels in the description, the output's index. */
export interface Label {
  readonly label: string;
  readonly probability: number;
}

/** Throws TypeError unless the net's outputs are probabilities, or logits of a linear layer. @internal */
export function checkClassifier(net: Net): void {
  const { type } = net.layers[net.layers.length - 1];
  if (type !== "softmax" && type !== "linear")
    throw new TypeError(`classify: expected a net that ends in linear or softmax, got ${type}`);
}

/**
 * The `top` most probable labels of each row of `output`, the most probable first; of equal ones the first.
 * @internal
 */
export function labelRows(net: Net, output: Float32Array, top: number): Label[][] {
  checkCount("top", top, 1);
  const { outputSize } = net.program;
  const { labels } = net.description;
  return Array.from({ length: output.length / outputSize }, (_, i) => {
    const row = output.subarray(i * outputSize, (i + 1) * outputSize);
    return Array.from(net.softmax ? row : softmax(row), (probability, k) => ({
      label: labels?.[k] ?? String(k),
      probability,
    }))
      .sort((a, b) => b.probability - a.probability)
      .slice(0, top);
  });
}

/** exp(x - max x) / sum exp(x - max x) */
function softmax(x: Float32Array): Float64Array {
  const top = x.reduce((a, b) => Math.max(a, b), -Infinity);
  const e = Float64Array.from(x, (v) => Math.exp(v - top));
  const sum = e.reduce((a, b) => a + b);
  return e.map((v) => v / sum);
}
