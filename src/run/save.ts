import { FormatError, kindOf } from "../check.ts";
import type { Net } from "../model/build.ts";
import { readState, sizeOfC, sizeOfH, writeState, type State } from "./state.ts";

/**
 * A saved state, little-endian:
 *
 *   0  "UNRL"                    16  fingerprint of the model, 2 u32
 *   4  version, u32              24  h, then c, f32, as in State
 *   8  elements of h, u32        end - 4  FNV-1a of all before, u32
 *  12  elements of c, u32
 */
const MAGIC = 0x4c524e55;
const VERSION = 2;
const HEADER = 24;

/** The state of one sequence at `address` as bytes, for any machine that runs the same model. */
export function saveState(net: Net, address: number): Uint8Array {
  const h = sizeOfH(net);
  const c = sizeOfC(net);
  const bytes = new Uint8Array(HEADER + 4 * (h + c) + 4);
  const view = new DataView(bytes.buffer);
  [MAGIC, VERSION, h, c, ...net.fingerprint].forEach((word, i) => view.setUint32(i * 4, word, true));
  readState(net, address, blocks(bytes, h, c), 1, undefined);
  view.setUint32(bytes.length - 4, fnv1a(bytes, bytes.length - 4), true);
  return bytes;
}

/** Puts a saved state back; throws FormatError, and changes nothing, where it is not this model's. */
export function loadState(net: Net, address: number, saved: Uint8Array): void {
  if (!(saved instanceof Uint8Array)) throw new TypeError(`state: expected a Uint8Array, got ${kindOf(saved)}`);
  const h = sizeOfH(net);
  const c = sizeOfC(net);
  const length = HEADER + 4 * (h + c) + 4;
  const bytes = new Uint8Array(saved); // a copy, aligned
  const view = new DataView(bytes.buffer);
  const expect = (what: string, expected: number | string, got: number | string) => {
    if (got !== expected) throw new FormatError("state", `state: expected ${what} ${expected}, got ${got}`);
  };
  if (bytes.length < HEADER) expect("bytes of length", length, bytes.length);
  expect("magic", "UNRL", String.fromCharCode(...bytes.subarray(0, 4)));
  if (view.getUint32(4, true) === 1)
    throw new FormatError("state", "state: expected version 2, got 1, of an older release");
  expect("version", VERSION, view.getUint32(4, true));
  expect("bytes of length", length, bytes.length);
  expect("checksum", fnv1a(bytes, length - 4), view.getUint32(length - 4, true));
  expect("a state of model", hex(net.fingerprint), hex([view.getUint32(16, true), view.getUint32(20, true)]));
  writeState(net, address, blocks(bytes, h, c), 1, undefined);
}

const hex = (words: readonly number[]) => words.map((w) => w.toString(16).padStart(8, "0")).join("");

function blocks(bytes: Uint8Array, h: number, c: number): State {
  return { h: new Float32Array(bytes.buffer, HEADER, h), c: new Float32Array(bytes.buffer, HEADER + 4 * h, c) };
}

/** FNV-1a of the first `length` bytes. http://www.isthe.com/chongo/tech/comp/fnv/ */
export function fnv1a(bytes: Uint8Array, length: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < length; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
  return hash >>> 0;
}
