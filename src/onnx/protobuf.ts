import { FormatError } from "../check.ts";
import { decodeUtf8 } from "../text.ts";

/** What a field holds: a number of one of protobuf's types, bytes, text, or a message of this schema. */
export type Kind = "int" | "float" | "double" | "bytes" | "string" | (() => Schema);

export interface Field {
  readonly name: string;
  readonly kind: Kind;
  readonly repeated: boolean;
  /** A message that is read when it is asked for: its value is a function. */
  readonly later?: boolean;
}

/** A message's name, for errors, and its fields by number. Fields that it does not list are skipped. */
export interface Schema {
  readonly name: string;
  readonly fields: ReadonlyMap<number, Field>;
}

export type Message = { [field: string]: unknown };

/** Messages within messages, and messages in a file: what bounds the memory that a hostile file takes. */
const DEEPEST = 100;
const MOST_MESSAGES = 1_000_000;

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;

/**
 * Reads a protobuf message: only the fields that are there, repeated ones as arrays, packed or not.
 * 64-bit integers are signed numbers, exact to 2^53. Throws FormatError for what is cut, for groups,
 * for a field of another wire type, and for a field that is given twice and not repeated.
 * https://protobuf.dev/programming-guides/encoding/
 */
export function readMessage(bytes: Uint8Array, schema: Schema): Message {
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length); // a Buffer's views take their time
  return new Reader(plain).message(schema, bytes.length, 0);
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  #messages = 0;
  /** The upper 32 bits of the last number. */
  #high = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  message(schema: Schema, end: number, depth: number): Message {
    if (depth > DEEPEST) throw bad(`${schema.name}: expected at most ${DEEPEST} messages within each other`);
    if (++this.#messages > MOST_MESSAGES) throw bad(`${schema.name}: expected at most ${MOST_MESSAGES} messages`);
    const message: Message = {};
    while (this.#at < end) {
      const tag = this.#varint(end);
      const number = tag >>> 3;
      if (this.#high !== 0 || number === 0) {
        throw bad(`${schema.name}: expected a field's number, got ${this.#high * 2 ** 32 + tag}`);
      }
      const field = schema.fields.get(number);
      if (field) this.#field(schema, field, tag & 7, message, end, depth);
      else this.#skip(schema, number, tag & 7, end);
    }
    return message;
  }

  #field(schema: Schema, field: Field, wire: number, message: Message, end: number, depth: number): void {
    const { name, kind, repeated } = field;
    const own = typeof kind === "function" || kind === "bytes" || kind === "string" ? LENGTH : WIRES[kind];
    if (!repeated && Object.hasOwn(message, name)) throw bad(`${schema.name}.${name}: expected once, got it twice`);
    if (wire === LENGTH && own !== LENGTH && repeated) {
      const values = (message[name] ??= []) as number[];
      const stop = this.#length(schema, name, end);
      while (this.#at < stop) values.push(this.#number(kind as keyof typeof WIRES, stop));
      return;
    }
    if (wire !== own) throw bad(`${schema.name}.${name}: expected wire type ${own}, got ${wire}`);
    let value: unknown;
    if (own !== LENGTH) value = this.#number(kind as keyof typeof WIRES, end);
    else {
      const stop = this.#length(schema, name, end);
      if (typeof kind === "function" && !field.later) value = this.message(kind(), stop, depth + 1);
      else {
        const bytes = this.#bytes.subarray(this.#at, stop);
        this.#at = stop;
        if (typeof kind === "function") value = () => new Reader(bytes).message(kind(), bytes.length, depth + 1);
        else value = kind === "string" ? text(bytes, schema.name, name) : bytes;
      }
    }
    if (repeated) ((message[name] ??= []) as unknown[]).push(value);
    else message[name] = value;
  }

  #number(kind: keyof typeof WIRES, end: number): number {
    if (kind === "int") {
      const low = this.#varint(end);
      return (this.#high | 0) * 2 ** 32 + low;
    }
    const at = this.#advance(kind === "float" ? 4 : 8, end);
    return kind === "float" ? this.#view.getFloat32(at, true) : this.#view.getFloat64(at, true);
  }

  /** The lower 32 bits of a number, unsigned, as the upper ones are: seven bits a byte, the lowest first. */
  #varint(end: number): number {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#bytes[this.#advance(1, end)];
      const bits = byte & 127;
      if (shift < 32) low |= bits << shift;
      if (shift > 28) high |= bits << (shift - 32);
      else if (shift === 28) high |= bits >>> 4;
      if (byte < 128) {
        this.#high = high >>> 0;
        return low >>> 0;
      }
    }
    throw bad("expected a number of at most ten bytes");
  }

  /** Where a field of a length ends. */
  #length(schema: Schema, field: string | number, end: number): number {
    const low = this.#varint(end);
    const length = this.#high * 2 ** 32 + low;
    if (length > end - this.#at) throw cut(`${schema.name}.${field}: expected ${length} bytes, got ${end - this.#at}`);
    return this.#at + length;
  }

  #advance(bytes: number, end: number): number {
    const at = this.#at;
    if (bytes > end - at) throw cut(`expected ${bytes} more byte${bytes === 1 ? "" : "s"} at ${at}, got ${end - at}`);
    this.#at = at + bytes;
    return at;
  }

  #skip(schema: Schema, number: number, wire: number, end: number): void {
    if (wire === VARINT) this.#varint(end);
    else if (wire === FIXED64) this.#advance(8, end);
    else if (wire === FIXED32) this.#advance(4, end);
    else if (wire === LENGTH) this.#at = this.#length(schema, number, end);
    else throw bad(`${schema.name}, field ${number}: expected wire type 0, 1, 2 or 5, got ${wire}`);
  }
}

const WIRES = { int: VARINT, float: FIXED32, double: FIXED64 };

/**
 * UTF-8, or a FormatError that names the field. Names of ASCII, as most are, need no TextDecoder: it takes
 * microseconds.
 */
export function text(bytes: Uint8Array, label: string, field?: string): string {
  if (bytes.length <= 1000 && bytes.every((byte) => byte < 128)) return String.fromCharCode.apply(null, bytes as never);
  try {
    return decodeUtf8(bytes);
  } catch {
    throw bad(`${field === undefined ? label : `${label}.${field}`}: expected UTF-8`);
  }
}

const bad = (message: string) => new FormatError("header", `onnx: ${message}`);
const cut = (message: string) => new FormatError("truncated", `onnx: ${message}`);
