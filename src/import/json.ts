import { type FormatError, kindOf, shown } from "../check.ts";
import { decodeUtf8 } from "../text.ts";
import { wrong } from "./wrong.ts";

/** What a model's JSON may hold; the largest capture known is 2 MB, 4 levels deep, with 30,000 arrays. */
const LIMITS = { bytes: 64 << 20, depth: 32, brackets: 1 << 20 };

/** The largest size that a field may give; its weights must be in the file besides. */
const LARGEST = 1 << 20;

/** The value of a file of JSON, of bounded size, depth and number of objects and arrays. */
export function parseJson(bytes: Uint8Array): unknown {
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`file: expected a Uint8Array, got ${kindOf(bytes)}`);
  if (bytes.byteLength > LIMITS.bytes) {
    throw wrong("unsupported", "file", `JSON of at most ${LIMITS.bytes} bytes`, bytes.byteLength);
  }
  checkBrackets(bytes);
  try {
    return JSON.parse(decodeUtf8(bytes));
  } catch (error) {
    throw wrong("header", "file", "UTF-8 JSON", (error as Error).message);
  }
}

/** Counts brackets outside of strings before anything is built of them. */
function checkBrackets(bytes: Uint8Array): void {
  let depth = 0;
  let brackets = 0;
  let quoted = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === 0x22)
      quoted = !quoted; // "
    else if (quoted)
      i += byte === 0x5c ? 1 : 0; // \ and what it escapes
    else if (byte === 0x5b || byte === 0x7b) {
      // [ {
      if (++depth > LIMITS.depth) throw wrong("unsupported", "file", `JSON of at most ${LIMITS.depth} levels`, "more");
      if (++brackets > LIMITS.brackets) {
        throw wrong("unsupported", "file", `JSON of at most ${LIMITS.brackets} arrays and objects`, "more");
      }
    } else if (byte === 0x5d || byte === 0x7d) depth--; // ] }
  }
}

/** An object of a file, from which each field is taken once; `label` says where it is. */
export class Fields {
  readonly label: string;
  readonly #left: Map<string, unknown>;

  constructor(label: string, value: unknown) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw bad(label, "an object", value);
    this.label = label;
    this.#left = new Map(Object.entries(value));
  }

  /** Whether a field is there, and not null. */
  has(key: string): boolean {
    return this.#left.get(key) != null;
  }

  /** The field's name in an error. */
  path(key: string): string {
    return this.label ? `${this.label}.${key}` : key;
  }

  /** A field of any kind; null counts as left out. */
  take(key: string, fallback?: unknown): unknown {
    const value = this.#left.get(key) ?? fallback;
    this.#left.delete(key);
    if (value === undefined) throw wrong("description", this.path(key), "this field", "none");
    return value;
  }

  text(key: string, fallback?: string): string {
    const value = this.take(key, fallback);
    if (typeof value !== "string") throw bad(this.path(key), "a string", value);
    return value;
  }

  flag(key: string, fallback?: boolean): boolean {
    const value = this.take(key, fallback);
    if (typeof value !== "boolean") throw bad(this.path(key), "true or false", value);
    return value;
  }

  number(key: string, fallback?: number): number {
    return asNumber(this.path(key), this.take(key, fallback));
  }

  /** A size: a whole number of at least `least`. */
  count(key: string, fallback?: number, least = 1): number {
    return asCount(this.path(key), this.take(key, fallback), least);
  }

  list(key: string): unknown[] {
    return asList(this.path(key), this.take(key));
  }

  counts(key: string): number[] {
    return this.list(key).map((value, i) => asCount(`${this.path(key)}[${i}]`, value));
  }

  fields(key: string): Fields {
    return new Fields(this.path(key), this.take(key));
  }

  names(): string[] {
    return [...this.#left.keys()];
  }

  /** Throws where a field is left that is not null: none may be ignored. */
  close(): void {
    const left = this.names().filter((key) => this.has(key));
    if (left.length > 0) throw wrong("unsupported", this.label, "no fields but those it knows", left.join(", "));
  }
}

const isFloat = (value: unknown): value is number => typeof value === "number" && Number.isFinite(Math.fround(value));

export function asNumber(label: string, value: unknown): number {
  if (isFloat(value)) return value;
  throw bad(label, typeof value === "number" ? "a number that float32 can hold" : "a number", value);
}

export function asCount(label: string, value: unknown, least = 1): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > LARGEST) {
    throw bad(label, `a whole number from ${least} to ${LARGEST}`, value);
  }
  return value;
}

export function asList(label: string, value: unknown): unknown[] {
  if (!Array.isArray(value)) throw bad(label, "an array", value);
  return value;
}

/** Nested arrays of numbers that have exactly this shape, row-major. */
export function numbers(label: string, value: unknown, shape: readonly number[]): Float32Array {
  const out: number[] = [];
  const walk = (at: string, part: unknown, level: number): void => {
    const list = asList(at, part);
    if (list.length !== shape[level]) {
      throw wrong("shape", at, `${shape[level]} values (${label} is [${shape.join(", ")}])`, list.length);
    }
    list.forEach((v, i) => {
      if (level + 1 < shape.length) walk(`${at}[${i}]`, v, level + 1);
      else out.push(isFloat(v) ? v : asNumber(`${at}[${i}]`, v));
    });
  };
  walk(label, value, 0);
  return new Float32Array(out);
}

/** The shape that nested arrays have along their first elements. */
export function shapeOf(value: unknown): number[] {
  const shape = [];
  for (let part = value; Array.isArray(part); part = part[0]) shape.push(part.length);
  return shape;
}

function bad(label: string, expected: string, value: unknown): FormatError {
  return wrong("description", label || "file", expected, shown(value));
}
