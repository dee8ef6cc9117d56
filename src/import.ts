import { readNpz } from "./formats/npz.ts";
import type { Safetensors } from "./formats/safetensors.ts";
import { readTorch } from "./formats/torch.ts";
import { fileGraph } from "./import/list.ts";
import { guitarmlGraph } from "./import/guitarml.ts";
import { kerasGraph } from "./import/keras/keras.ts";
import { namGraph } from "./import/nam.ts";
import { rnnoiseGraph } from "./import/rnnoise.ts";
import { rtneuralGraph } from "./import/rtneural.ts";
import { tfjsGraph, type ShardSource } from "./import/tfjs/tfjs.ts";
import { unwrap } from "./model/unwrap.ts";
import { GraphModel, type GraphModelOptions } from "./run/graph-model.ts";
import { Model, type ModelOptions } from "./tasks/model.ts";

export { FormatError, type FormatCode } from "./check.ts";
export { readNpz } from "./formats/npz.ts";
export { readTorch } from "./formats/torch.ts";
export type { Graph } from "./graph/graph.ts";
export type { ShardSource } from "./import/tfjs/tfjs.ts";
export { GraphModel, type GraphModelOptions, type GraphResult } from "./run/graph-model.ts";
export type { GraphStream } from "./run/graph-stream.ts";
export type { Model, ModelOptions } from "./tasks/model.ts";

type Bytes = Uint8Array | ArrayBuffer;

/**
 * Loads a state_dict, or a checkpoint with one, from a file of torch.save (.pt, .pth, .bin), of any version. The
 * description is in `options`, `json`, the checkpoint's entry `unrolled`, or inferred where the tensors leave one
 * reading. Nothing in the file runs. Throws FormatError where file or description cannot be run exactly.
 */
export function fromTorch(file: Bytes, options?: ModelOptions, json?: string): Model {
  return load(readTorch(asBytes(file)), options, json);
}

/** Loads a model from a file of numpy.savez or savez_compressed, its arrays named as a state_dict's tensors. */
export function fromNpz(file: Bytes, options?: ModelOptions, json?: string): Model {
  return load(readNpz(asBytes(file)), options, json);
}

/**
 * Loads a safetensors file that describes a list of layers, as a graph, with the bits of `Model`: its input "x"
 * [batch, time, features], or ids [batch, time], its output "output". Weights are float32.
 */
export function fromSafetensors(file: Bytes, options?: GraphModelOptions): GraphModel {
  return new GraphModel(fileGraph(asBytes(file)), options);
}

/**
 * Loads a Keras model: .keras, or .h5 of Keras 3, TF2 or Keras 2. Throws FormatError, with the layer, for what is not
 * run.
 */
export function fromKeras(file: Bytes, options?: GraphModelOptions): GraphModel {
  return new GraphModel(kerasGraph(asBytes(file)), options);
}

/** Loads a TensorFlow.js layers model from its model.json, parsed, and its weight files by the paths that it names. */
export function fromTfjs(model: unknown, shards: ShardSource, options?: GraphModelOptions): GraphModel {
  return new GraphModel(tfjsGraph(model, shards), options);
}

/** Loads an RTNeural or AIDA-X model's JSON. */
export function fromRtNeural(file: Bytes, options?: GraphModelOptions): GraphModel {
  return new GraphModel(rtneuralGraph(asBytes(file)), options);
}

/** Loads a Neural Amp Modeler capture: LSTM from its stored state, WaveNet and ConvNet after their reach of silence. */
export function fromNam(file: Bytes, options?: GraphModelOptions): GraphModel {
  return new GraphModel(namGraph(asBytes(file)), options);
}

/** Loads a GuitarML (Proteus) model's JSON. */
export function fromGuitarMl(file: Bytes, options?: GraphModelOptions): GraphModel {
  return new GraphModel(guitarmlGraph(asBytes(file)), options);
}

/** Loads RNNoise's text of weights: 42 features to 22 gains and the probability of a voice. */
export function fromRnnoise(file: Bytes, options?: GraphModelOptions): GraphModel {
  return new GraphModel(rnnoiseGraph(asBytes(file)), options);
}

function load({ tensors, metadata }: Safetensors, options: ModelOptions = {}, json = metadata.get("unrolled")): Model {
  return Model.fromTensors(unwrap(tensors, options, json), options, json);
}

const asBytes = (file: Bytes) => (file instanceof ArrayBuffer ? new Uint8Array(file) : file);
