import type { Dim } from "../../graph/graph.ts";
import type { Sym } from "./emitter.ts";

/** Zeros around a window over time as attributes, and how long its output is. */
export interface Padding {
  readonly attributes: { readonly same: true } | { readonly pads_before: number[]; readonly pads_after: number[] };
  readonly time: Dim;
}

/** Padding as TensorFlow has it: "same" gives ceil(T / stride) rows, the odd zero behind. */
export function paddingOf(x: Sym, padding: string, kernel: number, stride: number, dilation = 1): Padding {
  const reach = (kernel - 1) * dilation + 1;
  const time = x.dims[1];
  const known = typeof time === "number";
  if (padding === "same") {
    return { attributes: { same: true }, time: known ? Math.ceil(time / stride) : stride === 1 ? time : "?" };
  }
  const before = padding === "causal" ? reach - 1 : 0;
  const kept = stride === 1 && before === reach - 1;
  const rows = known ? Math.max(0, Math.floor((time + before - reach) / stride) + 1) : kept ? time : "?";
  return { attributes: { pads_before: [before], pads_after: [0] }, time: rows };
}
