import type { Value } from "../ops/op.ts";
import { OPS } from "../ops/registry.ts";
import type { BoundGraph } from "../plan/plan.ts";
import type { Constant, Graph } from "../graph/graph.ts";

/** 64 bits in two lanes. */
export type Fingerprint = readonly [low: number, high: number];

/** Two FNV-like sums over words in their order, with other primes and starts. */
class Hash {
  #low = 0x811c9dc5;
  #high = 0x9e3779b9;

  words(words: ArrayLike<number>): void {
    let [low, high] = [this.#low, this.#high];
    for (let i = 0; i < words.length; i++) {
      low = Math.imul(low ^ words[i] ^ (low >>> 15), 0x01000193);
      high = Math.imul(high ^ words[i] ^ (high >>> 13), 0x85ebca6b);
    }
    [this.#low, this.#high] = [low, high];
  }

  /** Plain JSON, the names of every object in their order. */
  json(value: unknown): void {
    const text = JSON.stringify(value, (_, v: unknown) => {
      if (typeof v === "number" && (!Number.isFinite(v) || Object.is(v, -0)))
        return Object.is(v, -0) ? "-0" : String(v);
      if (typeof v !== "object" || v === null || Array.isArray(v)) return v;
      return Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)));
    });
    this.words([text.length]);
    this.words(Array.from(text, (_, i) => text.charCodeAt(i)));
  }

  constant(name: string, { dtype, shape, data }: Constant): void {
    this.json([name, dtype, shape]);
    this.words(new Int32Array(data.buffer, data.byteOffset, data.length));
  }

  end(): Fingerprint {
    const mixed = (h: number) => {
      h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
      h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
      return (h ^ (h >>> 16)) >>> 0;
    };
    return [mixed(this.#low), mixed(this.#high)];
  }
}

/** What tells a graph from every other: its nodes, ports and constants, not how they stand in memory. */
export function fingerprint({ inputs, outputs, nodes, constants }: Graph): Fingerprint {
  const hash = new Hash();
  hash.json([inputs, outputs, nodes]);
  for (const [name, constant] of constants) hash.constant(name, constant);
  return hash.end();
}

/** The same of a graph whose sizes are bound; its values are told by their order. */
export function fingerprintBound({ inputs, outputs, nodes }: BoundGraph): Fingerprint {
  const hash = new Hash();
  const words = new Map(Object.entries(OPS).map(([word, op]) => [op, word]));
  const places = new Map<Value, number>();
  const placeOf = (value: Value | undefined): number => {
    if (!value) return -1;
    const place = places.get(value);
    if (place !== undefined) return place;
    places.set(value, places.size);
    if (value.constant) hash.constant("", value.constant);
    return places.size - 1;
  };
  hash.json(inputs.map((v) => [placeOf(v), v.name, v.type]));
  for (const { op, call, outputs: made } of nodes) {
    const given = call.inputs.map(placeOf);
    hash.json([words.get(op), call.attributes, given, made.map((v) => [placeOf(v), v.type])]);
  }
  hash.json(outputs.map(({ name, value }) => [name, placeOf(value)]));
  return hash.end();
}
