import { kindOf, shown } from "../check.ts";
import type { Constant, Dtype, Port, Type } from "../graph/graph.ts";
import type { Arena } from "../memory/arena.ts";
import { View } from "../memory/view.ts";
import { countOf, isFloat } from "../ops/op.ts";
import { arrayOf, type SessionData } from "./arrays.ts";

export type { SessionData } from "./arrays.ts";

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

const isTensor = (feed: unknown): feed is SessionTensor =>
  typeof feed === "object" && feed !== null && !ArrayBuffer.isView(feed) && "data" in feed;

/** A feed as it runs: float32 or int32 numbers in the shape that its input has, or is given. */
export function readFeed(
  name: string,
  feed: Feed | undefined,
  port: Port,
  dims: { readonly [name: string]: number },
): Constant {
  const Numbers = arrayOf[port.dtype];
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

/** Copies a feed's numbers to an address. */
export function writeFeed({ f32, i32 }: Arena, address: number, name: string, data: SessionData): void {
  const at = address >> 2;
  if (data instanceof Float32Array) f32.set(data, at);
  else if (data instanceof Int32Array) i32.set(data, at);
  else if (data instanceof Float64Array) for (let i = 0; i < data.length; i++) f32[at + i] = single(name, data[i], i);
  else for (let i = 0; i < data.length; i++) i32[at + i] = whole(name, Number(data[i]), i);
}

/**
 * The numbers of a feed that is plainly of `count` numbers in this shape, an array only where `bare` says that its
 * length gives the shape; undefined for any other, right or wrong: readFeed tells. Nothing is allocated.
 */
export function dataAs(
  feed: Feed | undefined,
  { dtype }: Port,
  shape: readonly number[],
  count: number,
  bare: boolean,
): SessionData | undefined {
  if (typeof feed !== "object" || feed === null) return undefined;
  let data: SessionData;
  if (ArrayBuffer.isView(feed)) {
    if (!bare) return undefined;
    data = feed;
  } else {
    const { type, dims } = feed;
    if ((type !== undefined && type !== dtype) || !Array.isArray(dims) || dims.length !== shape.length)
      return undefined;
    for (let axis = 0; axis < shape.length; axis++) if (dims[axis] !== shape[axis]) return undefined;
    ({ data } = feed);
  }
  const fits = data instanceof arrayOf[dtype] || (dtype === "int64" && data instanceof Int32Array);
  return fits && data.length === count ? data : undefined;
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

/** Where an output stands, and how the caller is given it. */
export class OutputPlace {
  readonly name: string;
  readonly type: Type;
  readonly address: number;
  readonly count: number;
  readonly #floats = new View<Float32Array>();
  readonly #integers = new View<Int32Array>();
  /** What was read last into the caller's array. */
  #tensor: SessionTensor | undefined;

  constructor(name: string, type: Type, address: number) {
    this.name = name;
    this.type = type;
    this.address = address;
    this.count = countOf(type.shape);
  }

  /** The numbers in `into`, or in a fresh array; into the array of the read before, nothing is allocated. */
  read(arena: Arena, into: SessionData | undefined): SessionTensor {
    const { address, count, name } = this;
    const { dtype, shape } = this.type;
    const Numbers = arrayOf[dtype];
    const data = into ?? new Numbers(count);
    if (!(data instanceof Numbers)) throw new TypeError(`into.${name}: expected ${Numbers.name}, got ${kindOf(data)}`);
    if (data.length !== count) throw new RangeError(`into.${name}: expected ${count} values, got ${data.length}`);
    if (isFloat(dtype)) (data as Float32Array).set(this.#floats.at(arena.f32, address, count));
    else if (data instanceof BigInt64Array || data instanceof BigUint64Array)
      for (let i = 0; i < count; i++) data[i] = BigInt(arena.i32[(address >> 2) + i]);
    else data.set(this.#integers.at(arena.i32, address, count));
    if (into && this.#tensor?.data === into) return this.#tensor;
    const tensor = { type: dtype, dims: shape, data };
    if (into) this.#tensor = tensor;
    return tensor;
  }
}
