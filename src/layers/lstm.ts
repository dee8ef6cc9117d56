import { Flag, Kind } from "./layer.ts";
import type { Cell } from "./cell.ts";

/** i, f, o = sigmoid(...), g = tanh(...); c' = f * c + i * g; h' = o * tanh(c'). */
export const lstm: Cell = {
  kind: Kind.LSTM,
  gates: { torch: "ifgo", slots: 4, x: "ifgo", h: "ifgo" },
  hasCellState: true,
  flags: (options) => (options.input_forget ? Flag.VARIANT | Flag.COUPLED : 0),
};
