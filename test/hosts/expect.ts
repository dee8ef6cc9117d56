// What the suite holds values and errors against.
import type { Unrolled } from "./nets.ts";

/** FNV-1a of the bits of floats. */
export class Hash {
  #hash = 0x811c9dc5;

  add(values: Float32Array): void {
    for (const word of new Uint32Array(values.buffer, values.byteOffset, values.length))
      this.#hash = Math.imul(this.#hash ^ word, 0x01000193);
  }

  get value(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, "0");
  }
}

export function difference(a: Float32Array, b: Float32Array): number {
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    const d = Math.abs(a[i] - b[i]);
    if (!(d <= worst)) worst = Number.isNaN(d) ? Infinity : d;
  }
  return worst;
}

export function same(label: string, got: unknown, expected: unknown): void {
  if (got !== expected) throw new Error(`${label}: expected ${expected}, got ${got}`);
}

export function within(label: string, got: number, bound: number): void {
  if (!(got <= bound)) throw new Error(`${label}: expected at most ${bound}, got ${got}`);
}

export function equal(label: string, got: Float32Array, expected: Float32Array): void {
  same(`${label} length`, got.length, expected.length);
  const at = got.findIndex((value, i) => !Object.is(value, expected[i]));
  if (at >= 0) throw new Error(`${label}[${at}]: expected ${expected[at]}, got ${got[at]}`);
}

/** `kind`: the error's class, or a FormatError's code. */
export function refuses(u: Unrolled, kind: string | (new () => Error), text: string, run: () => void): void {
  try {
    run();
  } catch (error) {
    const known =
      typeof kind === "string" ? error instanceof u.FormatError && error.code === kind : error instanceof kind;
    if (!known || !(error as Error).message.includes(text))
      throw new Error(`expected ${String(kind)} with "${text}", got ${error}`);
    return;
  }
  throw new Error(`expected an error with "${text}", got none`);
}
