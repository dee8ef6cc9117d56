// Law 1 over graphs: step by step, in blocks, saved and resumed, as one of a batch: bit for bit what run gives.
import { describe, expect, test } from "vitest";
import type { Graph } from "../../src/graph/graph.ts";
import { FormatError } from "../../src/index.ts";
import { OPS } from "../../src/ops/registry.ts";
import { GraphModel } from "../../src/run/graph-model.ts";
import { CASES, graphOf } from "../import/cases.ts";
import { LAYERS, layerGraph, randomGraph } from "../support/graphs.ts";
import { kerasModels, tfjsModels } from "../support/imported.ts";
import { SLOW } from "../support/laws.ts";
import { holds } from "../support/one-answer.ts";

function holdsOf(graph: Graph, seed: number): void {
  using model = new GraphModel(graph);
  holds(model, seed);
}

describe("each reach alone", () => {
  test.each(Object.keys(LAYERS))("%s", (name) => {
    for (let seed = 1; seed <= (SLOW ? 40 : 4); seed++) holdsOf(layerGraph(name, seed), seed);
  });
});

test("every op that reaches row, window or scan is among them", () => {
  const seen = new Set(
    Object.keys(LAYERS).flatMap((name) =>
      [1, 2, 3, 4].flatMap((seed) => layerGraph(name, seed).nodes.map((n) => n.op)),
    ),
  );
  expect(Object.keys(OPS).filter((word) => OPS[word].reach && !seen.has(word))).toEqual([]);
});

test("random graphs", () => {
  for (let seed = 1; seed <= (SLOW ? 1000 : 40); seed++) holdsOf(randomGraph(seed), seed);
});

describe("captures of amplifiers and voices", () => {
  test.each(CASES.map((c) => [`${c.format}: ${c.name}`, c] as const))("%s", (_, c) => holdsOf(graphOf(c), 1));
});

describe("Keras and TensorFlow.js: streams, or is refused by the node", () => {
  const models = [...kerasModels(), ...tfjsModels()].filter((m) => m.says === null);
  test.each(models.map((m) => [m.name, m] as const))("%s", (_, { graph, files }) => {
    const net = graph(files);
    using model = new GraphModel(net);
    try {
      model.stream().dispose();
    } catch (error) {
      expect(error).toBeInstanceOf(FormatError);
      expect((error as Error).message).toMatch(/^stream: expected .*: use run$/);
      return;
    }
    holds(model, 1);
  });
});
