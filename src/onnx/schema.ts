// The messages of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto that a graph needs:
// numbers and types of fields, and the types that readMessage then gives.
import type { Field, Kind, Schema } from "./protobuf.ts";

export interface StringStringEntry {
  readonly key?: string;
  readonly value?: string;
}

export interface TensorProto {
  readonly dims?: number[];
  readonly data_type?: number;
  readonly segment?: object;
  readonly float_data?: number[];
  readonly int32_data?: number[];
  readonly string_data?: Uint8Array[];
  readonly int64_data?: number[];
  readonly name?: string;
  readonly raw_data?: Uint8Array;
  readonly double_data?: number[];
  readonly uint64_data?: number[];
  readonly external_data?: StringStringEntry[];
  readonly data_location?: number;
}

export interface TypeProto {
  readonly tensor_type?: {
    readonly elem_type?: number;
    readonly shape?: { readonly dim?: { readonly dim_value?: number; readonly dim_param?: string }[] };
  };
  readonly sequence_type?: object;
  readonly map_type?: object;
  readonly opaque_type?: object;
  readonly sparse_tensor_type?: object;
  readonly optional_type?: object;
}

export interface ValueInfoProto {
  readonly name?: string;
  readonly type?: TypeProto;
}

export interface AttributeProto {
  readonly name?: string;
  readonly f?: number;
  readonly i?: number;
  readonly s?: Uint8Array;
  readonly t?: TensorProto;
  readonly g?: () => GraphProto;
  readonly floats?: number[];
  readonly ints?: number[];
  readonly strings?: Uint8Array[];
  readonly type?: number;
  readonly ref_attr_name?: string;
}

export interface NodeProto {
  readonly input?: string[];
  readonly output?: string[];
  readonly name?: string;
  readonly op_type?: string;
  readonly attribute?: AttributeProto[];
  readonly domain?: string;
  readonly overload?: string;
}

export interface GraphProto {
  readonly node?: NodeProto[];
  readonly name?: string;
  readonly initializer?: TensorProto[];
  readonly input?: ValueInfoProto[];
  readonly output?: ValueInfoProto[];
  readonly sparse_initializer?: object[];
}

export interface OperatorSetId {
  readonly domain?: string;
  readonly version?: number;
}

export interface FunctionProto {
  readonly name?: string;
  readonly input?: string[];
  readonly output?: string[];
  readonly attribute?: string[];
  readonly node?: NodeProto[];
  readonly opset_import?: OperatorSetId[];
  readonly domain?: string;
  readonly attribute_proto?: AttributeProto[];
  readonly overload?: string;
}

export interface ModelProto {
  readonly ir_version?: number;
  readonly graph?: GraphProto;
  readonly opset_import?: OperatorSetId[];
  readonly functions?: FunctionProto[];
}

function message(name: string, fields: Record<number, [name: string, kind: Kind, how?: "repeated" | "later"]>): Schema {
  const entries = Object.entries(fields).map(([number, [field, kind, how]]): [number, Field] => [
    Number(number),
    { name: field, kind, repeated: how === "repeated", later: how === "later" },
  ]);
  return { name, fields: new Map(entries) };
}

const EMPTY = message("Message", {});
const ENTRY = message("StringStringEntryProto", { 1: ["key", "string"], 2: ["value", "string"] });

const TENSOR = message("TensorProto", {
  1: ["dims", "int", "repeated"],
  2: ["data_type", "int"],
  3: ["segment", () => EMPTY],
  4: ["float_data", "float", "repeated"],
  5: ["int32_data", "int", "repeated"],
  6: ["string_data", "bytes", "repeated"],
  7: ["int64_data", "int", "repeated"],
  8: ["name", "string"],
  9: ["raw_data", "bytes"],
  10: ["double_data", "double", "repeated"],
  11: ["uint64_data", "int", "repeated"],
  13: ["external_data", () => ENTRY, "repeated"],
  14: ["data_location", "int"],
});

const DIM = message("TensorShapeProto.Dimension", { 1: ["dim_value", "int"], 2: ["dim_param", "string"] });
const SHAPE = message("TensorShapeProto", { 1: ["dim", () => DIM, "repeated"] });
const TENSOR_TYPE = message("TypeProto.Tensor", { 1: ["elem_type", "int"], 2: ["shape", () => SHAPE] });

const TYPE = message("TypeProto", {
  1: ["tensor_type", () => TENSOR_TYPE],
  4: ["sequence_type", () => EMPTY],
  5: ["map_type", () => EMPTY],
  7: ["opaque_type", () => EMPTY],
  8: ["sparse_tensor_type", () => EMPTY],
  9: ["optional_type", () => EMPTY],
});

const VALUE_INFO = message("ValueInfoProto", { 1: ["name", "string"], 2: ["type", () => TYPE] });

const ATTRIBUTE: Schema = message("AttributeProto", {
  1: ["name", "string"],
  2: ["f", "float"],
  3: ["i", "int"],
  4: ["s", "bytes"],
  5: ["t", () => TENSOR],
  6: ["g", () => GRAPH, "later"],
  7: ["floats", "float", "repeated"],
  8: ["ints", "int", "repeated"],
  9: ["strings", "bytes", "repeated"],
  20: ["type", "int"],
  21: ["ref_attr_name", "string"],
});

const NODE = message("NodeProto", {
  1: ["input", "string", "repeated"],
  2: ["output", "string", "repeated"],
  3: ["name", "string"],
  4: ["op_type", "string"],
  5: ["attribute", () => ATTRIBUTE, "repeated"],
  7: ["domain", "string"],
  8: ["overload", "string"],
});

const GRAPH: Schema = message("GraphProto", {
  1: ["node", () => NODE, "repeated"],
  2: ["name", "string"],
  5: ["initializer", () => TENSOR, "repeated"],
  11: ["input", () => VALUE_INFO, "repeated"],
  12: ["output", () => VALUE_INFO, "repeated"],
  15: ["sparse_initializer", () => EMPTY, "repeated"],
});

const OPSET = message("OperatorSetIdProto", { 1: ["domain", "string"], 2: ["version", "int"] });

const FUNCTION = message("FunctionProto", {
  1: ["name", "string"],
  4: ["input", "string", "repeated"],
  5: ["output", "string", "repeated"],
  6: ["attribute", "string", "repeated"],
  7: ["node", () => NODE, "repeated"],
  9: ["opset_import", () => OPSET, "repeated"],
  10: ["domain", "string"],
  11: ["attribute_proto", () => ATTRIBUTE, "repeated"],
  13: ["overload", "string"],
});

export const MODEL = message("ModelProto", {
  1: ["ir_version", "int"],
  7: ["graph", () => GRAPH],
  8: ["opset_import", () => OPSET, "repeated"],
  25: ["functions", () => FUNCTION, "repeated"],
});
