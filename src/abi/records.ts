import type { At } from "./slots.ts";
import { FLOATS, Op, RECORDS } from "./layout.ts";

/** The records of assembly/abi.ts that can be played. */
export type RecordName = keyof typeof RECORDS;

/** A record's words by name; `op` and `size` are written for it. */
export type WordsOf<N extends RecordName> = {
  readonly [F in Exclude<(typeof RECORDS)[N][number], "op" | "size">]: number | At;
};

/** One record whose addresses are still open. */
export interface OpenRecord {
  readonly name: RecordName;
  readonly node: string;
  readonly words: Readonly<Record<string, number | At>>;
  readonly lists: readonly (number | At)[];
}

export function recordBytes({ name, lists }: OpenRecord): number {
  return 4 * (RECORDS[name].length + lists.length);
}

/** FooBarRecord is played by Op.FOO_BAR. */
function opOf(name: RecordName): number {
  return Op[
    name
      .slice(0, -"Record".length)
      .replace(/(?<!^)(?=[A-Z])/g, "_")
      .toUpperCase() as keyof typeof Op
  ];
}

const FLOAT = new Set<string>(FLOATS);

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** The word of a float32. */
export function floatWord(value: number): number {
  float[0] = value;
  return bits[0];
}

/** Writes a record at word `at`; returns the word behind it. */
export function writeRecord(out: Int32Array, at: number, record: OpenRecord, addressOf: (at: At) => number): number {
  for (const field of RECORDS[record.name]) {
    if (field === "op") out[at] = opOf(record.name);
    else if (field === "size") out[at] = recordBytes(record);
    else {
      const value = record.words[field];
      if (typeof value !== "number") out[at] = addressOf(value);
      else if (!FLOAT.has(field)) out[at] = value;
      else out[at] = floatWord(value);
    }
    at++;
  }
  for (const word of record.lists) out[at++] = typeof word === "number" ? word : addressOf(word);
  return at;
}
