import { FormatError, shown } from "../../check.ts";
import type { Dataset } from "../../formats/hdf5/dataset.ts";
import { half } from "../../tensors/tensor.ts";

/** Bytes of one stored element. */
const SIZES: Readonly<Record<string, number>> = { float32: 4, float16: 2, int32: 4, uint16: 2, uint8: 1, bool: 1 };

/** The bytes of a weight file by its path in the manifest, without a leading "./". */
export type Shards = (path: string) => Uint8Array | undefined;

/** Bytes of the weight files by their paths in the manifest, or a function that has them. */
export type ShardSource = Readonly<Record<string, Uint8Array>> | ReadonlyMap<string, Uint8Array> | Shards;

const bare = (path: string) => path.replace(/^(\.\/)+/, "");

export function shardsOf(source: ShardSource): Shards {
  if (typeof source === "function") return (path) => source(bare(path));
  const entries = source instanceof Map ? [...source] : Object.entries(source);
  const map = new Map(entries.map(([path, bytes]: [string, Uint8Array]) => [bare(path), bytes]));
  return (path) => map.get(bare(path));
}

/** Reads every weight of a manifest: groups of shards, each cut anywhere, with or without quantization. */
export function readManifest(manifest: unknown, shards: Shards): Map<string, Dataset> {
  if (!Array.isArray(manifest)) throw bad(`expected a weightsManifest, got ${shown(manifest)}`);
  const weights = new Map<string, Dataset>();
  const read = new Set<string>();
  const once: Shards = (path) => {
    if (read.has(path)) throw bad(`expected each weight file once, got ${shown(path)} again`);
    read.add(path);
    return shards(path);
  };
  for (const group of manifest) readGroup(group, once, weights);
  return weights;
}

function readGroup(group: unknown, shards: Shards, weights: Map<string, Dataset>): void {
  const { paths, weights: entries } = (group ?? {}) as { paths?: unknown; weights?: unknown };
  if (!Array.isArray(paths) || !Array.isArray(entries) || !paths.every((p) => typeof p === "string")) {
    throw bad(`weightsManifest: expected paths and weights, got ${shown(group)}`);
  }
  const bytes = together(
    paths.map((path: string) => {
      const shard = shards(path);
      if (shard === undefined) {
        throw new FormatError("truncated", `tfjs: expected the weight file ${shown(path)}, got none`);
      }
      return shard;
    }),
  );
  let at = 0;
  for (const entry of entries) {
    const weight = describe(entry);
    if (weights.has(weight.name)) {
      throw bad(`expected weights of different names, got two called ${shown(weight.name)}`);
    }
    const end = at + weight.count * SIZES[weight.stored];
    if (end > bytes.length) {
      throw new FormatError(
        "truncated",
        `tfjs: ${shown(weight.name)}: expected weight files of ${end} bytes, got ${bytes.length}`,
      );
    }
    weights.set(weight.name, { shape: weight.shape, data: decode(bytes.subarray(at, end), weight) });
    at = end;
  }
  if (at !== bytes.length) throw bad(`expected ${at} bytes in ${shown(paths)}, got ${bytes.length}`);
}

interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly count: number;
  /** The type in the file. */
  readonly stored: string;
  /** value = stored scale + min */
  readonly scale: number;
  readonly min: number;
  readonly integer: boolean;
}

function describe(entry: unknown): Weight {
  const { name, shape, dtype, quantization } = (entry ?? {}) as Record<string, unknown>;
  if (typeof name !== "string") throw bad(`expected a weight with a name, got ${shown(entry)}`);
  const fits = Array.isArray(shape) && shape.length <= 8 && shape.every((n) => Number.isSafeInteger(n) && n >= 0);
  if (!fits) throw new FormatError("shape", `tfjs: ${shown(name)}: expected a shape, got ${shown(shape)}`);
  const { dtype: packed, scale = 1, min = 0 } = (quantization ?? {}) as Record<string, unknown>;
  const stored = quantization === undefined || quantization === null ? dtype : packed;
  const known =
    typeof stored === "string" &&
    Object.hasOwn(SIZES, stored) &&
    typeof dtype === "string" &&
    Object.hasOwn(SIZES, dtype);
  if (!known) {
    throw new FormatError(
      "dtype",
      `tfjs: ${shown(name)}: expected a dtype of ${Object.keys(SIZES).join(", ")}, got ${shown(stored)}`,
    );
  }
  if (typeof scale !== "number" || typeof min !== "number") {
    throw bad(`${shown(name)}: expected scale and min, got ${shown(quantization)}`);
  }
  return {
    name,
    shape,
    count: shape.reduce((a, b) => a * b, 1),
    stored,
    scale,
    min,
    integer: dtype === "int32" || dtype === "bool",
  };
}

function decode(bytes: Uint8Array, { count, stored, scale, min, integer }: Weight): Float32Array | Int32Array {
  const plain = scale === 1 && min === 0;
  if (plain && stored === "float32" && !integer) return new Float32Array(new Uint8Array(bytes).buffer);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = SIZES[stored];
  const out = integer ? new Int32Array(count) : new Float32Array(count);
  for (let i = 0, at = 0; i < count; i++, at += size) {
    const value = read(view, at, stored);
    out[i] = plain ? value : value * scale + min;
  }
  return out;
}

function read(view: DataView, at: number, stored: string): number {
  if (stored === "float32") return view.getFloat32(at, true);
  if (stored === "float16") return half(view.getUint16(at, true));
  if (stored === "int32") return view.getInt32(at, true);
  return stored === "uint16" ? view.getUint16(at, true) : view.getUint8(at);
}

function together(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0];
  const all = new Uint8Array(parts.reduce((sum, p) => sum + p.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const bad = (message: string) => new FormatError("header", `tfjs: ${message}`);
