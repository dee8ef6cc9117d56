import { FormatError, kindOf } from "../check.ts";
import { align } from "../memory/plan.ts";
import type { Net } from "../model/build.ts";
import { readState, sizeOfC, sizeOfH, writeState, type State } from "./state.ts";

/**
 * A saved state, little-endian:
 *
 *   0  "UNRL"                    16  fingerprint of the model, u32
 *   4  version, u32              20  h, then c, f32, as in State
 *   8  elements of h, u32        end - 4  FNV-1a of all before, u32
 *  12  elements of c, u32
 */
const MAGIC = 0x4c524e55;
const VERSION = 1;
const HEADER = 20;

/** The state of one sequence at `address` as bytes, for any machine that runs the same model. */
export function saveState(net: Net, address: number): Uint8Array {
  const h = sizeOfH(net);
  const c = sizeOfC(net);
  const bytes = new Uint8Array(HEADER + 4 * (h + c) + 4);
  const view = new DataView(bytes.buffer);
  [MAGIC, VERSION, h, c, fingerprint(net)].forEach((word, i) => view.setUint32(i * 4, word, true));
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
  expect("version", VERSION, view.getUint32(4, true));
  expect("bytes of length", length, bytes.length);
  expect("checksum", fnv1a(bytes, length - 4), view.getUint32(length - 4, true));
  expect("a state of model", fingerprint(net), view.getUint32(16, true));
  writeState(net, address, blocks(bytes, h, c), 1, undefined);
}

function blocks(bytes: Uint8Array, h: number, c: number): State {
  return { h: new Float32Array(bytes.buffer, HEADER, h), c: new Float32Array(bytes.buffer, HEADER + 4 * h, c) };
}

const fingerprints = new WeakMap<Net, number>();

/**
 * A number for the model, of its records and packed weights. Every vector of 4 weights
 * is mixed alone and the results added: builds set these vectors in another order, and agree.
 */
function fingerprint(net: Net): number {
  let print = fingerprints.get(net);
  if (print === undefined) {
    print = 0x811c9dc5;
    for (const { name, offset, bytes } of net.regions) {
      if (name === "records") continue; // these hold addresses
      for (let i = offset >> 2, end = (offset + align(bytes)) >> 2; i < end; i += 4) print = (print + vector(net.arena.i32, i)) | 0;
    }
    for (const layer of net.layers) {
      for (const { kind, flags, inputs, units, column, columns, clip, alpha, beta } of layer.records) {
        const text = `${[kind, flags, inputs, units, column, columns, clip, alpha, beta]};`;
        for (let i = 0; i < text.length; i++) print = Math.imul(print ^ text.charCodeAt(i), 0x01000193);
      }
    }
    fingerprints.set(net, (print >>>= 0));
  }
  return print;
}

/** 4 words in their order as one, its bits spread. */
function vector(words: Int32Array, at: number): number {
  let word = 0;
  for (let i = at; i < at + 4; i++) word = Math.imul(word ^ words[i] ^ (words[i] >>> 15), 0x01000193);
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  return Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
}

/** FNV-1a of the first `length` bytes. http://www.isthe.com/chongo/tech/comp/fnv/ */
export function fnv1a(bytes: Uint8Array, length: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < length; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
  return hash >>> 0;
}
