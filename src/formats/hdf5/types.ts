import { half } from "../../tensors/tensor.ts";
import { bad, unsupported, type View } from "./view.ts";

/** A type of elements (IV.A.2.d of the HDF5 file format specification, 3.0). */
export type Datatype =
  | { readonly kind: "float" | "signed" | "unsigned"; readonly size: number; readonly big: boolean }
  | { readonly kind: "text" | "long text" | "other"; readonly size: number };

/** IEEE 754: bits of exponent and of mantissa, by bytes. */
const IEEE: Readonly<Record<number, readonly [number, number]>> = { 2: [5, 10], 4: [8, 23], 8: [11, 52] };

export function readDatatype(view: View, at: number): Datatype {
  const type = view.u8(at) & 15;
  const bits = view.u8(at + 1);
  const size = view.u32(at + 4);
  if (size === 0) throw bad(`expected a type of at least one byte at byte ${at}`);
  if (type === 0 && [1, 2, 4, 8].includes(size) && view.u16(at + 10) === size * 8) {
    return { kind: bits & 8 ? "signed" : "unsigned", size, big: (bits & 1) === 1 };
  }
  if (type === 1 && IEEE[size]) {
    const [exponent, mantissa] = IEEE[size];
    const ieee = view.u8(at + 13) === exponent && view.u8(at + 15) === mantissa && (bits & 64) === 0;
    if (ieee) return { kind: "float", size, big: (bits & 1) === 1 };
  }
  if (type === 3) return { kind: "text", size };
  if (type === 9 && (bits & 15) === 1) return { kind: "long text", size };
  return { kind: "other", size };
}

/** Sizes of an array (IV.A.2.b); none is a single value. */
export function readShape(view: View, at: number): number[] {
  const version = view.u8(at);
  const rank = view.u8(at + 1);
  if (version !== 1 && version !== 2) throw unsupported(`expected a dataspace of version 1 or 2, got ${version}`);
  if (version === 2 && view.u8(at + 3) === 2) throw unsupported("expected values, got a null dataspace");
  if (rank > 8) throw unsupported(`expected at most 8 axes, got ${rank}`);
  return Array.from({ length: rank }, (_, i) => view.u64(at + (version === 1 ? 8 : 4) + i * 8));
}

/** Elements of a number type as they run: float32 or int32. */
export function readNumbers(bytes: Uint8Array, type: Datatype, count: number): Float32Array | Int32Array {
  if (type.kind !== "float" && type.kind !== "signed" && type.kind !== "unsigned") {
    throw unsupported(`expected numbers, got ${type.kind}`);
  }
  if (type.kind === "float" && type.size === 4 && !type.big) {
    return new Float32Array(bytes.slice(0, 4 * count).buffer);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, count * type.size);
  const out = type.kind === "float" ? new Float32Array(count) : new Int32Array(count);
  const little = !type.big;
  for (let i = 0, at = 0; i < count; i++, at += type.size) out[i] = element(view, at, type, little);
  return out;
}

function element(view: DataView, at: number, type: Datatype, little: boolean): number {
  if (type.kind === "float") {
    if (type.size === 4) return view.getFloat32(at, little);
    return type.size === 8 ? view.getFloat64(at, little) : half(view.getUint16(at, little));
  }
  if (type.size === 8) {
    const value = view.getBigInt64(at, little);
    if (value !== BigInt.asIntN(32, value)) throw unsupported(`expected integers of at most 32 bits, got ${value}`);
    return Number(value);
  }
  if (type.size === 4) return view.getInt32(at, little);
  if (type.size === 2) return type.kind === "signed" ? view.getInt16(at, little) : view.getUint16(at, little);
  return type.kind === "signed" ? view.getInt8(at) : view.getUint8(at);
}
