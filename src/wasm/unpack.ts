import { instantiateSync } from "@assemblyscript/loader";
import { Arena } from "../memory/arena.ts";
import { decodeHex } from "./hex.ts";

/** Bytes `from` to `to` of what `text` tells, and the module that reads it, as hex: build/squeeze.ts. */
export interface Packed {
  readonly text: string;
  readonly from: number;
  readonly to: number;
  readonly unpacker: string;
}

type Unpacker = {
  /** Writes bytes from `at` to `end` of digits, a word each. */
  unpack(digits: number, odds: number, at: number, end: number): void;
  /** Bytes of the odds, as a global. */
  readonly ROOM: WebAssembly.Global;
};

/** In WebAssembly, which is quick from its first call: 3 ms for the full module, as JavaScript 15. */
export function unpack({ text, from, to, unpacker }: Packed): Uint8Array<ArrayBuffer> {
  const arena = new Arena(4 * text.length + to);
  const { exports } = instantiateSync<Unpacker>(decodeHex(unpacker), { env: { memory: arena.memory! } });
  const odds = arena.allocate(exports.ROOM.value);
  const digits = arena.allocate(4 * text.length);
  const at = arena.allocate(to);
  for (let i = 0; i < text.length; i++) arena.i32[(digits >> 2) + i] = digit(text.charCodeAt(i));
  exports.unpack(digits, odds, at, at + to);
  return new Uint8Array(arena.i32.slice(at >> 2, (at + to + 3) >> 2).buffer).subarray(from, to);
}

/** "(" to "h" without the backslash to 0 to 63. */
function digit(code: number): number {
  return code - (code > 92 ? 41 : 40);
}
