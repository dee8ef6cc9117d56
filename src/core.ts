// `unrolled/core`: nets of float32 that run, encode and stream.
import type { Tensor } from "./tensors/tensor.ts";
import { Model as FullModel } from "./run/model.ts";
import type { ModelOptions as FullOptions } from "./run/options.ts";
import type { Stream as FullStream } from "./run/stream.ts";
import { compile as compileAny } from "./wasm/load.ts";

export { FormatError, type FormatCode } from "./check.ts";
export { readSafetensors, writeSafetensors, type Safetensors } from "./formats/safetensors.ts";
export type { Description, LayerDescription } from "./layers/description.ts";
export { tensor, toFloat32, toIntegers, type Dtype, type Tensor } from "./tensors/tensor.ts";
export type { Items } from "./run/items.ts";
export type { RunOptions, RunResult } from "./run/options.ts";
export type { State } from "./run/state.ts";

/** A description, where the file has none or another is wanted, and how to run. Weights are float32. */
export interface ModelOptions extends Omit<FullOptions, "weights"> {}

/** One recurrent state on a model's weights, which advances a timestep at a time. */
export interface Stream extends Omit<FullStream, "generate" | "generateEach" | "clone"> {
  /** A stream in the same state, which goes its own way. */
  clone(): Stream;
}

type Tasks = "classify" | "score" | "generate" | "generateEach" | "forecast" | "trace";

/** A trained net, ready to run. */
export interface Model extends Omit<FullModel, Tasks | "stream"> {
  /** A new recurrent state on these weights, zero or as saved. Throws TypeError for a bidirectional net. */
  stream(saved?: Uint8Array): Stream;
}

export const Model: (abstract new (...args: never) => Model) & {
  /**
   * Loads a safetensors file: PyTorch's state_dict, and the description under the
   * metadata key `unrolled`, in `options`, or inferred where the tensors leave one
   * reading. Throws FormatError where file or description cannot be run exactly.
   */
  fromSafetensors(file: Uint8Array | ArrayBuffer, options?: ModelOptions): Model;
  /** The same from tensors already read; `json` is a description's text. */
  fromTensors(tensors: readonly Tensor[], options?: ModelOptions, json?: string): Model;
} = FullModel as never;

/**
 * The WebAssembly.Module that this host runs fastest, or with `deterministic` the base build's.
 * Compiled once a process. Post it to a Worker or an AudioWorklet and pass it
 * there as `ModelOptions.module`: then nothing is decoded or compiled on that thread.
 */
export const compile: (options?: { readonly deterministic?: boolean }) => object = compileAny;
