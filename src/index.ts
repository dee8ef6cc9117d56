export { FormatError, type FormatCode } from "./check.ts";
export { readSafetensors } from "./formats/read.ts";
export { writeSafetensors, type Safetensors } from "./formats/safetensors.ts";
export type { CellDescription, CellOptions, Description, LayerDescription } from "./layers/description.ts";
export type { LayerFacts } from "./layers/layer.ts";
export type { Region } from "./memory/plan.ts";
export {
  tensor,
  toFloat32,
  toIntegers,
  type Dtype,
  type Precision,
  type Precisions,
  type Tensor,
} from "./tensors/tensor.ts";
export type { Label } from "./tasks/classify.ts";
export type { Generated, GenerateError, GenerateOptions } from "./tasks/generation.ts";
export { quantizeSafetensors } from "./tasks/quantize.ts";
export type { Items } from "./run/items.ts";
export type { MemoryUse, RunOptions, RunResult, StateSize } from "./run/options.ts";
export { Model, type ModelOptions } from "./tasks/model.ts";
export type { State } from "./run/state.ts";
export { stepAll } from "./run/step-all.ts";
export type { Stream } from "./tasks/stream.ts";
export type { Score } from "./tasks/score.ts";
export type { CellTrace, Trace, TraceReport } from "./tasks/trace.ts";
export { compile } from "./wasm/load.ts";
