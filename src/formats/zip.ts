import { Inflate } from "fflate/browser";
import { FormatError, kindOf, shown } from "../check.ts";
import { decodeUtf8 } from "../text.ts";

/** The files in a zip archive, each read when it is asked for. */
export interface Zip {
  /** In the directory's order, each once, without folders. */
  readonly names: readonly string[];
  /** Bytes of all files, inflated. */
  readonly size: number;
  has(name: string): boolean;
  /** The file's bytes: a view on the archive where it is stored, inflated and new where it is deflated. */
  read(name: string): Uint8Array;
}

interface Entry {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
  /** Where the data begins, behind the local header. */
  data: number;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;

/** What an archive may hold, inflated: deflate shrinks up to 1032 times, trained weights 1.1 times, pruned ones 20. */
const largest = (file: Uint8Array) => 2 ** 26 + 100 * file.length;

/** Whether the bytes begin as a zip archive, `PK\3\4`. */
export const isZip = (bytes: Uint8Array): boolean => [0x50, 0x4b, 3, 4].every((byte, i) => bytes[i] === byte);

/**
 * Opens a zip archive of stored and deflated files, with or without zip64. The directory is checked whole: names
 * come once, files lie within the archive without overlap, and hold no more than 64 MB and 100 times the archive.
 * Throws FormatError for anything else. https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export function readZip(file: Uint8Array): Zip {
  if (!(file instanceof Uint8Array)) throw new TypeError(`file: expected a Uint8Array, got ${kindOf(file)}`);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const directory = findDirectory(view);
  const entries = new Map<string, Entry>();
  let at = directory.begin;
  for (let n = 0; n < directory.count; n++) {
    const { entry, next } = readEntry(file, view, at, directory.end);
    if (entries.has(entry.name)) throw bad(`${shown(entry.name)}: expected each name once`);
    entries.set(entry.name, entry);
    at = next;
  }
  if (at !== directory.end) throw bad(`expected a directory up to byte ${directory.end}, got ${at}`);
  const size = locate(file, view, [...entries.values()], directory.begin);
  const names = [...entries.keys()].filter((name) => !name.endsWith("/"));
  const read = (name: string) => {
    const entry = entries.get(name);
    if (!entry) throw new FormatError("tensor", `zip: ${shown(name)}: expected a file of this name, got none`);
    return readData(file, entry);
  };
  return { names, size, has: (name) => entries.has(name), read };
}

/** The directory's place and count, from the record at the end of the archive. */
function findDirectory(view: DataView): { begin: number; end: number; count: number } {
  const size = view.byteLength;
  let at = size - 22;
  const isEnd = () => view.getUint32(at, true) === END && at + 22 + view.getUint16(at + 20, true) === size;
  while (at >= 0 && at >= size - 22 - 0xffff && !isEnd()) at--;
  if (at < 0 || at < size - 22 - 0xffff) throw cut("expected a directory at the end, got none");
  const disks = view.getUint16(at + 4, true) | view.getUint16(at + 6, true);
  let count = view.getUint16(at + 10, true);
  let length = view.getUint32(at + 12, true);
  let begin = view.getUint32(at + 16, true);
  let end = at;
  if (count === 0xffff || length === 0xffffffff || begin === 0xffffffff) {
    const locator = at - 20;
    if (locator < 0 || view.getUint32(locator, true) !== LOCATOR64) throw bad("expected a zip64 locator, got none");
    end = uint64(view, locator + 8);
    if (end + 56 > locator || view.getUint32(end, true) !== END64) throw bad("expected a zip64 record, got none");
    count = uint64(view, end + 32);
    length = uint64(view, end + 40);
    begin = uint64(view, end + 48);
  }
  if (disks !== 0 && disks !== 0xffff) throw no("expected one archive, got a part of several");
  if (begin + length > end) throw cut(`expected a directory up to byte ${begin + length}, got ${end}`);
  return { begin, end: begin + length, count };
}

function readEntry(file: Uint8Array, view: DataView, at: number, end: number): { entry: Entry; next: number } {
  if (at + 46 > end || view.getUint32(at, true) !== CENTRAL) throw bad(`expected an entry at byte ${at}, got none`);
  const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
  const extra = at + 46 + nameLength;
  const next = extra + extraLength + commentLength;
  if (next > end) throw cut(`expected an entry up to byte ${next}, got ${end}`);
  const name = nameAt(file, at + 46, nameLength);
  let wide = findZip64(view, extra, extra + extraLength);
  const field = (offset: number) => {
    const value = view.getUint32(at + offset, true);
    if (value !== 0xffffffff || wide.begin === wide.end) return value;
    if (wide.begin + 8 > wide.end) throw bad(`${shown(name)}: expected 8 bytes more of zip64 sizes, got none`);
    const long = uint64(view, wide.begin);
    wide = { begin: wide.begin + 8, end: wide.end };
    return long;
  };
  const size = field(24); // zip64 has them in this order
  const packed = field(20);
  const offset = field(42);
  const [flags, method] = [8, 10].map((o) => view.getUint16(at + o, true));
  return { entry: { name, flags, method, crc: view.getUint32(at + 16, true), packed, size, offset, data: 0 }, next };
}

/** The sizes of 64 bits among an entry's extra fields, each [id, length, data]. */
function findZip64(view: DataView, at: number, end: number): { begin: number; end: number } {
  while (at + 4 <= end) {
    const next = at + 4 + view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === 1 && next <= end) return { begin: at + 4, end: next };
    at = next;
  }
  return { begin: 0, end: 0 };
}

