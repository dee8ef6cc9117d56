// `unrolled/core`: nets of float32 that run, encode and stream.
import { compile as compileAny } from "./wasm/load.ts";

export { FormatError, type FormatCode } from "./check.ts";
export { readSafetensors, writeSafetensors, type Safetensors } from "./formats/safetensors.ts";
export type { CellDescription, CellOptions, Description, LayerDescription } from "./layers/description.ts";
export type { LayerFacts } from "./layers/layer.ts";
export type { Region } from "./memory/plan.ts";
export { tensor, toFloat32, toIntegers, type Dtype, type Tensor } from "./tensors/tensor.ts";
export type { Items } from "./run/items.ts";
export { Model } from "./run/model.ts";
export type { MemoryUse, ModelOptions, RunOptions, RunResult, StateSize } from "./run/options.ts";
export type { State } from "./run/state.ts";
export type { Stream } from "./run/stream.ts";

/**
 * The WebAssembly.Module that this host runs fastest, or with `deterministic` the base build's.
 * Compiled once a process. Post it to a Worker or an AudioWorklet and pass it
 * there as `ModelOptions.module`: then nothing is decoded or compiled on that thread.
 */
export const compile: (options?: { readonly deterministic?: boolean }) => object = compileAny;
