import type { Cell } from "./recurrent.ts";
import { Kind } from "./layer.ts";

/** i, f, o = sigmoid(...), g = tanh(...); c' = f * c + i * g; h' = o * tanh(c'). */
export const lstm: Cell = {
  type: "lstm",
  kind: Kind.LSTM,
  order: { torch: "ifgo", x: "ifgo", h: "ifgo" },
  hasCellState: true,
  flags: () => 0,
};