/** Finds each file's data behind its local header, and the size of all; no two may share a byte. */
function locate(file: Uint8Array, view: DataView, entries: Entry[], directory: number): number {
  let at = 0;
  let size = 0;
  for (const entry of entries.sort((a, b) => a.offset - b.offset)) {
    const { name, offset } = entry;
    if (offset < at) throw bad(`${shown(name)}: expected a file from byte ${at} on, got ${offset} (an overlap)`);
    if (offset + 30 > directory || view.getUint32(offset, true) !== LOCAL) {
      throw bad(`${shown(name)}: expected a file at byte ${offset}, got none`);
    }
    const nameLength = view.getUint16(offset + 26, true);
    entry.data = offset + 30 + nameLength + view.getUint16(offset + 28, true);
    at = entry.data + entry.packed;
    if (at > directory) throw cut(`${shown(name)}: expected data up to byte ${at}, got ${directory}`);
    const local = nameAt(file, offset + 30, nameLength);
    if (local !== name) throw bad(`${shown(name)}: expected this name before the data, got ${shown(local)}`);
    size += entry.size;
  }
  if (size > largest(file)) throw no(`expected at most ${largest(file)} bytes in ${file.length}, got ${size}`);
  return size;
}

function readData(file: Uint8Array, { name, flags, method, crc, packed, size, data }: Entry): Uint8Array {
  if (flags & 1) throw no(`${shown(name)}: expected a file in the clear, got an encrypted one`);
  if (method !== 0 && method !== 8) throw no(`${shown(name)}: expected stored or deflated, got method ${method}`);
  const stored = file.subarray(data, data + packed);
  const bytes = method === 0 ? stored : inflate(name, stored, size);
  if (bytes.length !== size) throw bad(`${shown(name)}: expected ${size} bytes, got ${bytes.length}`);
  const sum = crc === 0 ? 0 : crc32(bytes); // PyTorch writes 0 where it is told to compute none
  if (sum !== crc) throw bad(`${shown(name)}: expected the CRC-32 ${crc.toString(16)}, got ${sum.toString(16)}`);
  return bytes;
}

/** In pieces: each holds at most 64 MB, inflated, before the sum is checked. */
const PIECE = 2 ** 16;

function inflate(name: string, packed: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size);
  let at = 0;
  const inflater = new Inflate((piece) => {
    if (at + piece.length > size) throw bad(`${shown(name)}: expected ${size} bytes, got more`);
    out.set(piece, at);
    at += piece.length;
  });
  try {
    for (let from = 0; from < packed.length; from += PIECE) {
      inflater.push(packed.subarray(from, from + PIECE), from + PIECE >= packed.length);
    }
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw bad(`${shown(name)}: expected deflated data: ${(error as Error).message}`);
  }
  return out.subarray(0, at);
}

/** Remainders by the polynomial 0xedb88320: of byte b with k bytes behind it at 256 k + b. */
const REMAINDERS = /* @__PURE__ */ (() => {
  const table = new Uint32Array(4 * 256);
  for (let i = 0; i < table.length; i++) {
    let sum = i < 256 ? i : table[i - 256];
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
    table[i] = sum;
  }
  return table;
})();

/** Four bytes at a time, 3 times as fast as one. */
function crc32(bytes: Uint8Array): number {
  const table = REMAINDERS;
  let crc = -1;
  let i = 0;
  for (; i + 4 <= bytes.length; i += 4) {
    crc ^= bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24);
    const upper = table[256 + ((crc >>> 16) & 255)] ^ table[crc >>> 24];
    crc = table[768 + (crc & 255)] ^ table[512 + ((crc >>> 8) & 255)] ^ upper;
  }
  for (; i < bytes.length; i++) crc = table[(crc ^ bytes[i]) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
}

function nameAt(file: Uint8Array, at: number, length: number): string {
  try {
    return decodeUtf8(file.subarray(at, at + length));
  } catch {
    throw bad(`expected names in UTF-8, got another at byte ${at}`);
  }
}

const uint64 = (view: DataView, at: number): number => Number(view.getBigUint64(at, true));
const bad = (message: string) => new FormatError("header", `zip: ${message}`);
const no = (message: string) => new FormatError("unsupported", `zip: ${message}`);
const cut = (message: string) => new FormatError("truncated", `zip: ${message}`);
