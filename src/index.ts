export { FormatError, type FormatCode } from "./check.ts";
export { readSafetensors, writeSafetensors, type Safetensors } from "./formats/safetensors.ts";
export type { Description, LayerDescription } from "./model/description.ts";
export { tensor, toFloat32, toIntegers, type Dtype, type Tensor } from "./model/tensor.ts";
export { quantizeSafetensors, type Storage } from "./run/quantize.ts";
export type { Items } from "./run/items.ts";
export { Model, type ModelOptions, type RunOptions, type RunResult } from "./run/model.ts";
export type { State } from "./run/state.ts";
export type { Stream } from "./run/stream.ts";
