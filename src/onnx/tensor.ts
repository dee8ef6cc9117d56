import { FormatError } from "../check.ts";
import type { Constant, Dtype } from "../graph/graph.ts";
import { identify } from "../graph/identity.ts";
import { DTYPES, toFloat32, type Dtype as Stored } from "../tensors/tensor.ts";
import type { TensorProto } from "./schema.ts";

/** Bytes of files beside the model, by the location that the model gives. */
export interface ExternalData {
  readonly [location: string]: Uint8Array;
}

/** A tensor of a file, decoded when it is first read. */
export interface OnnxTensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Every float type as float32, every integer type as int32; int64 beyond int32, ONNX's "to the end", saturates. */
  read(): Constant;
}

/** ONNX's numbers of the element types. */
const ELEMENTS: readonly (readonly [name: string, stored?: Stored, typed?: Typed])[] = [
  ["undefined"],
  ["float32", "F32", "float_data"],
  ["uint8", "U8", "int32_data"],
  ["int8", "I8", "int32_data"],
  ["uint16", "U16", "int32_data"],
  ["int16", "I16", "int32_data"],
  ["int32", "I32", "int32_data"],
  ["int64", "I64", "int64_data"],
  ["string"],
  ["bool", "BOOL", "int32_data"],
  ["float16", "F16", "int32_data"],
  ["float64", "F64", "double_data"],
  ["uint32", "U32", "uint64_data"],
  ["uint64", "U64", "uint64_data"],
  ["complex64"],
  ["complex128"],
  ["bfloat16", "BF16", "int32_data"],
  ["float8e4m3fn"],
  ["float8e4m3fnuz"],
  ["float8e5m2"],
  ["float8e5m2fnuz"],
  ["uint4"],
  ["int4"],
  ["float4e2m1"],
  ["float8e8m0"],
  ["uint2"],
  ["int2"],
];
type Typed = "float_data" | "int32_data" | "int64_data" | "double_data" | "uint64_data";

/** The element type of this number; the error names one that the engine does not run. */
export function elementType(label: string, number: number | undefined): Dtype {
  const [name, stored] = ELEMENTS[number ?? 0] ?? [`element type ${number}`];
  if (!stored) throw new FormatError("dtype", `${label}: expected a type of whole or float numbers, got ${name}`);
  return name as Dtype;
}

export const isFloat = (dtype: Dtype): boolean => dtype.includes("float");

/** A tensor of the file; what is wrong with its type, shape or size is said now. */
export function readTensor(label: string, proto: TensorProto, external: ExternalData): OnnxTensor {
  const dtype = elementType(label, proto.data_type);
  const [, stored, typed] = ELEMENTS[proto.data_type!] as [string, Stored, Typed];
  if (proto.segment) throw new FormatError("unsupported", `${label}: expected a whole tensor, got a segment`);
  const shape = proto.dims ?? [];
  if (shape.some((n) => !Number.isSafeInteger(n) || n < 0)) {
    throw new FormatError("shape", `${label}: expected sizes of at least 0, got [${shape}]`);
  }
  const count = shape.reduce((product, n) => product * n, 1);
  const raw = proto.data_location === 1 ? outside(label, proto, external, count * DTYPES[stored]) : proto.raw_data;
  const values = raw ? undefined : (proto[typed] ?? []);
  const got = raw ? raw.byteLength / DTYPES[stored] : values!.length;
  if (got !== count) throw new FormatError("shape", `${label}: expected ${count} values for [${shape}], got ${got}`);
  let last: WeakRef<Constant> | undefined; // what is packed needs no copy
  const read = (): Constant => {
    const data = raw ? fromBytes(label, dtype, stored, raw) : fromValues(label, dtype, stored, values!);
    identify(data, proto);
    const constant = { dtype, shape, data };
    last = new WeakRef(constant);
    return constant;
  };
  return { dtype, shape, read: () => last?.deref() ?? read() };
}

/** The bytes of a tensor in a file beside the model. */
function outside(label: string, proto: TensorProto, external: ExternalData, bytes: number): Uint8Array {
  const location = externalLocation(label, proto);
  if (!Object.hasOwn(external, location)) {
    throw new FormatError(
      "tensor",
      `${label}: its data is in the file ${JSON.stringify(location)}, which is not given (externalData)`,
    );
  }
  const file = external[location];
  const offset = entry(label, proto, "offset") ?? 0;
  const length = entry(label, proto, "length") ?? bytes;
  if (length > file.byteLength - offset) {
    throw new FormatError(
      "truncated",
      `${label}: expected ${length} bytes at ${offset} of ${location}, got ${Math.max(0, file.byteLength - offset)}`,
    );
  }
  return file.subarray(offset, offset + length);
}

/** The path of a tensor's file, which must stay in the model's folder. */
export function externalLocation(label: string, proto: TensorProto): string {
  const location = proto.external_data?.find(({ key }) => key === "location")?.value ?? "";
  if (location === "" || /^[/\\]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)|\0/.test(location)) {
    throw new FormatError(
      "unsupported",
      `${label}: expected external data within the model's folder, got ${JSON.stringify(location)}`,
    );
  }
  return location;
}

function entry(label: string, proto: TensorProto, wanted: string): number | undefined {
  const value = proto.external_data?.find(({ key }) => key === wanted)?.value;
  if (value !== undefined && (!/^\d+$/.test(value) || !Number.isSafeInteger(Number(value)))) {
    throw new FormatError(
      "header",
      `${label}: expected a whole number as ${wanted} of external data, got ${JSON.stringify(value)}`,
    );
  }
  return value === undefined ? undefined : Number(value);
}

function fromBytes(name: string, dtype: Dtype, stored: Stored, bytes: Uint8Array): Constant["data"] {
  if (isFloat(dtype)) return toFloat32({ name, dtype: stored, shape: [], bytes });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = DTYPES[stored];
  const signed = dtype.startsWith("int");
  const data = new Int32Array(bytes.byteLength / size);
  for (let i = 0; i < data.length; i++) {
    const at = i * size;
    if (size === 1) data[i] = signed ? view.getInt8(at) : view.getUint8(at);
    else if (size === 2) data[i] = signed ? view.getInt16(at, true) : view.getUint16(at, true);
    else {
      const high = size === 4 ? 0 : signed ? view.getInt32(at + 4, true) : view.getUint32(at + 4, true);
      data[i] = whole(
        name,
        dtype,
        high * 2 ** 32 + (size === 4 && signed ? view.getInt32(at, true) : view.getUint32(at, true)),
      );
    }
  }
  return data;
}

function fromValues(name: string, dtype: Dtype, stored: Stored, values: readonly number[]): Constant["data"] {
  if (stored === "F16" || stored === "BF16") {
    // bits
    const { buffer } = Uint16Array.from(values);
    return toFloat32({ name, dtype: stored, shape: [], bytes: new Uint8Array(buffer) });
  }
  return isFloat(dtype) ? Float32Array.from(values) : Int32Array.from(values, (value) => whole(name, dtype, value));
}

/** int64 saturates: its ends stand for "to the end"; no other type may leave int32. */
function whole(label: string, dtype: Dtype, value: number): number {
  if ((value | 0) === value) return value;
  if (dtype !== "int64") {
    throw new FormatError("unsupported", `${label}: expected whole numbers within int32, got ${value} of ${dtype}`);
  }
  return saturate(value);
}

/** What int32 has nearest. */
export const saturate = (value: number): number => Math.min(Math.max(value, -(2 ** 31)), 2 ** 31 - 1);
