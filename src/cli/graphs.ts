import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { toFloat32, toIntegers, writeSafetensors, type Dtype as TensorType, type Tensor } from "../index.ts";
import { fromOnnx, type Dtype, type Feeds, type Session, type SessionData, type SessionTensor } from "../onnx.ts";
import { readBytes } from "./files.ts";

/** Types by the names that safetensors has for them. */
const TYPES: readonly (readonly [TensorType, Dtype])[] = [
  ["F32", "float32"], ["F64", "float64"], ["F16", "float16"], ["BF16", "bfloat16"],
  ["I64", "int64"], ["I32", "int32"], ["I16", "int16"], ["I8", "int8"],
  ["U64", "uint64"], ["U32", "uint32"], ["U16", "uint16"], ["U8", "uint8"], ["BOOL", "bool"],
];

/** Opens an ONNX file; its external data are the files beside it, each read where it is asked for. */
export function openOnnx(path: string, file: Uint8Array, deterministic?: boolean): Session {
  const folder = dirname(path);
  const externalData = {};
  for (const name of readdirSync(folder)) Object.defineProperty(externalData, name, { get: () => readBytes(join(folder, name)) });
  return fromOnnx(file, { externalData, deterministic });
}

/** Runs a graph on tensors by its inputs' names; gives its outputs as a safetensors file. */
export function runSession(session: Session, tensors: readonly Tensor[]): Uint8Array {
  const feeds: Record<string, SessionTensor> = {};
  for (const t of tensors) feeds[t.name] = feedOf(t);
  return writeSafetensors(Object.entries(session.run(feeds as Feeds)).map(([name, output]) => tensorOf(name, output)));
}

/** A tensor of a file as an input takes it. */
export function feedOf(t: Tensor): SessionTensor {
  const type = TYPES.find(([name]) => name === t.dtype)![1];
  return { type, dims: t.shape, data: numbersOf(t, type) };
}

function numbersOf(t: Tensor, type: Dtype): SessionData {
  if (type === "float64") return new Float64Array(new Uint8Array(t.bytes).buffer); // a copy, aligned
  if (type.includes("float")) return toFloat32(t);
  const values = toIntegers(t);
  switch (type) {
    case "int64":
      return BigInt64Array.from(values, BigInt);
    case "uint64":
      return BigUint64Array.from(values, BigInt);
    case "int32":
      return Int32Array.from(values);
    case "int16":
      return Int16Array.from(values);
    case "int8":
      return Int8Array.from(values);
    case "uint32":
      return Uint32Array.from(values);
    case "uint16":
      return Uint16Array.from(values);
    default:
      return Uint8Array.from(values);
  }
}

function tensorOf(name: string, { type, dims, data }: SessionTensor): Tensor {
  const dtype = data instanceof Float32Array ? "F32" : TYPES.find(([, t]) => t === type)![0];
  return { name, dtype, shape: dims, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}
