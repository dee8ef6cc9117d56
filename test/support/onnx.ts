// Writes ONNX files for tests, by the schema that reads them; that the schema is right, test/goldens/onnx shows.
import type { Schema } from "../../src/onnx/protobuf.ts";
import type { Tensor } from "../../src/index.ts";
import type { SessionData, SessionTensor } from "../../src/run/feeds.ts";
import {
  MODEL,
  type AttributeProto,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from "../../src/onnx/schema.ts";

/** seven bits a byte, the lowest first; negative numbers as 64 bits of two's complement. */
export function varint(value: number | bigint): number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

/** A field of a length: bytes, text or a message. */
export const chunk = (number: number, bytes: Iterable<number>): number[] => {
  const content = [...bytes];
  return [...varint((number << 3) | 2), ...varint(content.length), ...content];
};

/** A message's bytes; what is undefined is left out, repeated numbers are packed. */
export function encode(schema: Schema, message: object): number[] {
  const values = message as { [name: string]: unknown };
  const out: number[] = [];
  for (const [number, { name, kind, repeated }] of schema.fields) {
    const value = values[name];
    if (value === undefined) continue;
    const list = repeated ? (value as unknown[]) : [typeof value === "function" ? (value as () => unknown)() : value];
    if (kind === "int" || kind === "float" || kind === "double") {
      const packed = list.flatMap((v) => encodeNumber(kind, v as number | bigint));
      out.push(
        ...(repeated
          ? chunk(number, packed)
          : [...varint((number << 3) | { int: 0, float: 5, double: 1 }[kind]), ...packed]),
      );
    } else {
      for (const v of list)
        out.push(
          ...chunk(
            number,
            typeof kind === "function"
              ? encode(kind(), v as object)
              : typeof v === "string"
                ? new TextEncoder().encode(v)
                : (v as Uint8Array),
          ),
        );
    }
  }
  return out;
}

function encodeNumber(kind: "int" | "float" | "double", value: number | bigint): number[] {
  if (kind === "int") return varint(value);
  return [
    ...new Uint8Array(kind === "float" ? Float32Array.of(Number(value)).buffer : Float64Array.of(Number(value)).buffer),
  ];
}

export const INT = 7;
export const FLOAT = 1;

/** An input or output of a graph. */
export const port = (name: string, type: number, dims: readonly (number | string)[]): ValueInfoProto => ({
  name,
  type: {
    tensor_type: {
      elem_type: type,
      shape: { dim: dims.map((d) => (typeof d === "string" ? { dim_param: d } : { dim_value: d })) },
    },
  },
});

export const floats = (name: string, dims: number[], values: number[]): TensorProto => ({
  name,
  dims,
  data_type: FLOAT,
  float_data: values,
});

export const integers = (name: string, dims: number[], values: number[]): TensorProto => ({
  name,
  dims,
  data_type: INT,
  int64_data: values,
});

type Given =
  | number
  | string
  | readonly number[]
  | readonly string[]
  | { readonly float: number }
  | { readonly tensor: TensorProto }
  | { readonly graph: GraphProto };

/** Whole numbers and lists of them are ints. */
function attribute(name: string, value: Given): AttributeProto {
  if (typeof value === "number") return { name, i: value, type: 2 };
  if (typeof value === "string") return { name, s: new TextEncoder().encode(value), type: 3 };
  if (Array.isArray(value)) {
    return typeof value[0] === "string"
      ? { name, strings: value.map((s: string) => new TextEncoder().encode(s)), type: 8 }
      : { name, ints: value as number[], type: 7 };
  }
  if ("float" in value) return { name, f: value.float, type: 1 };
  return "tensor" in value
    ? { name, t: value.tensor, type: 4 }
    : { name, g: () => (value as { graph: GraphProto }).graph, type: 5 };
}

export const node = (
  op_type: string,
  input: string[],
  output: string[],
  attributes: { [name: string]: Given } = {},
  more: Partial<NodeProto> = {},
): NodeProto => ({
  op_type,
  input,
  output,
  name: `the ${op_type}`,
  attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
  ...more,
});

/** An ONNX file of this graph. */
export function onnx(graph: GraphProto, more: Partial<ModelProto> = {}): Uint8Array {
  return Uint8Array.from(encode(MODEL, { ir_version: 8, opset_import: [{ domain: "", version: 17 }], graph, ...more }));
}

const TYPES = {
  F32: ["float32", Float32Array],
  F64: ["float64", Float64Array],
  I64: ["int64", BigInt64Array],
  U64: ["uint64", BigUint64Array],
  I32: ["int32", Int32Array],
  U32: ["uint32", Uint32Array],
  I16: ["int16", Int16Array],
  U16: ["uint16", Uint16Array],
  I8: ["int8", Int8Array],
  U8: ["uint8", Uint8Array],
  BOOL: ["bool", Uint8Array],
} as const;

/** A tensor of a safetensors file as a session takes it. */
export function sessionTensor({ name, dtype, shape, bytes }: Tensor): SessionTensor {
  const { buffer } = new Uint8Array(bytes); // a copy, aligned
  if (!(dtype in TYPES)) throw new Error(`${name}: ${dtype}`);
  const [type, Numbers] = TYPES[dtype as keyof typeof TYPES];
  return { type, dims: shape, data: new Numbers(buffer) };
}

export const numbersOf = (data: SessionData): number[] => Array.from(data as ArrayLike<number | bigint>, Number);
