import { checkList, checkObject, FormatError, isShared, kindOf, shown } from "../check.ts";
import { checkTensor, DTYPES, isCounts, type Dtype, type Tensor } from "../tensors/tensor.ts";
import { decodeUtf8, encodeUtf8, hasWholeNumbers, parseJson } from "../text.ts";

/** What a safetensors file holds: its tensors in file order, and its metadata. */
export interface Safetensors {
  /** Views on the file. */
  readonly tensors: Tensor[];
  /** The texts under `__metadata__`. */
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
  if (!(file instanceof Uint8Array)) throw new TypeError(`file: expected a Uint8Array, got ${kindOf(file)}`);
  // Of a Buffer `slice` gives views; of shared memory another thread writes what was checked.
  file = isShared(file) ? new Uint8Array(file) : new Uint8Array(file.buffer, file.byteOffset, file.byteLength);
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
  if (!hasWholeNumbers(header.json))
    throw bad("expected numbers of digits alone, got a sign, a fraction or an exponent");
  return { tensors: inOrder(tensors, data.byteLength), metadata };
}

function readHeader(file: Uint8Array): { json: string; entries: [string, unknown][]; end: number } {
  if (file.byteLength < 8) throw cut(`expected at least 8 bytes, got ${file.byteLength}`);
  const length = new DataView(file.buffer, file.byteOffset).getBigUint64(0, true);
  if (length > LARGEST_HEADER || file[8] !== 0x7b) {
    throw another("other bytes");
  }
  const end = 8 + Number(length);
  if (end > file.byteLength) throw cut(`expected a header of ${length} bytes, got ${file.byteLength - 8}`);
  let json: string;
  let value: unknown;
  try {
    json = decodeUtf8(file.subarray(8, end));
    value = parseJson(json);
  } catch (error) {
    throw bad(`expected a header of UTF-8 JSON: ${(error as Error).message}`);
  }
  return { json, entries: Object.entries(asObject("header", value)), end };
}

function readEntry(name: string, value: unknown, data: Uint8Array): { tensor: Tensor; begin: number; end: number } {
  const { dtype, shape, data_offsets: offsets, ...rest } = asObject(name, value);
  const unknown = Object.keys(rest);
  if (unknown.length > 0) throw bad(`${name}: expected dtype, shape and data_offsets, got ${unknown.join(", ")} too`);
  if (typeof dtype !== "string" || !Object.hasOwn(DTYPES, dtype)) {
    throw new FormatError(
      "dtype",
      `${name}: expected a dtype of ${Object.keys(DTYPES).join(", ")}, got ${shown(dtype)}`,
    );
  }
  if (!isCounts(shape))
    throw new FormatError("shape", `${name}: expected a shape of whole numbers, got ${shown(shape)}`);
  if (!isCounts(offsets) || offsets.length !== 2 || offsets[0] > offsets[1]) {
    throw bad(`${name}: expected data_offsets [begin, end], got ${shown(offsets)}`);
  }
  const [begin, end] = offsets;
  if (end > data.byteLength) throw cut(`${name}: expected data up to byte ${end}, got ${data.byteLength}`);
  const bytes = shape.reduce((product, n) => product * n, DTYPES[dtype as Dtype]);
  if (bytes !== end - begin) {
    throw new FormatError(
      "shape",
      `${name}: expected ${bytes} bytes for ${dtype} [${shape.join(", ")}], got ${end - begin}`,
    );
  }
  return { tensor: { name, dtype: dtype as Dtype, shape, bytes: data.subarray(begin, end) }, begin, end };
}

/** The tensors in the order of their data, which must follow each other from the first byte to the last. */
function inOrder(tensors: readonly { tensor: Tensor; begin: number; end: number }[], length: number): Tensor[] {
  let at = 0;
  const ordered = [...tensors].sort((a, b) => a.begin - b.begin || a.end - b.end);
  for (const { tensor, begin, end } of ordered) {
    if (begin !== at)
      throw bad(`${tensor.name}: expected data from byte ${at}, got ${begin} (${begin < at ? "an overlap" : "a gap"})`);
    at = end;
  }
  if (at !== length) throw bad(`expected ${at} bytes of data, got ${length}`);
  return ordered.map((t) => t.tensor);
}

/**
 * Writes a safetensors file; the same tensors and metadata always give the same bytes.
 * Throws FormatError where a name comes twice, a shape does not fit its bytes, or metadata is no text.
 */
export function writeSafetensors(
  tensors: readonly Tensor[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  checkList("tensors", tensors);
  checkObject("metadata", metadata, "an object");
  let at = 0;
  const names = new Set(["__metadata__"]);
  const entry = (name: string, value: unknown) => `${JSON.stringify(name)}:${JSON.stringify(value)}`;
  const checked = tensors.map(checkTensor);
  const entries = checked.map(({ name, dtype, shape, bytes }) => {
    if (names.has(name)) throw bad(`${name}: expected each name once, and none called __metadata__`);
    names.add(name);
    return entry(name, { dtype, shape, data_offsets: [at, (at += bytes.byteLength)] });
  });
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value !== "string") throw bad(`__metadata__.${key}: expected a string, got ${shown(value)}`);
  }
  if (Object.keys(metadata).length > 0) entries.unshift(entry("__metadata__", metadata));
  const json = encodeUtf8(`{${entries}}`); // a text of its own: an object would put names such as "10" first
  const header = Math.ceil(json.byteLength / 8) * 8; // padded with spaces: the data is aligned
  if (header > LARGEST_HEADER) throw bad(`expected a header of at most ${LARGEST_HEADER} bytes, got ${header}`);
  const file = new Uint8Array(8 + header + at).fill(0x20, 8, 8 + header);
  new DataView(file.buffer).setBigUint64(0, BigInt(header), true);
  file.set(json, 8);
  let out = 8 + header;
  for (const { bytes } of checked) {
    file.set(bytes, out);
    out += bytes.byteLength;
  }
  return file;
}

function asObject(label: string, value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw bad(`${label}: expected an object, got ${shown(value)}`);
  return value as Record<string, unknown>;
}

const bad = (message: string) => new FormatError("header", `safetensors: ${message}`);
const cut = (message: string) => new FormatError("truncated", `safetensors: ${message}`);
/** A file that is none. @internal */
export const another = (got: string) => bad(`expected a safetensors file, whose header begins with {, got ${got}`);
