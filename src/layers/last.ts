import { Kind, type Layer } from "./layer.ts";

/** Keeps the final hidden state of the cell before it: both directions' for a bidirectional cell. */
export function last(cell: Layer): Layer {
  const top = cell.records.slice(-cell.directions);
  return {
    type: "last",
    weights: "",
    inputSize: cell.outputSize,
    outputSize: cell.outputSize,
    directions: 0,
    parameters: 0,
    records: top.map((of) => ({
      ...of,
      kind: Kind.LAST,
      weights: undefined,
      second: undefined,
      peepholes: undefined,
      gates: undefined,
      candidate: undefined,
      state: undefined,
      of,
    })),
  };
}
