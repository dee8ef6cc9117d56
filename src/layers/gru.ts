import type { Cell } from "./recurrent.ts";
import { Kind } from "./layer.ts";

/** r, z = sigmoid(...), n = tanh(W_in x + b_in + r * (W_hn h + b_hn)); h' = (1 - z) * n + z * h. */
export const gru: Cell = {
  type: "gru",
  kind: Kind.GRU,
  order: { torch: "rzn", x: "nrz", h: "rzn" },
  hasCellState: false,
  flags: () => 0,
};
