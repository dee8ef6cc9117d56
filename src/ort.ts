import { env } from "./ort/env.ts";
import { InferenceSession } from "./ort/session.ts";
import { Tensor } from "./ort/tensor.ts";

export { FormatError, type FormatCode } from "./check.ts";
export type { Env } from "./ort/env.ts";
export type { InferenceSessionFactory } from "./ort/session.ts";
export type { TensorConstructor, TypedTensor } from "./ort/tensor.ts";
export type { BlobLike, ExternalDataFile, OnnxValue } from "./ort/types.ts";
export { env, InferenceSession, Tensor };

/** The API of onnxruntime-web and onnxruntime-node on this engine: see docs/onnxruntime.md. */
export default { env, InferenceSession, Tensor };
