import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { kindOf } from "../formats/kind.ts";
import { fromGuitarMl, fromKeras, fromNam, fromRnnoise, fromRtNeural, fromTfjs, type GraphModel } from "../import.ts";
import {
  readSafetensors,
  toFloat32,
  toIntegers,
  writeSafetensors,
  type Dtype as TensorType,
  type Tensor,
} from "../index.ts";
import { fromOnnx, type Dtype, type Feeds, type Session, type SessionData, type SessionTensor } from "../onnx.ts";
import { graphFromSafetensors, sessionFromSafetensors, type Graph } from "../graph.ts";
import { readBytes, type LoadOptions } from "./files.ts";

/** Types by the names that safetensors has for them. */
const TYPES: readonly (readonly [TensorType, Dtype])[] = [
  ["F32", "float32"],
  ["F64", "float64"],
  ["F16", "float16"],
  ["BF16", "bfloat16"],
  ["I64", "int64"],
  ["I32", "int32"],
  ["I16", "int16"],
  ["I8", "int8"],
  ["U64", "uint64"],
  ["U32", "uint32"],
  ["U16", "uint16"],
  ["U8", "uint8"],
  ["BOOL", "bool"],
];

/** What the options of a command say about a graph. */
export interface GraphOptions extends LoadOptions {
  /** Sizes by name. */
  readonly dim?: { readonly [name: string]: number };
  /** Values of inputs that never change. */
  readonly constant?: { readonly [name: string]: number };
}

/** Opens a file that holds a graph; undefined for a file of weights alone. */
export function openNet(path: string, file: Uint8Array, options: GraphOptions): GraphModel | Session | undefined {
  const { deterministic, dim: dims, constant: constants } = options;
  if (kindOf(file) === "onnx") return fromOnnx(file, { externalData: beside(path), deterministic, dims, constants });
  const net = isGraph(file) ? openDescribed(file, options) : openGraph(path, file, deterministic);
  if (net && !("inputs" in net) && (dims || constants))
    throw new Error("--dim and --constant: expected a graph of named inputs, got a net of one sequence");
  return net;
}

/** A net of x and output as a sequence net, any other by the names of its inputs. */
function openDescribed(
  file: Uint8Array,
  { deterministic, dim: dims, constant: constants }: GraphOptions,
): GraphModel | Session {
  const session = sessionFromSafetensors(file, { deterministic, dims, constants });
  const { inputs, outputs } = session;
  const sequence =
    inputs.length === 1 && outputs.length === 1 && inputs[0].name === "x" && outputs[0].name === "output";
  if (!sequence || dims || constants) return session;
  session.dispose();
  return graphFromSafetensors(file, { deterministic });
}

/** The graph of a net; of a session that which its sizes give. */
export const graphOf = (net: GraphModel | Session): Graph => ("inputs" in net ? net.graph() : net.graph);

/** Whether a safetensors file has a graph under its metadata key `unrolled`. */
export function isGraph(file: Uint8Array): boolean {
  if (kindOf(file) !== "safetensors") return false;
  try {
    return JSON.parse(readSafetensors(file).metadata.get("unrolled") ?? "null")?.format === "unrolled/2";
  } catch {
    return false;
  }
}

/** Runs a graph; gives its outputs as a safetensors file. */
export function runNet(net: GraphModel | Session, tensors: readonly Tensor[]): Uint8Array {
  return "inputs" in net ? runSession(net, tensors) : runGraph(net, tensors);
}

/** A file of the same folder by its name, undefined where there is none. */
function fileBeside(path: string): (name: string) => Uint8Array | undefined {
  const files = beside(path);
  return (name) => (Object.hasOwn(files, basename(name)) ? files[basename(name)] : undefined);
}

/** The files of the folder that a file stands in, by name, each read where it is asked for. */
function beside(path: string): Record<string, Uint8Array> {
  const files = {};
  for (const name of readdirSync(dirname(path)))
    Object.defineProperty(files, name, { get: () => readBytes(join(dirname(path), name)) });
  return files;
}

/** Opens another producer's graph of one input and one output. */
function openGraph(path: string, file: Uint8Array, deterministic?: boolean): GraphModel | undefined {
  switch (kindOf(file)) {
    case "keras":
    case "hdf5":
      return fromKeras(file, { deterministic });
    case "tfjs":
      return fromTfjs(JSON.parse(new TextDecoder().decode(file)), fileBeside(path), { deterministic });
    case "rtneural":
      return fromRtNeural(file, { deterministic });
    case "nam":
      return fromNam(file, { deterministic });
    case "guitarml":
      return fromGuitarMl(file, { deterministic });
    case "rnnoise":
      return fromRnnoise(file, { deterministic });
    default:
      return undefined;
  }
}

/** Runs a graph on x; gives output as a safetensors file. A sequence without a batch comes back without one. */
function runGraph(model: GraphModel, tensors: readonly Tensor[]): Uint8Array {
  const x = tensors.find((t) => t.name === "x");
  if (!x || tensors.length > 1)
    throw new Error(`expected x alone, got ${tensors.map((t) => t.name).join(", ") || "no tensors"}`);
  const alone = x.shape.length === model.inputDims.length - 1;
  const { output, dims } = model.run(numbersFor(model, x), { dims: alone ? [1, ...x.shape] : x.shape });
  const shape = alone ? dims.slice(1) : dims;
  return writeSafetensors([tensorOf("output", { type: "float32", dims: shape, data: output })]);
}

/** Ids may come as whole floats, as `model.predict` takes them. */
function numbersFor(model: GraphModel, x: Tensor): SessionData {
  const { dtype } = model.graph.inputs[0];
  return dtype === "float32" ? toFloat32(x) : Int32Array.from(toIntegers(x));
}

/** Runs a graph on tensors by its inputs' names; gives its outputs as a safetensors file. */
function runSession(session: Session, tensors: readonly Tensor[]): Uint8Array {
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
