import { kindOf, shown } from "../check.ts";
import { ARRAYS } from "../run/arrays.ts";
import type { DataLocation, DataType, DataTypeMap, ElementTypeMap, TensorType } from "./types.ts";

type Numbers = keyof typeof ARRAYS;
type Elements = readonly number[] | readonly string[] | readonly bigint[] | readonly boolean[];

export interface TypedTensor<T extends TensorType> {
  readonly type: T;
  readonly dims: readonly number[];
  /** The numbers, row-major. Throws once the tensor is disposed. */
  readonly data: DataTypeMap[T];
  readonly size: number;
  readonly location: DataLocation;
  readonly texture: never;
  readonly gpuBuffer: never;
  readonly mlTensor: never;
  getData(releaseData?: boolean): Promise<DataTypeMap[T]>;
  /** The same numbers in another shape. Throws RangeError where the sizes differ. */
  reshape(dims: readonly number[]): TypedTensor<T>;
  dispose(): void;
  toDataURL(options?: object): string;
  toImageData(options?: object): never;
}

export interface Tensor extends Omit<TypedTensor<TensorType>, "reshape"> {
  reshape(dims: readonly number[]): Tensor;
}

export declare namespace Tensor {
  type Type = TensorType;
  type ElementType = ElementTypeMap[TensorType];
}

export interface TensorConstructor {
  new (type: "string", data: string[] | readonly string[], dims?: readonly number[]): TypedTensor<"string">;
  new (type: "bool", data: Uint8Array | readonly boolean[], dims?: readonly number[]): TypedTensor<"bool">;
  new (type: "uint8", data: Uint8ClampedArray, dims?: readonly number[]): TypedTensor<"uint8">;
  new <T extends "uint64" | "int64">(
    type: T,
    data: DataTypeMap[T] | readonly bigint[] | readonly number[],
    dims?: readonly number[],
  ): TypedTensor<T>;
  new <T extends Exclude<TensorType, "string" | "bool" | "uint64" | "int64">>(
    type: T,
    data: DataTypeMap[T] | readonly number[],
    dims?: readonly number[],
  ): TypedTensor<T>;
  new (data: Float32Array, dims?: readonly number[]): TypedTensor<"float32">;
  new (data: Int8Array, dims?: readonly number[]): TypedTensor<"int8">;
  new (data: Uint8Array, dims?: readonly number[]): TypedTensor<"uint8">;
  new (data: Uint8ClampedArray, dims?: readonly number[]): TypedTensor<"uint8">;
  new (data: Uint16Array, dims?: readonly number[]): TypedTensor<"uint16">;
  new (data: Int16Array, dims?: readonly number[]): TypedTensor<"int16">;
  new (data: Int32Array, dims?: readonly number[]): TypedTensor<"int32">;
  new (data: BigInt64Array, dims?: readonly number[]): TypedTensor<"int64">;
  new (data: readonly string[], dims?: readonly number[]): TypedTensor<"string">;
  new (data: readonly boolean[], dims?: readonly number[]): TypedTensor<"bool">;
  new (data: Float64Array, dims?: readonly number[]): TypedTensor<"float64">;
  new (data: Uint32Array, dims?: readonly number[]): TypedTensor<"uint32">;
  new (data: BigUint64Array, dims?: readonly number[]): TypedTensor<"uint64">;
  new (type: TensorType, data: DataType | Elements, dims?: readonly number[]): Tensor;
  new (data: DataType, dims?: readonly number[]): Tensor;
  fromImage(...args: unknown[]): never;
  fromTexture(...args: unknown[]): never;
  fromGpuBuffer(...args: unknown[]): never;
  fromMLTensor(...args: unknown[]): never;
  fromPinnedBuffer(...args: unknown[]): never;
}

const refuse = (what: string) => (): never => {
  throw new TypeError(`Tensor: expected numbers in memory, got ${what}`);
};

