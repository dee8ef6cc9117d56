import type { Cell } from "./recurrent.ts";
import { Flag, Kind } from "./layer.ts";

/** h' = tanh(W_hh h + b_hh + W_ih x + b_ih), or relu in place of tanh. */
export const rnn: Cell = {
  type: "rnn",
  kind: Kind.RNN,
  order: { torch: "h", x: "h", h: "h" },
  hasCellState: false,
  flags: (options) => (options.nonlinearity === "relu" ? Flag.RELU : 0),
};
