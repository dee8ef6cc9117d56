import { FormatError, kindOf } from "../check.ts";
import type { Dim, Dtype } from "../graph/graph.ts";
import { readMessage, text } from "./protobuf.ts";
import {
  MODEL,
  type AttributeProto,
  type FunctionProto,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type OperatorSetId,
  type ValueInfoProto,
} from "./schema.ts";
import { elementType, externalLocation, readTensor, saturate, type ExternalData, type OnnxTensor } from "./tensor.ts";

export type AttributeValue =
  | { readonly kind: "float" | "int"; readonly value: number }
  | { readonly kind: "floats" | "ints"; readonly value: readonly number[] }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "strings"; readonly value: readonly string[] }
  | { readonly kind: "tensor"; readonly value: OnnxTensor }
  | { readonly kind: "graph"; readonly value: () => OnnxGraph }
  /** A function's attribute, by name. */
  | { readonly kind: "reference"; readonly value: string };

export interface OnnxNode {
  /** Its operator and its name, or that of its first output: what errors say. */
  readonly label: string;
  readonly name: string;
  readonly operator: string;
  readonly domain: string;
  readonly overload: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, AttributeValue>;
}

export interface OnnxPort {
  readonly name: string;
  /** What the file declares; a value may have a type of no tensor, or none at all. */
  readonly dtype?: Dtype;
  readonly dims?: readonly Dim[];
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
}

export type Opsets = ReadonlyMap<string, number>;

export interface OnnxFunction {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Attributes without and with a default. */
  readonly attributes: readonly string[];
  readonly defaults: ReadonlyMap<string, AttributeValue>;
  readonly nodes: readonly OnnxNode[];
  readonly opsets: Opsets;
}

export interface OnnxModel {
  readonly graph: OnnxGraph;
  /** Versions of the operator sets, by domain; "" is ai.onnx. */
  readonly opsets: Opsets;
  /** By `functionKey`. */
  readonly functions: ReadonlyMap<string, OnnxFunction>;
}

export const functionKey = (domain: string, name: string, overload: string): string => `${domain}:${name}:${overload}`;

/** Reads an ONNX file. Throws FormatError where it is none, or where it holds what no graph of numbers can. */
export function readModel(file: Uint8Array, external: ExternalData = {}): OnnxModel {
  const proto = readProto(file);
  const read = new ModelReader(external);
  const functions = new Map<string, OnnxFunction>();
  for (const f of proto.functions ?? []) {
    const key = functionKey(domainOf(f.domain), f.name ?? "", f.overload ?? "");
    if (functions.has(key)) throw bad(`function ${f.name}: expected once, got it twice`);
    functions.set(key, read.function(f));
  }
  return { graph: read.graph(proto.graph!), opsets: opsetsOf("the model", proto.opset_import), functions };
}

/** Paths of the files beside the model that hold its tensors. */
export function externalLocations(file: Uint8Array): string[] {
  const found = new Set<string>();
  const visit = (graph: GraphProto) => {
    for (const t of graph.initializer ?? [])
      if (t.data_location === 1) found.add(externalLocation(`initializer ${t.name}`, t));
    nodes(graph.node);
  };
  const nodes = (list: readonly NodeProto[] = []) => {
    for (const a of list.flatMap((n) => n.attribute ?? [])) {
      if (a.t?.data_location === 1) found.add(externalLocation(`attribute ${a.name}`, a.t));
      if (a.g) visit(a.g());
    }
  };
  const { graph, functions = [] } = readProto(file);
  visit(graph!);
  for (const f of functions) nodes(f.node);
  return [...found];
}

function readProto(file: Uint8Array): ModelProto {
  if (!(file instanceof Uint8Array)) throw new TypeError(`file: expected a Uint8Array, got ${kindOf(file)}`);
  const proto = readMessage(file, MODEL) as ModelProto;
  if (!proto.graph) throw bad("expected a model with a graph");
  return proto;
}

const domainOf = (domain = ""): string => (domain === "ai.onnx" ? "" : domain);

function opsetsOf(label: string, imports: readonly OperatorSetId[] = []): Opsets {
  const opsets = new Map<string, number>();
  for (const { domain, version = 0 } of imports) {
    if (opsets.has(domainOf(domain))) {
      throw bad(`${label}: expected one version of the operators ${JSON.stringify(domain ?? "")}, got two`);
    }
    opsets.set(domainOf(domain), version);
  }
  return opsets;
}

class ModelReader {
  readonly #external: ExternalData;

  constructor(external: ExternalData) {
    this.#external = external;
  }

