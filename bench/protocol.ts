import type { Case } from "./cases.ts";
import type { Unsupported } from "./peer.ts";

export type Request =
  | { readonly do: "prepare"; readonly case: Case; readonly reference?: string }
  | { readonly do: "time"; readonly ms: number };

export interface Loaded {
  /** Largest difference to the float64 loop. */
  readonly error: number;
  readonly differs?: string;
  readonly note?: string;
}

/** One slot: microseconds a call, and the probes' microseconds before and after. */
export interface Slot {
  readonly us: number;
  readonly before: readonly [number, number];
  readonly after: readonly [number, number];
}

export interface Failed {
  readonly failed: string;
}

export type Answer = Loaded | Unsupported | Slot | Failed;