class MemoryTensor {
  readonly type: Numbers;
  readonly dims: readonly number[];
  readonly size: number;
  /** Its own, not the prototype's: Transformers.js 2 copies tensors by Object.assign. */
  readonly data: DataTypeMap[Numbers];
  #disposed = false;

  constructor(a: unknown, b?: unknown, c?: unknown) {
    const [type, given, dims] = typeof a === "string" ? [a, b, c] : [typeOf(a), a, b];
    if (!Object.hasOwn(ARRAYS, type))
      throw new TypeError(`Tensor: expected a type of ${Object.keys(ARRAYS).join(", ")}, got ${shown(type)}`);
    this.type = type as Numbers;
    this.data = dataOf(this.type, given);
    this.dims = dims === undefined ? [this.data.length] : checked(dims, this.data.length);
    this.size = this.data.length;
  }

  get location(): DataLocation {
    return this.#disposed ? "none" : "cpu";
  }

  get texture(): never {
    return refuse("a texture")();
  }

  get gpuBuffer(): never {
    return refuse("a buffer of a GPU")();
  }

  get mlTensor(): never {
    return refuse("an MLTensor")();
  }

  async getData(): Promise<DataTypeMap[Numbers]> {
    return this.data;
  }

  reshape(dims: readonly number[]): MemoryTensor {
    return new MemoryTensor(this.type, this.data, dims);
  }

  dispose(): void {
    this.#disposed = true;
    const get = () => {
      throw new TypeError("Tensor: expected a tensor with its data, got a disposed one");
    };
    Object.defineProperty(this, "data", { get });
  }

  readonly toDataURL = refuse("an image");
  readonly toImageData = refuse("an image");
  static readonly fromImage = refuse("an image");
  static readonly fromTexture = refuse("a texture");
  static readonly fromGpuBuffer = refuse("a buffer of a GPU");
  static readonly fromMLTensor = refuse("an MLTensor");
  static readonly fromPinnedBuffer = refuse("a pinned buffer");

  static {
    Object.defineProperty(MemoryTensor, "name", { value: "Tensor" });
  }
}

/**
 * A tensor in memory: `new Tensor(type, data, dims?)` or `new Tensor(data, dims?)`; without dims it is a list. A typed
 * array is kept, not copied. Throws TypeError or RangeError where type, numbers and dims do not fit.
 */
export const Tensor = MemoryTensor as unknown as TensorConstructor;

/** The type of numbers that come without one. */
function typeOf(data: unknown): string {
  if (Array.isArray(data) && typeof data[0] === "boolean") return "bool";
  if (data instanceof Uint8ClampedArray) return "uint8";
  const found = Object.entries(ARRAYS).find(([, Numbers]) => data instanceof Numbers);
  if (!found)
    throw new TypeError(`Tensor: expected a typed array of float32 or integers, or booleans, got ${kindOf(data)}`);
  return found[0];
}

function dataOf(type: Numbers, given: unknown): DataTypeMap[Numbers] {
  const Numbers = ARRAYS[type];
  if (given instanceof Numbers) return given;
  if (type === "uint8" && given instanceof Uint8ClampedArray) return Uint8Array.from(given);
  if (!Array.isArray(given))
    throw new TypeError(`Tensor: expected ${Numbers.name} or an array for ${type}, got ${kindOf(given)}`);
  if (type === "int64") return BigInt64Array.from(given, BigInt);
  if (type === "uint64") return BigUint64Array.from(given, BigInt);
  return (Numbers as Float32ArrayConstructor).from(given);
}

function checked(dims: unknown, count: number): readonly number[] {
  if (!Array.isArray(dims) || dims.some((d) => !Number.isSafeInteger(d) || d < 0))
    throw new TypeError(`Tensor: expected dims of whole numbers, got ${shown(dims)}`);
  const size = dims.reduce((product: number, d: number) => product * d, 1);
  if (size !== count) throw new RangeError(`Tensor: expected ${size} values for [${dims.join(", ")}], got ${count}`);
  return [...dims];
}
