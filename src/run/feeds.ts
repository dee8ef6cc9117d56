import { kindOf, shown } from "../check.ts";
import type { Constant, Dtype, Port, Type } from "../graph/graph.ts";
import type { Arena } from "../memory/arena.ts";
import { countOf, isFloat } from "../ops/op.ts";

/** Numbers of a tensor, as JavaScript keeps each type: float16 and bfloat16 in a Float32Array; int64 also in an Int32Array. */
export type SessionData =
  | Float32Array
  | Float64Array
  | Int32Array
  | BigInt64Array
  | BigUint64Array
  | Int16Array
  | Int8Array
  | Uint32Array
  | Uint16Array
  | Uint8Array;

/** Numbers, and what they are. */
export interface SessionTensor {
  /** What an element stands for: float16 comes as float32. */
  readonly type: Dtype;
  /** Whole numbers, [] for one number. */
  readonly dims: readonly number[];
  /** Row-major. */
  readonly data: SessionData;
}

/** What an input takes: a tensor, its numbers where the shape is known, or one number where it is a scalar. */
export type Feed = SessionTensor | SessionData | number | bigint | boolean;

const ARRAYS: Record<Dtype, new (length: number) => SessionData> = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Float32Array,
  bfloat16: Float32Array,
  int64: BigInt64Array,
  int32: Int32Array,
  int16: Int16Array,
  int8: Int8Array,
  uint64: BigUint64Array,
  uint32: Uint32Array,
  uint16: Uint16Array,
  uint8: Uint8Array,
  bool: Uint8Array,
};

const isTensor = (feed: unknown): feed is SessionTensor =>
  typeof feed === "object" && feed !== null && !ArrayBuffer.isView(feed) && "data" in feed;

/** A feed as it runs: float32 or int32 numbers in the shape that its input has, or is given. */
export function readFeed(
  name: string,
  feed: Feed | undefined,
  port: Port,
  dims: { readonly [name: string]: number },
): Constant {
  const Numbers = ARRAYS[port.dtype];
  if (feed === undefined || feed === null) throw new TypeError(`${name}: expected a tensor, got none`);
  if (typeof feed === "number" || typeof feed === "bigint" || typeof feed === "boolean") {
    const data = isFloat(port.dtype) ? Float32Array.of(Number(feed)) : Int32Array.of(whole(name, Number(feed), 0));
    return { dtype: port.dtype, shape: shapeOf(name, port, [], 1, dims), data };
  }
  const given = isTensor(feed) ? feed.data : feed;
  if (isTensor(feed) && feed.type !== undefined && feed.type !== port.dtype)
    throw new TypeError(`${name}: expected a tensor of ${port.dtype}, got ${shown(feed.type)}`);
  const plain = given instanceof Int32Array && port.dtype === "int64";
  if (!(given instanceof Numbers) && !plain)
    throw new TypeError(`${name}: expected ${Numbers.name} for ${port.dtype}, got ${kindOf(given)}`);
  const shape = shapeOf(name, port, isTensor(feed) ? feed.dims : undefined, given.length, dims);
  return { dtype: port.dtype, shape, data: asRun(name, given) };
}

/** A whole number that int32 holds. */
function whole(name: string, value: number, at: number): number {
  if (value !== (value | 0))
    throw new RangeError(`${name}[${at}]: expected a whole number that int32 holds, got ${value}`);
  return value;
}

/** A float64 as float32, which must not make it infinite. */
function single(name: string, value: number, at: number): number {
  if (Number.isFinite(value) && !Number.isFinite(Math.fround(value)))
    throw new RangeError(`${name}[${at}]: expected a number that float32 holds, got ${value}`);
  return value;
}

function asRun(name: string, data: SessionData): Float32Array | Int32Array {
  if (data instanceof Float32Array || data instanceof Int32Array) return data;
  if (data instanceof Float64Array) return Float32Array.from(data, (value, i) => single(name, value, i));
  const out = new Int32Array(data.length);
  for (let i = 0; i < data.length; i++) out[i] = whole(name, Number(data[i]), i);
  return out;
}

/** The shape of a feed: as given, or as the port has it, its sizes by name; a scalar and [1] are one. */
function shapeOf(
  name: string,
  port: Port,
  given: readonly number[] | undefined,
  count: number,
  dims: { readonly [name: string]: number },
): readonly number[] {
  const expected = port.dims.map((d) => (typeof d === "number" ? d : (dims[d] ?? d)));
  const refuse = (got: string) => new RangeError(`${name}: expected [${expected.join(", ")}], got ${got}`);
  if (given === undefined) {
    const open = expected.filter((d) => typeof d === "string");
    const known = countOf(expected.filter((d) => typeof d === "number") as number[]);
    if (
      open.length > 1 ||
      (open.length === 0 && known !== count) ||
      (open.length === 1 && !(known > 0 && count % known === 0))
    )
      throw refuse(`${count} values`);
    return expected.map((d) => (typeof d === "number" ? d : count / known));
  }
  if (!Array.isArray(given) || given.some((d) => !Number.isSafeInteger(d) || d < 0)) throw refuse(shown(given));
  if (countOf(given) !== count)
    throw new RangeError(`${name}: expected ${countOf(given)} values for [${given.join(", ")}], got ${count}`);
  if (count === 1 && expected.every((d) => d === 1) && given.every((d) => d === 1)) return expected as number[];
  if (given.length !== expected.length || expected.some((d, axis) => typeof d === "number" && d !== given[axis]))
    throw refuse(`[${given.join(", ")}]`);
  return given;
}

export function sameValues(a: Float32Array | Int32Array, b: Float32Array | Int32Array): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i] && !(Number.isNaN(a[i]) && Number.isNaN(b[i]))) return false;
  return true;
}

/** An output as the caller is given it: a fresh array, or `into`. */
export function readOutput(
  arena: Arena,
  address: number,
  name: string,
  { dtype, shape }: Type,
  into: SessionData | undefined,
): SessionTensor {
  const Numbers = ARRAYS[dtype];
  const count = countOf(shape);
  const data = into ?? new Numbers(count);
  if (!(data instanceof Numbers)) throw new TypeError(`into.${name}: expected ${Numbers.name}, got ${kindOf(data)}`);
  if (data.length !== count) throw new RangeError(`into.${name}: expected ${count} values, got ${data.length}`);
  const from = address >> 2;
  if (isFloat(dtype)) (data as Float32Array).set(arena.f32.subarray(from, from + count));
  else if (data instanceof BigInt64Array || data instanceof BigUint64Array)
    for (let i = 0; i < count; i++) data[i] = BigInt(arena.i32[from + i]);
  else data.set(arena.i32.subarray(from, from + count));
  return { type: dtype, dims: shape, data };
}
