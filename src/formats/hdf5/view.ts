import { FormatError } from "../../check.ts";
import { decodeUtf8 } from "../../text.ts";

/** The address that stands for none. */
export const UNDEFINED = Number.MAX_SAFE_INTEGER;

/** Little-endian numbers at addresses of a file, every one of which is checked. */
export class View {
  readonly bytes: Uint8Array;
  readonly #data: DataView;
  #left: number;
  #room: number;

  constructor(bytes: Uint8Array) {
    this.bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength); // a Buffer's slice is no copy
    this.#left = 8 * bytes.byteLength;
    this.#room = Math.max(4 * bytes.byteLength, Math.min(2 ** 26 + 100 * bytes.byteLength, 2 ** 31));
    this.#data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(at: number): number {
    return this.#data.getUint8(this.#check(at, 1));
  }

  u16(at: number): number {
    return this.#data.getUint16(this.#check(at, 2), true);
  }

  u32(at: number): number {
    return this.#data.getUint32(this.#check(at, 4), true);
  }

  /** Whatever no file can be as long as becomes UNDEFINED. */
  u64(at: number): number {
    const value = this.#data.getBigUint64(this.#check(at, 8), true);
    return value < UNDEFINED ? Number(value) : UNDEFINED;
  }

  /** An unsigned number of 1, 2, 4 or 8 bytes. */
  unsigned(at: number, bytes: number): number {
    return bytes === 1 ? this.u8(at) : bytes === 2 ? this.u16(at) : bytes === 4 ? this.u32(at) : this.u64(at);
  }

  slice(at: number, length: number): Uint8Array {
    return this.bytes.subarray(this.#check(at, length), at + length);
  }

  text(at: number, length: number): string {
    return textOf(this.slice(at, length));
  }

  /** Throws unless the four characters of `signature` are at `at`. */
  expect(signature: string, at: number): void {
    const got = this.slice(at, 4);
    if (signature.split("").some((c, i) => c.charCodeAt(0) !== got[i])) {
      throw bad(`expected ${signature} at byte ${at}`);
    }
  }

  /** Counts what datasets take: deflate shrinks up to 1032 times, trained weights 1.1 times, pruned ones 20. */
  take(bytes: number, path: string): void {
    this.#room -= bytes;
    if (this.#room < 0) {
      const got = `a file of ${this.bytes.byteLength}`;
      throw new FormatError("truncated", `HDF5: ${path}: expected ${bytes} bytes of data, got ${got}`);
    }
  }

  /** Counts what was looked through, so that a file that names the same bytes again and again ends. */
  spend(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0) throw bad("the same bytes again and again");
  }

  #check(at: number, length: number): number {
    if (at + length > this.bytes.byteLength) {
      throw new FormatError(
        "truncated",
        `HDF5: expected ${length} bytes at byte ${at}, got a file of ${this.bytes.byteLength}`,
      );
    }
    return at;
  }
}

/** Text up to its first zero byte. */
export function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  try {
    return decodeUtf8(end < 0 ? bytes : bytes.subarray(0, end));
  } catch {
    throw bad("expected text in UTF-8");
  }
}

export const bad = (message: string) => new FormatError("header", `HDF5: ${message}`);
export const unsupported = (message: string) => new FormatError("unsupported", `HDF5: ${message}`);
