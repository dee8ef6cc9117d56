import { FormatError, type FormatCode } from "../check.ts";
import { decodeUtf8 } from "../text.ts";

/** Bytes of an integer, and of a line of text. */
const LONGEST = 1024;

/** Reads little-endian numbers and text one after the other; errors begin with `label`. */
export class Bytes {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly label: string;
  at: number;

  constructor(bytes: Uint8Array, label: string, at = 0) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.label = label;
    this.at = at;
  }

  /** Goes on by `length` bytes, and says where they begin. */
  skip(length: number): number {
    const { at } = this;
    const left = this.bytes.length - at;
    if (length > left) throw this.error("truncated", `expected ${length} bytes at byte ${at}, got ${left}`);
    this.at += length;
    return at;
  }

  uint(size: 1 | 2 | 4 | 8): number {
    const at = this.skip(size);
    if (size === 1) return this.bytes[at];
    if (size === 2) return this.view.getUint16(at, true);
    return size === 4 ? this.view.getUint32(at, true) : Number(this.view.getBigUint64(at, true));
  }

  raw(length: number): Uint8Array {
    const at = this.skip(length);
    return this.bytes.subarray(at, at + length);
  }

  text(length: number): string {
    const bytes = this.raw(length);
    try {
      return decodeUtf8(bytes);
    } catch {
      throw this.bad(`expected text in UTF-8 at byte ${this.at - length}`);
    }
  }

  /** Up to a line feed, which is passed over. */
  line(): string {
    const end = this.bytes.subarray(this.at, this.at + LONGEST).indexOf(10);
    if (end < 0) throw this.bad(`expected a line of at most ${LONGEST} bytes at byte ${this.at}`);
    const line = this.text(end);
    this.skip(1);
    return line;
  }

  /** A number of `length` bytes in two's complement. */
  long(length: number): bigint {
    if (length > LONGEST) throw this.bad(`expected an integer of at most ${LONGEST} bytes, got ${length}`);
    const value = this.raw(length).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    return BigInt.asIntN(8 * length, value);
  }

  error(code: FormatCode, message: string): FormatError {
    return new FormatError(code, `${this.label}: ${message}`);
  }

  bad(message: string): FormatError {
    return this.error("header", message);
  }
}
