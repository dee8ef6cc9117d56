import { Kind } from "./layer.ts";
import type { Cell } from "./cell.ts";

/** r, z = sigmoid(...), n = tanh(W_in x + b_in + r * (W_hn h + b_hn)); h' = (1 - z) * n + z * h. */
export const gru: Cell = {
  kind: Kind.GRU,
  gates: { torch: "rzn", slots: 4, x: "nrz", h: "rzn" },
  hasCellState: false,
  flags: () => 0,
};

/** The same with n = tanh(W_in x + b_in + W_hn (r * h) + b_hn). */
export const gruBefore: Cell = {
  kind: Kind.GRU_BEFORE,
  gates: { torch: "rzn", slots: 1, x: "rz", h: "rz" },
  candidate: { torch: "rzn", slots: 1, x: "n", h: "n" },
  hasCellState: false,
  flags: () => 0,
};
