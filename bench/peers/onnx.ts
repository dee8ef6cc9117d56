import protobuf from "protobufjs";

// The part of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto that a net needs.
const { root } = protobuf.parse(
  `
  syntax = "proto3";
  message Attribute { string name = 1; int64 i = 3; bytes s = 4; repeated int64 ints = 8; int32 type = 20; }
  message Node { repeated string input = 1; repeated string output = 2; string op_type = 4;
    repeated Attribute attribute = 5; string domain = 7; }
  message Tensor { repeated int64 dims = 1; int32 data_type = 2; string name = 8; bytes raw_data = 9; }
  message Dim { int64 dim_value = 1; }
  message Shape { repeated Dim dim = 1; }
  message TensorType { int32 elem_type = 1; Shape shape = 2; }
  message Type { TensorType tensor_type = 1; }
  message ValueInfo { string name = 1; Type type = 2; }
  message Graph { repeated Node node = 1; string name = 2; repeated Tensor initializer = 5;
    repeated ValueInfo input = 11; repeated ValueInfo output = 12; }
  message OperatorSet { string domain = 1; int64 version = 2; }
  message Model { int64 ir_version = 1; Graph graph = 7; repeated OperatorSet opset_import = 8; }
`,
  { keepCase: true },
);

/** Where ONNX Runtime keeps operators of its own. */
export const MICROSOFT = "com.microsoft";

const ModelType = root.lookupType("Model");
const FLOAT = 1;
const INT8 = 3;
const INT64 = 7;
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_STRING = 3;
const ATTRIBUTE_INTS = 7;

type Shape = readonly number[];
type Attribute = number | string | readonly number[];

/** Collects nodes and tensors, and encodes them as an .onnx file. */
export class OnnxGraph {
  readonly #nodes: object[] = [];
  readonly #tensors: object[] = [];
  readonly #inputs: object[] = [];
  readonly #outputs: object[] = [];

  input(name: string, shape: Shape): string {
    this.#inputs.push(valueInfo(name, shape));
    return name;
  }

  output(name: string, shape: Shape): void {
    this.#outputs.push(valueInfo(name, shape));
  }

  floats(name: string, dims: Shape, data: Float32Array): string {
    return this.#tensor(name, dims, FLOAT, data);
  }

  ints(name: string, values: readonly number[]): string {
    return this.#tensor(name, [values.length], INT64, BigInt64Array.from(values, BigInt));
  }

  bytes(name: string, dims: Shape, data: Int8Array): string {
    return this.#tensor(name, dims, INT8, data);
  }

  node(
    type: string,
    input: readonly string[],
    output: readonly string[],
    attributes: Record<string, Attribute> = {},
    domain = "",
  ): void {
    const attribute = Object.entries(attributes).map(([name, value]) => encodeAttribute(name, value));
    this.#nodes.push({ op_type: type, input, output, attribute, domain });
  }

  encode(): Uint8Array {
    const graph = {
      name: "net",
      node: this.#nodes,
      initializer: this.#tensors,
      input: this.#inputs,
      output: this.#outputs,
    };
    return ModelType.encode({
      ir_version: 8,
      opset_import: [
        { domain: "", version: 17 },
        { domain: MICROSOFT, version: 1 },
      ],
      graph,
    }).finish();
  }

  #tensor(name: string, dims: Shape, type: number, data: ArrayBufferView): string {
    const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.#tensors.push({ name, dims, data_type: type, raw_data: raw });
    return name;
  }
}

function valueInfo(name: string, shape: Shape): object {
  return { name, type: { tensor_type: { elem_type: FLOAT, shape: { dim: shape.map((n) => ({ dim_value: n })) } } } };
}

function encodeAttribute(name: string, value: Attribute): object {
  if (typeof value === "number") return { name, i: value, type: ATTRIBUTE_INT };
  if (typeof value === "string") return { name, s: new TextEncoder().encode(value), type: ATTRIBUTE_STRING };
  return { name, ints: value, type: ATTRIBUTE_INTS };
}
