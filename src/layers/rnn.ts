import { Flag, Kind } from "./layer.ts";
import type { Cell } from "./cell.ts";

/** h' = tanh(W_hh h + b_hh + W_ih x + b_ih), or relu in place of tanh. */
export const rnn: Cell = {
  kind: Kind.RNN,
  gates: { torch: "h", slots: 1, x: "h", h: "h" },
  hasCellState: false,
  flags: (options) => (options.nonlinearity === "relu" ? Flag.RELU : 0),
};
