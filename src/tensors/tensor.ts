import { FormatError, isShared, kindOf, shown } from "../check.ts";
import {
  precisionOf,
  toFloats,
  type IntegerMaker,
  type IntegerRows,
  type Matrix,
  type Precision,
  type Precisions,
} from "../pack/matrix.ts";

export { checkPrecision, type Precision, type Precisions } from "../pack/matrix.ts";

/** Bytes of one element, by safetensors' name of the type. */
export const DTYPES = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
} as const;

/** A type that safetensors files have. */
export type Dtype = keyof typeof DTYPES;

/** A named array of numbers, little-endian and row-major, at any alignment. */
export interface Tensor {
  /** As the file has it: `weight_ih_l0`. */
  readonly name: string;
  /** What an element is. */
  readonly dtype: Dtype;
  /** Whole numbers; [] for one number. */
  readonly shape: readonly number[];
  /** The elements. */
  readonly bytes: Uint8Array;
}

/**
 * A tensor of float32 from its values. Throws TypeError or FormatError where they are none, or not as many as the shape
 * says.
 */
export function tensor(name: string, shape: readonly number[], values: Float32Array): Tensor {
  if (!(values instanceof Float32Array))
    throw new TypeError(`${name}: expected the values as a Float32Array, got ${kindOf(values)}`);
  const count = elementsOf(name, shape);
  if (values.length !== count)
    throw new FormatError("shape", `${name}: expected ${count} values for [${shape.join(", ")}], got ${values.length}`);
  return { name, dtype: "F32", shape, bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
}

/** Whole numbers of at least 0, in an array without holes. */
export function isCounts(value: unknown): value is number[] {
  return (
    Array.isArray(value) &&
    Array.from(value as unknown[]).every((n) => Number.isSafeInteger(n) && (n as number) >= 0 && !Object.is(n, -0))
  );
}

function elementsOf(name: string, shape: unknown): number {
  if (!isCounts(shape))
    throw new FormatError("shape", `${name}: expected a shape of whole numbers, got ${shown(shape)}`);
  return shape.reduce((product, n) => product * n, 1);
}

/** A tensor from outside, its parts read once and checked, its bytes no other thread's. */
export function checkTensor(t: Tensor): Tensor {
  if (typeof t !== "object" || t === null) throw new TypeError(`tensors: expected tensors, got ${kindOf(t)}`);
  const { name, dtype, shape: dims, bytes } = t;
  if (typeof name !== "string") throw new TypeError(`tensors: expected a name, got ${kindOf(name)}`);
  if (typeof dtype !== "string" || !Object.hasOwn(DTYPES, dtype)) {
    throw new FormatError(
      "dtype",
      `${name}: expected a dtype of ${Object.keys(DTYPES).join(", ")}, got ${shown(dtype)}`,
    );
  }
  if (!(bytes instanceof Uint8Array))
    throw new TypeError(`${name}: expected the bytes as a Uint8Array, got ${kindOf(bytes)}`);
  const shape = Array.isArray(dims) ? Array.from(dims) : dims;
  const size = elementsOf(name, shape) * DTYPES[dtype];
  if (bytes.byteLength !== size)
    throw new FormatError(
      "shape",
      `${name}: expected ${size} bytes for ${dtype} [${shape.join(", ")}], got ${bytes.byteLength}`,
    );
  return { name, dtype, shape, bytes: isShared(bytes) ? new Uint8Array(bytes) : bytes };
}

/**
 * The values as float32, each rounded to nearest; a view on the bytes where they are float32 and aligned. Throws
 * FormatError where one is too large.
 */
export function toFloat32(t: Tensor): Float32Array {
  if (t.dtype === "F32") {
    const { buffer, byteOffset, byteLength } = t.bytes.byteOffset % 4 === 0 ? t.bytes : new Uint8Array(t.bytes);
    return new Float32Array(buffer, byteOffset, byteLength / 4);
  }
  return readValues(
    t,
    new Float32Array(t.bytes.byteLength / DTYPES[t.dtype]),
    (got, value) => Math.abs(got) < Infinity || !Number.isFinite(value),
    "values that float32 holds",
  );
}

/** The values as whole numbers; the error names the first that is none. */
export function toIntegers(t: Tensor): Float64Array {
  return readValues(t, new Float64Array(t.bytes.byteLength / DTYPES[t.dtype]), Number.isSafeInteger, "whole numbers");
}

/** The values, each checked as it stands in `out`; of BOOL 0 and 1 alone. */
function readValues<T extends Float32Array | Float64Array>(
  t: Tensor,
  out: T,
  valid: (got: number, value: number) => boolean,
  expected: string,
): T {
  const read = readers[t.dtype];
  const view = new DataView(t.bytes.buffer, t.bytes.byteOffset, t.bytes.byteLength);
  for (let i = 0; i < out.length; i++) {
    const value = Number(read(view, i));
    out[i] = value;
    if (!valid(out[i], value)) throw new FormatError("dtype", `${t.name}: expected ${expected}, got ${value} at ${i}`);
    if (t.dtype === "BOOL" && value > 1)
      throw new FormatError("dtype", `${t.name}: expected 0 or 1 for BOOL, got ${value} at ${i}`);
  }
  return out;
}

const readers: Record<Dtype, (view: DataView, i: number) => number | bigint> = {
  F64: (v, i) => v.getFloat64(i * 8, true),
  F32: (v, i) => v.getFloat32(i * 4, true),
  F16: (v, i) => half(v.getUint16(i * 2, true)),
  BF16: (v, i) => bfloat(v.getUint16(i * 2, true)),
  I64: (v, i) => v.getBigInt64(i * 8, true),
  I32: (v, i) => v.getInt32(i * 4, true),
  I16: (v, i) => v.getInt16(i * 2, true),
  I8: (v, i) => v.getInt8(i),
  U64: (v, i) => v.getBigUint64(i * 8, true),
  U32: (v, i) => v.getUint32(i * 4, true),
  U16: (v, i) => v.getUint16(i * 2, true),
  U8: (v, i) => v.getUint8(i),
  BOOL: (v, i) => v.getUint8(i),
};

/** IEEE 754 binary16: sign, 5 bits of exponent, 10 of fraction. */
export function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const scratch = new DataView(new ArrayBuffer(4));

/** bfloat16: the upper half of a float32. */
export function bfloat(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}

/** The name of the scales, F32 [rows], beside a matrix of integers, I8 or I16 [rows, columns]. */
export const scaleOf = (name: string): string => `${name}.scale`;

const isInteger = ({ dtype }: Tensor): boolean => dtype === "I8" || dtype === "I16";

/** A file's tensors, from which each is taken once: what is missing or left over is an error. */
export class Tensors {
  readonly #left: Map<string, Tensor>;
  /** How matrices leave the set; undefined: as the file has them. */
  readonly #precision: Precisions | undefined;
  readonly #maker: IntegerMaker | undefined;
  /** Prefixes that no matrix had yet. */
  readonly #unused: Set<string>;
  /** The matrices that left the set. */
  readonly matrices = new Map<string, Matrix>();
  /** Whether matrices may leave the set as integers. */
  readonly integers: boolean;

  /** `precision`: how matrices are wanted, whatever the file has; `maker` makes those of integers. */
  constructor(tensors: Iterable<Tensor>, precision?: Precisions, maker?: IntegerMaker) {
    this.#left = new Map();
    for (const t of tensors) {
      if (this.#left.has(t.name))
        throw new FormatError("tensor", `${t.name}: expected one tensor of this name, got two`);
      this.#left.set(t.name, t);
    }
    this.#precision = precision;
    this.#maker = maker;
    this.#unused = new Set(typeof precision === "object" ? Object.keys(precision) : []);
    const stored = () => [...this.#left.values()].some((t) => isInteger(t) && this.has(scaleOf(t.name)));
    this.integers = typeof precision === "string" ? precision !== "float32" : precision !== undefined || stored();
  }

  has(name: string): boolean {
    return this.#left.has(name);
  }

  names(): string[] {
    return [...this.#left.keys()];
  }

  /** The shape of a tensor of `rank` dimensions, which stays in the set. */
  shape(name: string, rank: number): readonly number[] {
    const { shape } = this.#get(name);
    if (shape.length !== rank || shape.some((n) => n < 1)) {
      throw new FormatError(
        "shape",
        `${name}: expected ${rank} dimension${rank === 1 ? "" : "s"} of at least 1, got [${shape.join(", ")}]`,
      );
    }
    return shape;
  }

  /** The values of a tensor of this shape, which leaves the set. */
  take(name: string, shape: readonly number[]): Float32Array {
    return toFloat32(this.#take(name, shape));
  }

  #take(name: string, shape: readonly number[]): Tensor {
    const t = this.#get(name);
    if (t.shape.length !== shape.length || t.shape.some((n, i) => n !== shape[i])) {
      throw new FormatError("shape", `${name}: expected [${shape.join(", ")}], got [${t.shape.join(", ")}]`);
    }
    this.#left.delete(name);
    return t;
  }

  /** The weights of a matrix of this shape, which leaves the set, with its scales where it has any. */
  matrix(name: string, shape: readonly number[]): Matrix {
    const matrix = this.#matrix(name, shape);
    this.matrices.set(name, matrix);
    return matrix;
  }

  #matrix(name: string, shape: readonly number[]): Matrix {
    const t = this.#get(name);
    const stored = isInteger(t) ? this.#integers(t, shape) : this.take(name, shape);
    const wanted = this.#wanted(name) ?? precisionOf(stored);
    if (wanted === "float32") return toFloats(stored);
    const maker = this.#maker!;
    if (stored instanceof Float32Array || wanted !== precisionOf(stored))
      return maker.make(maker.quantize(name, toFloats(stored), shape[0], wanted));
    return maker.make(stored);
  }

  /** How a matrix is wanted: what its layer's prefix says, or the longest that is one of it. */
  #wanted(name: string): Precision | undefined {
    if (typeof this.#precision !== "object") return this.#precision;
    const prefixes = Object.keys(this.#precision).filter((p) => p === "" || name.startsWith(p.replace(/\.?$/, ".")));
    const [prefix] = prefixes.sort((a, b) => b.length - a.length);
    if (prefix === undefined) return undefined;
    this.#unused.delete(prefix);
    return this.#precision[prefix];
  }

  #integers(t: Tensor, shape: readonly number[]): IntegerRows {
    const { bytes } = this.#take(t.name, shape);
    const scale = this.#get(scaleOf(t.name));
    const scales = this.take(scale.name, [shape[0]]);
    const bad = scales.findIndex((s) => !(s >= 0 && s < Infinity));
    if (bad >= 0)
      throw new FormatError(
        "unsupported",
        `${scale.name}: expected finite scales of at least 0, got ${scales[bad]} at ${bad}`,
      );
    const { buffer } = new Uint8Array(bytes); // a copy, aligned
    return { values: t.dtype === "I8" ? new Int8Array(buffer) : new Int16Array(buffer), scales };
  }

  /** Throws where tensors are left, or a precision that no matrix has: none may be ignored. */
  close(): void {
    const [unused] = this.#unused;
    if (unused !== undefined)
      throw new FormatError(
        "tensor",
        `weights.${unused}: expected a layer's weights, got none of ${[...this.matrices.keys()].join(", ")}`,
      );
    if (this.#left.size > 0) {
      throw new FormatError("tensor", `no layer uses ${[...this.#left.keys()].join(", ")}`);
    }
  }

  #get(name: string): Tensor {
    const t = this.#left.get(name);
    if (!t)
      throw new FormatError(
        "tensor",
        `${name}: expected a tensor of this name, got none (left: ${[...this.#left.keys()].join(", ") || "none"})`,
      );
    return t;
  }
}
