import { bind } from "./bind/bind.ts";
import { readGraph } from "./bind/description.ts";
import type { Graph } from "./graph/graph.ts";
import { GraphModel, type GraphModelOptions } from "./run/graph-model.ts";
import { Session, type SessionOptions } from "./run/session.ts";

export { FormatError, type FormatCode } from "./check.ts";
export { compile } from "./wasm/full.ts";
export { writeGraph } from "./bind/description.ts";
export type { Attribute, Attributes, Carry, Constant, Dim, Dtype, Graph, Node, Port, Type } from "./graph/graph.ts";
export type { Feed, SessionData, SessionTensor } from "./run/feeds.ts";
export { GraphModel, type GraphModelOptions, type GraphResult } from "./run/graph-model.ts";
export {
  inspectGraph,
  type GraphFacts,
  type GraphMemory,
  type NamedType,
  type NodeFacts,
} from "./run/inspect-graph.ts";
export { Session, type Feeds, type Outputs, type SessionOptions, type SessionRunOptions } from "./run/session.ts";

type Bytes = Uint8Array | ArrayBuffer;

function read(file: Bytes): Graph {
  const bytes = file instanceof ArrayBuffer ? new Uint8Array(file) : file;
  return readGraph(bytes);
}

/**
 * Opens a graph of one input and one output from a safetensors file, as `writeGraph` and `unrolled convert` write it.
 * Throws FormatError where it cannot be run exactly.
 */
export function graphFromSafetensors(file: Bytes, options?: GraphModelOptions): GraphModel {
  return new GraphModel(read(file), options);
}

/** Opens a graph of any named inputs and outputs from a safetensors file. */
export function sessionFromSafetensors(file: Bytes, options?: SessionOptions): Session {
  const graph = read(file);
  const { inputs, outputs, carried } = graph;
  return new Session({ inputs, outputs, carried, build: (builder, types) => bind(graph, builder, types) }, options);
}
