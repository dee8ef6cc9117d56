import type { RecordName, WordsOf } from "./records.ts";
import type { Value } from "../graph/value.ts";
import type { At, Slot } from "./slots.ts";

export { identityOf } from "../graph/identity.ts";
export { past, type At, type Slot } from "./slots.ts";

/** What an op writes its records with. */
export interface Lowering {
  /** Where a value stands. */
  at(value: Value): At;
  /** Weights made of `source`, laid out in `bytes` as `layout` says. */
  weights(source: object, layout: string, bytes: number, write: NonNullable<Slot["write"]>): At;
  /** Bytes for this node alone. */
  scratch(bytes: number): At;
  /** One record; `lists` are the words at its end. */
  record<N extends RecordName>(name: N, words: WordsOf<N>, lists?: readonly (number | At)[]): void;
}
