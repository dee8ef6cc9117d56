import { onnxProgram } from "./onnx/translate.ts";
import { Session, type SessionOptions } from "./run/session.ts";

export { FormatError, type FormatCode } from "./check.ts";
export { compile } from "./wasm/full.ts";
export type { Dim, Dtype, Port } from "./graph/graph.ts";
export type { Feed, SessionData, SessionTensor } from "./run/feeds.ts";
export type { SessionStream, StreamOptions } from "./run/session-stream.ts";
export { Session, type Feeds, type Outputs, type SessionOptions, type SessionRunOptions } from "./run/session.ts";

/** What is known of a net before it runs, and what the file does not hold. */
export interface OnnxOptions extends SessionOptions {
  /** The bytes of files beside the model that its tensors stand in, by the location that the model gives. */
  readonly externalData?: { readonly [location: string]: Uint8Array };
}

/**
 * Opens an ONNX file. Sizes that have names are given in `dims`, or taken from each run's feeds: the graph is made
 * anew for sizes that it has not seen. Throws FormatError where the file cannot be run exactly: it names node and
 * attribute.
 */
export function fromOnnx(file: Uint8Array | ArrayBuffer, { externalData, ...options }: OnnxOptions = {}): Session {
  return new Session(onnxProgram(file instanceof ArrayBuffer ? new Uint8Array(file) : file, { externalData }), options);
}