  graph(proto: GraphProto): OnnxGraph {
    if (proto.sparse_initializer) {
      throw new FormatError("unsupported", `graph ${proto.name ?? ""}: expected dense initializers, got sparse ones`);
    }
    const initializers = new Map<string, OnnxTensor>();
    for (const t of proto.initializer ?? []) {
      const name = t.name ?? "";
      if (initializers.has(name)) throw bad(`initializer ${name}: expected once, got it twice`);
      initializers.set(name, readTensor(`initializer ${name}`, t, this.#external));
    }
    return {
      nodes: this.nodes(proto.node),
      initializers,
      inputs: (proto.input ?? []).map((v) => port(`input ${v.name}`, v)),
      outputs: (proto.output ?? []).map((v) => port(`output ${v.name}`, v)),
    };
  }

  /** Read when a branch is taken: half of a Silero is for another sampling rate. */
  #graphOnce(read: () => GraphProto): () => OnnxGraph {
    let graph: OnnxGraph | undefined;
    return () => (graph ??= this.graph(read()));
  }

  function(proto: FunctionProto): OnnxFunction {
    const name = proto.name ?? "";
    return {
      name,
      inputs: proto.input ?? [],
      outputs: proto.output ?? [],
      attributes: proto.attribute ?? [],
      defaults: this.attributes(`function ${name}`, proto.attribute_proto),
      nodes: this.nodes(proto.node),
      opsets: opsetsOf(`function ${name}`, proto.opset_import),
    };
  }

  nodes(protos: readonly NodeProto[] = []): OnnxNode[] {
    return protos.map((proto) => {
      const operator = proto.op_type ?? "";
      const name = proto.name || proto.output?.find((output) => output) || operator;
      const label = `${operator} ${JSON.stringify(name)}`;
      return {
        label,
        name,
        operator,
        domain: domainOf(proto.domain),
        overload: proto.overload ?? "",
        inputs: proto.input ?? [],
        outputs: proto.output ?? [],
        attributes: this.attributes(label, proto.attribute),
      };
    });
  }

  attributes(label: string, protos: readonly AttributeProto[] = []): Map<string, AttributeValue> {
    const attributes = new Map<string, AttributeValue>();
    for (const proto of protos) {
      const name = proto.name ?? "";
      if (attributes.has(name)) throw bad(`${label}: expected attribute ${name} once, got it twice`);
      attributes.set(name, this.attribute(`${label}: attribute ${name}`, proto));
    }
    return attributes;
  }

  /**
   * Files of the first versions have no `type`: the field that is there tells. Whole numbers saturate to int32, as
   * tensors' do.
   */
  attribute(label: string, proto: AttributeProto): AttributeValue {
    const { type = 0, f, i, s, t, g, floats, ints, strings, ref_attr_name: reference } = proto;
    if (reference) return { kind: "reference", value: reference };
    if (type === 1 || (!type && f !== undefined)) return { kind: "float", value: f ?? 0 };
    if (type === 2 || (!type && i !== undefined)) return { kind: "int", value: saturate(i ?? 0) };
    if (type === 3 || (!type && s)) return { kind: "string", value: text(s ?? new Uint8Array(), label) };
    if ((type === 4 || !type) && t) return { kind: "tensor", value: readTensor(label, t, this.#external) };
    if ((type === 5 || !type) && g) return { kind: "graph", value: this.#graphOnce(g) };
    if (type === 6 || (!type && floats)) return { kind: "floats", value: floats ?? [] };
    if (type === 7 || (!type && ints)) return { kind: "ints", value: (ints ?? []).map(saturate) };
    if (type === 8 || (!type && strings)) {
      return { kind: "strings", value: (strings ?? []).map((bytes) => text(bytes, label)) };
    }
    throw new FormatError("unsupported", `${label}: expected numbers, text, a tensor or a graph, got type ${type}`);
  }
}

function port(label: string, { name = "", type }: ValueInfoProto): OnnxPort {
  const tensor = type?.tensor_type;
  if (!tensor) return { name };
  const dims = tensor.shape?.dim?.map(({ dim_value: size, dim_param: symbol }, i): Dim => {
    if (size !== undefined && (!Number.isSafeInteger(size) || size < -1)) {
      throw new FormatError("shape", `${label}: expected sizes of at least 0, got ${size}`);
    }
    return size === undefined || size < 0 ? symbol || `${name}.${i}` : size;
  });
  return { name, dtype: elementType(label, tensor.elem_type), dims: dims ?? (tensor.shape ? [] : undefined) };
}

const bad = (message: string) => new FormatError("header", `onnx: ${message}`);
