import { FormatError, kindOf } from "../check.ts";
import type { Fingerprint } from "../bind/fingerprint.ts";
import { fnv1a } from "./save.ts";

/**
 * The state of a graph's stream, little-endian:
 *
 *   0  "UNRG"              12  fingerprint of the graph, 2 u32
 *   4  version, u32        20  the state, value after value, in words of 32 bits
 *   8  words, u32          end - 4  FNV-1a of all before, u32
 */
const MAGIC = 0x47524e55;
const VERSION = 1;
const HEADER = 20;

export function saveWords(words: Int32Array, [low, high]: Fingerprint): Uint8Array {
  const bytes = new Uint8Array(HEADER + 4 * words.length + 4);
  const view = new DataView(bytes.buffer);
  [MAGIC, VERSION, words.length, low, high].forEach((word, i) => view.setUint32(4 * i, word, true));
  words.forEach((word, i) => view.setInt32(HEADER + 4 * i, word, true));
  view.setUint32(bytes.length - 4, fnv1a(bytes, bytes.length - 4), true);
  return bytes;
}

/** The words of saved bytes; throws FormatError where they are not `count` words of this graph's. */
export function loadWords(saved: Uint8Array, count: number, [low, high]: Fingerprint): Int32Array {
  if (!(saved instanceof Uint8Array)) throw new TypeError(`state: expected a Uint8Array, got ${kindOf(saved)}`);
  const view = new DataView(saved.buffer, saved.byteOffset, saved.byteLength);
  const expect = (what: string, expected: number | string, got: number | string) => {
    if (got !== expected) throw new FormatError("state", `state: expected ${what} ${expected}, got ${got}`);
  };
  if (saved.length < HEADER) expect("bytes of length", HEADER + 4 * count + 4, saved.length);
  expect("magic", "UNRG", String.fromCharCode(...saved.subarray(0, 4)));
  expect("version", VERSION, view.getUint32(4, true));
  const hex = (a: number, b: number) => [b, a].map((v) => v.toString(16).padStart(8, "0")).join("");
  expect("a state of model", hex(low, high), hex(view.getUint32(12, true), view.getUint32(16, true)));
  expect("words", count, view.getUint32(8, true));
  expect("bytes of length", HEADER + 4 * count + 4, saved.length);
  expect("checksum", fnv1a(saved, saved.length - 4), view.getUint32(saved.length - 4, true));
  return Int32Array.from({ length: count }, (_, i) => view.getInt32(HEADER + 4 * i, true));
}
