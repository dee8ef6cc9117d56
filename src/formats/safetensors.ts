import { checkList, checkObject, FormatError, kindOf, shown } from "../check.ts";
import { DTYPES, type Dtype, type Tensor } from "../model/tensor.ts";
import { foreign } from "./kind.ts";
import { decodeUtf8, encodeUtf8 } from "../text.ts";

/** What a safetensors file holds: its tensors in file order, and its metadata. */
export interface Safetensors {
  readonly tensors: Tensor[];
  readonly metadata: ReadonlyMap<string, string>;
}

/** The format's own limit on the header, in bytes. */
const LARGEST_HEADER = 100_000_000;

/**
 * Reads a safetensors file: eight bytes of header length, a JSON header
 * `{"name": {"dtype", "shape", "data_offsets": [begin, end]}, "__metadata__": {...}}`,
 * then the data, which the tensors must cover without gap or overlap.
 * The tensors are views on `file`. Throws FormatError for anything else.
 * https://github.com/huggingface/safetensors#format
 */
export function readSafetensors(file: Uint8Array): Safetensors {
  if (!(file instanceof Uint8Array)) throw new TypeError(`file: expected a Uint8Array, got ${foreign(file) ?? kindOf(file)}`);
  const header = readHeader(file);
  const data = file.subarray(header.end);
  const metadata = new Map<string, string>();
  const tensors: { tensor: Tensor; begin: number; end: number }[] = [];
  for (const [name, entry] of header.entries) {
    if (name === "__metadata__") {
      for (const [key, value] of Object.entries(asObject("__metadata__", entry))) {
        if (typeof value !== "string") throw bad(`__metadata__.${key}: expected a string, got ${shown(value)}`);
        metadata.set(key, value);
      }
    } else {
      tensors.push(readEntry(name, entry, data));
    }
  }
  checkCover(tensors, data.byteLength);
  const repeated = countKeys(header.json) - header.entries.reduce((n, [, entry]) => n + 1 + Object.keys(entry as object).length, 0);
  if (repeated > 0) throw bad(`expected each name once, got ${repeated} repeated`);
  return { tensors: tensors.map((t) => t.tensor), metadata };
}

function readHeader(file: Uint8Array): { json: string; entries: [string, unknown][]; end: number } {
  if (file.byteLength < 8) throw cut(`expected at least 8 bytes, got ${file.byteLength}`);
  const length = new DataView(file.buffer, file.byteOffset).getBigUint64(0, true);
  if (length > LARGEST_HEADER || file[8] !== 0x7b) {
    throw bad(`expected a safetensors file, whose header begins with {, got ${foreign(file) ?? "other bytes"}`);
  }
  const end = 8 + Number(length);
  if (end > file.byteLength) throw cut(`expected a header of ${length} bytes, got ${file.byteLength - 8}`);
  let json: string;
  let value: unknown;
  try {
    json = decodeUtf8(file.subarray(8, end));
    value = JSON.parse(json);
  } catch (error) {
    throw bad(`expected a header of UTF-8 JSON: ${(error as Error).message}`);
  }
  return { json, entries: Object.entries(asObject("header", value)), end };
}

/** Keys of all objects, repeated ones included; JSON.parse keeps only the last of these. */
function countKeys(json: string): number {
  let keys = 0;
  let text = false;
  for (let i = 0; i < json.length; i++) {
    const char = json[i];
    if (char === "\\") i++;
    else if (char === '"') text = !text;
    else if (char === ":" && !text) keys++;
  }
  return keys;
}

function readEntry(name: string, value: unknown, data: Uint8Array): { tensor: Tensor; begin: number; end: number } {
  const { dtype, shape, data_offsets: offsets, ...rest } = asObject(name, value);
  const unknown = Object.keys(rest);
  if (unknown.length > 0) throw bad(`${name}: expected dtype, shape and data_offsets, got ${unknown.join(", ")} too`);
  if (typeof dtype !== "string" || !Object.hasOwn(DTYPES, dtype)) {
    throw new FormatError("dtype", `${name}: expected a dtype of ${Object.keys(DTYPES).join(", ")}, got ${shown(dtype)}`);
  }
  if (!isCounts(shape)) throw new FormatError("shape", `${name}: expected a shape of whole numbers, got ${shown(shape)}`);
  if (!isCounts(offsets) || offsets.length !== 2 || offsets[0] > offsets[1]) {
    throw bad(`${name}: expected data_offsets [begin, end], got ${shown(offsets)}`);
  }
  const [begin, end] = offsets;
  if (end > data.byteLength) throw cut(`${name}: expected data up to byte ${end}, got ${data.byteLength}`);
  const bytes = shape.reduce((product, n) => product * n, DTYPES[dtype as Dtype]);
  if (bytes !== end - begin) {
    throw new FormatError("shape", `${name}: expected ${bytes} bytes for ${dtype} [${shape.join(", ")}], got ${end - begin}`);
  }
  return { tensor: { name, dtype: dtype as Dtype, shape, bytes: data.subarray(begin, end) }, begin, end };
}

/** The tensors, in order of their data, must follow each other from the first byte to the last. */
function checkCover(tensors: { tensor: Tensor; begin: number; end: number }[], length: number): void {
  let at = 0;
  for (const { tensor, begin, end } of [...tensors].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at) throw bad(`${tensor.name}: expected data from byte ${at}, got ${begin} (${begin < at ? "an overlap" : "a gap"})`);
    at = end;
  }
  if (at !== length) throw bad(`expected ${at} bytes of data, got ${length}`);
}

/**
 * Writes a safetensors file; the same tensors and metadata always give the same bytes.
 * Throws FormatError where a name comes twice or a shape does not fit its bytes.
 */
export function writeSafetensors(tensors: readonly Tensor[], metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  checkList("tensors", tensors);
  checkObject("metadata", metadata, "an object");
  let at = 0;
  const names = new Set(["__metadata__"]);
  const entries = tensors.map((t): [string, unknown] => {
    if (names.has(t.name)) throw bad(`${t.name}: expected each name once, and none called __metadata__`);
    names.add(t.name);
    const bytes = t.shape.reduce((product, n) => product * n, DTYPES[t.dtype]);
    if (bytes !== t.bytes.byteLength) throw new FormatError("shape", `${t.name}: expected ${bytes} bytes for ${t.dtype} [${t.shape.join(", ")}], got ${t.bytes.byteLength}`);
    const begin = at;
    at += t.bytes.byteLength;
    return [t.name, { dtype: t.dtype, shape: t.shape, data_offsets: [begin, at] }];
  });
  if (Object.keys(metadata).length > 0) entries.unshift(["__metadata__", metadata]);
  const json = encodeUtf8(JSON.stringify(Object.fromEntries(entries)));
  const header = Math.ceil(json.byteLength / 8) * 8; // padded with spaces: the data is aligned
  const file = new Uint8Array(8 + header + at).fill(0x20, 8, 8 + header);
  new DataView(file.buffer).setBigUint64(0, BigInt(header), true);
  file.set(json, 8);
  let out = 8 + header;
  for (const t of tensors) {
    file.set(t.bytes, out);
    out += t.bytes.byteLength;
  }
  return file;
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

function asObject(label: string, value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw bad(`${label}: expected an object, got ${shown(value)}`);
  return value as Record<string, unknown>;
}

const bad = (message: string) => new FormatError("header", `safetensors: ${message}`);
const cut = (message: string) => new FormatError("truncated", `safetensors: ${message}`);
