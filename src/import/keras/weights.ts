import { FormatError, shown } from "../../check.ts";
import type { Dataset } from "../../formats/hdf5/dataset.ts";
import type { Hdf5Object } from "../../formats/hdf5/hdf5.ts";
import type { Layer } from "./layer.ts";

/** A variable of a layer, in Keras's order, with the layers around it. */
interface Variable {
  readonly layer: Layer;
  readonly name: string;
  /** Trained in its model: these come first in a legacy file. */
  readonly trained: boolean;
  readonly around: readonly Layer[];
}

const NEVER_TRAINED = new Set(["moving_mean", "moving_variance", "mean", "variance", "count"]);

/** All variables within a layer, in order. */
export function variablesOf(layer: Layer, trained = true, around: readonly Layer[] = []): Variable[] {
  const here = trained && layer.trainable;
  const path = [...around, layer];
  const own = (layer.kind.variables?.(layer) ?? []).map((name) => ({
    layer,
    name,
    trained: here && !NEVER_TRAINED.has(name),
    around: path,
  }));
  return [...own, ...layer.children.flatMap((child) => variablesOf(child.layer, here, path))];
}

/**
 * Finds the weights in a `model.weights.h5` of Keras 3, whose groups follow the model's structure:
 * `layers/lstm/cell/vars/0`. What is trained lies in `optimizer`, random states in `seed_generator`.
 */
export function findByPlace(model: Layer, file: Hdf5Object): void {
  const used = new Set<string>();
  const visit = (layer: Layer, path: string): void => {
    const names = layer.kind.variables?.(layer) ?? [];
    const place = `${path}${layer.kind.cell ? "/cell" : ""}/vars`.replace(/^\//, "");
    names.forEach((name, i) => {
      const dataset = file.find(`${place}/${i}`);
      if (dataset === undefined) {
        throw new FormatError("tensor", `${layer.label}: expected weights ${name} at ${place}/${i}, got none`);
      }
      used.add(dataset.path);
      layer.variables.set(name, dataset.read());
    });
    for (const child of layer.children) visit(child.layer, `${path}/${child.at}`);
  };
  visit(model, "");
  const left = leftOver(file, used);
  if (left !== undefined) {
    throw new FormatError("tensor", `Keras: weights ${shown(left)} belong to no layer of the model`);
  }
}

/** The path of a dataset that was not used. */
function leftOver(file: Hdf5Object, used: ReadonlySet<string>): string | undefined {
  const seen = new Set<number>();
  const pending = [file];
  for (const object of pending) {
    if (seen.has(object.address)) continue;
    seen.add(object.address);
    if (object.isDataset) {
      if (!used.has(object.path)) return object.path;
      continue;
    }
    for (const name of object.names()) {
      if (name === "seed_generator" || (object === file && name === "optimizer")) continue;
      const member = object.find(name);
      if (member !== undefined) pending.push(member);
    }
  }
  return undefined;
}

/**
 * Finds the weights in a legacy `.h5`: a group for each layer of the model, in it `weight_names` of all variables
 * within, the trained ones first.
 */
export function findByOrder(model: Layer, file: Hdf5Object): void {
  const group = file.find("model_weights") ?? file;
  const known = new Set(model.children.map((child) => child.layer.name));
  for (const name of texts(group, "layer_names")) {
    if (!known.has(name) && textsOf(group, name).length > 0) {
      throw new FormatError("tensor", `Keras: weights of layer ${shown(name)} belong to no layer of the model`);
    }
  }
  for (const { layer } of model.children) {
    const all = variablesOf(layer, model.trainable);
    const wanted = [...all.filter((v) => v.trained), ...all.filter((v) => !v.trained)];
    const names = wanted.length === 0 && group.find(layer.name) === undefined ? [] : textsOf(group, layer.name);
    if (names.length !== wanted.length) {
      throw new FormatError("tensor", `${layer.label}: expected ${wanted.length} weights, got ${names.length}`);
    }
    wanted.forEach((variable, i) =>
      variable.layer.variables.set(variable.name, readNamed(group, layer, variable, names[i])),
    );
  }
}

function readNamed(group: Hdf5Object, layer: Layer, variable: Variable, name: string): Dataset {
  if (!isCalled(name, variable.name)) {
    throw new FormatError("tensor", `${variable.layer.label}: expected weights ${variable.name}, got ${shown(name)}`);
  }
  const dataset = group.find(`${layer.name}/${name}`);
  if (dataset === undefined) {
    throw new FormatError(
      "tensor",
      `${variable.layer.label}: expected weights at ${shown(`${layer.name}/${name}`)}, got none`,
    );
  }
  return dataset.read();
}

/** Whether a path ends in a variable's name: "lstm/lstm_cell/kernel:0", "dense/kernel_1". */
export function isCalled(path: string, name: string): boolean {
  const last = path
    .slice(path.lastIndexOf("/") + 1)
    .replace(/:\d+$/, "")
    .replace(/_\d+$/, "");
  return last === name || (name === "depthwise_kernel" && last === "kernel");
}

function textsOf(group: Hdf5Object, layer: string): string[] {
  const own = group.find(layer);
  if (own === undefined) throw new FormatError("tensor", `Keras: expected weights of layer ${shown(layer)}, got none`);
  return texts(own, "weight_names");
}

/** A list of names; above 64 KB in parts name0, name1, ... */
function texts(group: Hdf5Object, name: string): string[] {
  const whole = group.texts(name);
  if (whole !== undefined) return whole;
  const parts: string[] = [];
  for (let i = 0; ; i++) {
    const part = group.texts(`${name}${i}`);
    if (part !== undefined) parts.push(...part);
    else if (i > 0) return parts;
    else throw new FormatError("header", `Keras: ${group.path || "file"}: expected ${name}, got none`);
  }
}
