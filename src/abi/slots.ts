import type { Group } from "../pack/panels.ts";

/** Bytes that a plan wants, and where they will stand. */
export interface Slot {
  /** Values come and go while a plan runs; weights are written once. */
  readonly space: "values" | "weights";
  readonly bytes: number;
  /** Known once all slots are. */
  offset: number;
  /** Weights: the numbers they are made of and how they are laid out, which two plans may share. */
  readonly source?: object;
  readonly layout?: string;
  /** Fills the slot, which is zero; `group`: which vectors the build wants side by side. */
  readonly write?: (floats: Float32Array, integers: Int32Array, group: Group) => void;
}

/** An address to be: a slot, and bytes into it. */
export interface At {
  readonly slot: Slot;
  readonly offset: number;
}

/** `bytes` further. */
export function past(at: At, bytes: number): At {
  return bytes === 0 ? at : { slot: at.slot, offset: at.offset + bytes };
}
