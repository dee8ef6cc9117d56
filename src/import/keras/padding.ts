import type { Dim } from "../../graph/graph.ts";
import type { Sym } from "./emitter.ts";
import type { Layer } from "./layer.ts";

/** Zeros around a window over time, and how long its output is. */
export interface Padding {
  readonly before: number;
  readonly after: number;
  readonly time: Dim;
}

/** Padding as TensorFlow has it: "same" gives ceil(T / stride) rows, the odd zero behind. */
export function paddingOf(
  layer: Layer,
  x: Sym,
  padding: string,
  kernel: number,
  stride: number,
  dilation = 1,
): Padding {
  const reach = (kernel - 1) * dilation + 1;
  const time = x.dims[1];
  if (padding === "same" && stride !== 1) {
    if (typeof time !== "number") {
      throw layer.error("padding same with strides over a time of unknown length is not run");
    }
    const rows = Math.ceil(time / stride);
    const all = Math.max((rows - 1) * stride + reach - time, 0);
    return { before: Math.floor(all / 2), after: Math.ceil(all / 2), time: rows };
  }
  const all = padding === "valid" ? 0 : reach - 1;
  const before = padding === "causal" ? all : Math.floor(all / 2);
  const kept = stride === 1 && all === reach - 1;
  const rows =
    typeof time === "number" ? Math.max(0, Math.floor((time + all - reach) / stride) + 1) : kept ? time : "?";
  return { before, after: all - before, time: rows };
}
