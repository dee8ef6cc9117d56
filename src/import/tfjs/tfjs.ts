import { FormatError, shown } from "../../check.ts";
import type { Dataset } from "../../formats/hdf5/dataset.ts";
import type { Graph } from "../../graph/graph.ts";
import { graphOf } from "../keras/graph.ts";
import type { Generation, Layer } from "../keras/layer.ts";
import { readLayer } from "../keras/read.ts";
import { isCalled, variablesOf } from "../keras/weights.ts";
import { readManifest, shardsOf, type ShardSource } from "./shards.ts";

export type { ShardSource } from "./shards.ts";

/**
 * Reads a layers model of TensorFlow.js: `model.json` as it was parsed, and its weight files. The graph takes `x`
 * and gives `output` as model.predict does. Throws FormatError for what is damaged, or not run: by layer and attribute.
 */
export function tfjsGraph(json: unknown, shards: ShardSource): Graph {
  const file = object("model.json", json);
  if (file.format === "graph-model" || Array.isArray((file.modelTopology as { node?: unknown } | null)?.node)) {
    const instead = "convert the Keras model with --output_format tfjs_layers_model, or its SavedModel to ONNX";
    throw new FormatError("unsupported", `tfjs: a graph model is not run: ${instead}`);
  }
  const topology = object("modelTopology", file.modelTopology);
  const said = topology.model_config === undefined ? topology : object("model_config", topology.model_config);
  const model = readLayer(said, generationOf(topology.keras_version ?? said.keras_version));
  findByName(model, readManifest(file.weightsManifest, shardsOf(shards)));
  return graphOf(model);
}

/** A converted file keeps the version of the Keras that trained it, and with it what its words mean. */
function generationOf(version: unknown): Generation {
  if (version === undefined || version === null) return "tfjs";
  if (typeof version !== "string") {
    throw new FormatError("unsupported", `tfjs: keras_version: expected text, got ${shown(version)}`);
  }
  return version.startsWith("3.") ? "keras 3" : "tfjs";
}

/**
 * Names are paths: `dense/kernel`, `bidirectional/forward_lstm/kernel`, and from tf.keras `lstm/lstm_cell/kernel`.
 * A variable's is the one of whose parts most are layers around it, and none is another layer.
 */
function findByName(model: Layer, weights: ReadonlyMap<string, Dataset>): void {
  const left = new Set(weights.keys());
  for (const variable of variablesOf(model)) {
    const around = new Set(variable.around.flatMap(namesOf));
    const found = [...left]
      .filter((path) => isCalled(path, variable.name))
      .map((path) => ({ path, score: score(path, around) }));
    const best = Math.max(0, ...found.map((f) => f.score));
    const [first, second] = found.filter((f) => f.score === best && best > 0);
    if (first === undefined || second !== undefined) {
      const got = first === undefined ? "none of its name" : `${shown(first.path)} and ${shown(second.path)}`;
      throw new FormatError("tensor", `${variable.layer.label}: expected weights ${variable.name}, got ${got}`);
    }
    left.delete(first.path);
    variable.layer.variables.set(variable.name, weights.get(first.path)!);
  }
  const [rest] = left;
  if (rest !== undefined) {
    throw new FormatError("tensor", `tfjs: weights ${shown(rest)} belong to no layer of the model`);
  }
}

/** What a layer may be called in a path: by TensorFlow.js, a cell of a stack by its place. */
function namesOf(layer: Layer, i: number, around: readonly Layer[]): string[] {
  const stack = around[i - 1];
  if (stack?.className !== "StackedRNNCells") return [layer.name];
  return [layer.name, `RNNCell_${stack.children.findIndex((child) => child.layer === layer)}`];
}

/** How many parts of a path are layers around; 0 where one is neither that nor a cell. */
function score(path: string, around: ReadonlySet<string>): number {
  const parts = path.split("/").slice(0, -1);
  if (!parts.every((part) => around.has(part) || /_cell(_\d+)?$/.test(part))) return 0;
  return parts.filter((part) => around.has(part)).length;
}

function object(label: string, value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new FormatError("header", `tfjs: ${label}: expected an object, got ${shown(value)}`);
  }
  return value as Record<string, unknown>;
}
