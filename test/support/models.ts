import { readFileSync } from "node:fs";
import { Model, tensor, type ModelOptions } from "../../src/index.ts";
import { Random } from "./random.ts";
import { cellShapes } from "./weights.ts";

const file = (name: string) => readFileSync(new URL(`../../examples/models/${name}`, import.meta.url));

/** A model of examples/models. */
export function example(name: string, options: ModelOptions = {}): Model {
  return Model.fromSafetensors(file(`${name}.safetensors`), options);
}

/** The objects of a file of examples/models, one a line. */
export function linesOf<T>(name: string): T[] {
  return file(name)
    .toString()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as T);
}

/** The yearly numbers of examples/models/sunspots.csv. */
export function sunspots(from: number, to: number): Float32Array {
  const rows = file("sunspots.csv")
    .toString()
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(",").map(Number));
  return Float32Array.from(
    rows.filter(([year]) => year >= from && year <= to),
    ([, value]) => value,
  );
}

/** A net whose logits are these after any item: what it draws is independent. */
export function constantLogits(logits: ArrayLike<number>, options: ModelOptions = {}): Model {
  const n = logits.length;
  return Model.fromTensors(
    [
      tensor("table.weight", [n, 1], new Float32Array(n)),
      tensor("cell.weight_ih_l0", [1, 1], new Float32Array(1)),
      tensor("cell.weight_hh_l0", [1, 1], new Float32Array(1)),
      tensor("head.weight", [n, 1], new Float32Array(n)),
      tensor("head.bias", [n], Float32Array.from(logits)),
    ],
    {
      input: "ids",
      layers: [
        { type: "embedding", weights: "table" },
        { type: "rnn", weights: "cell" },
        { type: "linear", weights: "head" },
      ],
      ...options,
    },
  );
}

/** A random language model of `vocabulary` ids: embedding, cells, linear, and softmax if asked for. */
export function languageModel(
  type: "rnn" | "lstm" | "gru",
  vocabulary: number,
  H: number,
  seed: number,
  { softmax = false, last = false, layers = 1 } = {},
  options: ModelOptions = {},
): Model {
  const random = new Random(seed);
  const shapes = {
    "table.weight": [vocabulary, 5],
    ...cellShapes(type, "cell.", 5, H, { layers }),
    "head.weight": [vocabulary, H],
    "head.bias": [vocabulary],
  };
  const tensors = Object.entries(shapes).map(([name, shape]) =>
    tensor(
      name,
      shape,
      random.floats(
        shape.reduce((a, b) => a * b, 1),
        1,
      ),
    ),
  );
  return Model.fromTensors(tensors, {
    input: "ids",
    layers: [
      { type: "embedding", weights: "table" },
      { type, weights: "cell" },
      ...(last ? [{ type: "last" } as const] : []),
      { type: "linear", weights: "head" },
      ...(softmax ? [{ type: "softmax" } as const] : []),
    ],
    ...options,
  });
}
