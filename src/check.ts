import { nearest } from "./nearest.ts";
import { printable } from "./text.ts";

/** What is wrong with a model file, a tensor or a description. */
export type FormatCode =
  | "truncated" // the file ends before what it announces
  | "header" // the file is not laid out as its format asks
  | "dtype" // a tensor's type is unknown, or is not what its use needs
  | "shape" // a tensor's shape is not what its use needs
  | "tensor" // a tensor is missing, or is left over
  | "description" // the description is not valid
  | "unsupported" // the description asks for what this engine does not run
  | "graph" // a node is not what its op asks for
  | "state"; // a saved state does not belong here

/** Characters of an error at its beginning and its end: names in a file may be as long as the file. */
const LONGEST = { head: 2000, tail: 500 };

/** A file, a tensor or a description that cannot be used; `code` says which rule it breaks. */
export class FormatError extends Error {
  /** Always "FormatError", in a minified bundle too. */
  declare readonly name: "FormatError";
  /** Which rule is broken. */
  readonly code: FormatCode;
  constructor(code: FormatCode, message: string) {
    super(shortened(printable(shortened(message))));
    this.code = code;
  }
}
// A stack is written before the fields are, and a minified class has another name.
Object.defineProperty(FormatError.prototype, "name", { value: "FormatError", configurable: true, writable: true });

function shortened(text: string): string {
  return text.length <= LONGEST.head + LONGEST.tail
    ? text
    : `${text.slice(0, LONGEST.head)}...${text.slice(-LONGEST.tail)}`;
}

/** Throws a RangeError unless `value` is `expected`. */
export function checkLength(label: string, value: { readonly length: number }, expected: number): void {
  if (value.length !== expected) throw new RangeError(`${label}: expected ${expected} values, got ${value.length}`);
}

/** Throws unless `value` is a Float32Array of `expected` elements. */
export function checkFloats(label: string, value: unknown, expected: number): asserts value is Float32Array {
  if (!(value instanceof Float32Array)) throw new TypeError(`${label}: expected a Float32Array, got ${kindOf(value)}`);
  checkLength(label, value, expected);
}

/** Throws unless `value` is an integer of at least `least`. */
export function checkCount(label: string, value: unknown, least: number): asserts value is number {
  if (typeof value !== "number") throw new TypeError(`${label}: expected a whole number, got ${kindOf(value)}`);
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(`${label}: expected a whole number of at least ${least}, got ${value}`);
  }
}

/** Whether another thread may write what is viewed. */
export function isShared(view: ArrayBufferView): boolean {
  return typeof SharedArrayBuffer === "function" && view.buffer instanceof SharedArrayBuffer;
}

/** Throws unless `value` is true or false. */
export function checkBoolean(label: string, value: unknown): asserts value is boolean {
  if (typeof value !== "boolean") throw new TypeError(`${label}: expected true or false, got ${shown(value)}`);
}

/** Throws TypeError unless `options` is an object whose names are all `known`. */
export function checkOptions<T extends object>(options: T, known: readonly (keyof T & string)[]): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new TypeError(`options: expected { ${known.join(", ")} }, got ${kindOf(options)}`);
  }
  for (const name in options) {
    if (!known.includes(name as never))
      throw new TypeError(`${cut(name)}: expected one of ${known.join(", ")}${nearest(name, known)}`);
  }
}

/** The options, each read once, without those undefined. Throws TypeError where one is none of `known`. */
export function readOptions<T extends object>(options: T, known: readonly (keyof T & string)[]): T {
  checkOptions(options, known);
  const read = {} as T;
  for (const name of known) {
    const value = options[name];
    if (value !== undefined) read[name] = value;
  }
  return read;
}

/** Throws unless `value` is an object; `fields` says which. */
export function checkObject(label: string, value: unknown, fields: string): asserts value is object {
  if (typeof value !== "object" || value === null)
    throw new TypeError(`${label}: expected ${fields}, got ${kindOf(value)}`);
}

/** Throws unless `value` is an array. */
export function checkList(label: string, value: unknown): asserts value is unknown[] {
  if (!Array.isArray(value)) throw new TypeError(`${label}: expected an array, got ${kindOf(value)}`);
}

/** A value's kind in words, for an error. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (typeof value !== "object") return typeof value;
  return cut(String(value.constructor?.name || "object"));
}

/** Characters, elements and levels of a value in an error. */
const SHOWN = { characters: 100, elements: 20, levels: 4 };

/**
 * A value from JSON in an error, cut short. JSON.stringify of a whole file's value would take
 * 18 s for 10 MB of brackets (V8 14, whose time grows with the square of the depth).
 */
export function shown(value: unknown, levels = SHOWN.levels): string {
  if (value === undefined) return "none";
  if (typeof value === "string") return cut(JSON.stringify(value.slice(0, SHOWN.characters + 1)));
  if (typeof value !== "object" || value === null) return cut(String(value));
  if (Array.isArray(value)) {
    return levels === 0 ? "[...]" : cut(`[${value.slice(0, SHOWN.elements).map((v) => shown(v, levels - 1))}]`);
  }
  if (levels === 0) return "{...}";
  const entries = Object.entries(value).slice(0, SHOWN.elements);
  return cut(`{${entries.map(([key, v]) => `${shown(key)}:${shown(v, levels - 1)}`)}}`);
}

function cut(text: string): string {
  return printable(text.length > SHOWN.characters ? `${text.slice(0, SHOWN.characters)}...` : text);
}
