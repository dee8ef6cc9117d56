// A layer as src/model/build writes it into memory: one record of 32-bit words.
// `x` and `y` are rows of floats; widths and counts are in elements, the rest in bytes.

export const enum Kind { EMBEDDING, LINEAR, RNN, LSTM, GRU, LAST, SOFTMAX }

/** Bits of `flags`. */
export const enum Flag {
  /** Walks the sequence from its end. */
  REVERSE = 1,
  /** The next record is the same layer's other direction: it reads the same x and writes the same y. */
  PAIRED = 2,
  /** RNN: relu in place of tanh. */
  RELU = 4,
}

@unmanaged export class Layer {
  kind: Kind;
  flags: i32;
  /** Features of a row of x. */
  inputs: i32;
  /** Outputs; for a cell its hidden units. */
  units: i32;
  /** Cells: features of h, which is `units` unless projected. */
  width: i32;
  /** Packed panels, or the embedding's table. */
  weights: usize;
  /** Bytes of a panel. */
  panel: usize;
  /** LSTM: packed panels of W_hr, 0 without projection. */
  projection: usize;
  /** Offsets of h and c in one sequence's state; a batch keeps [batch] rows of each. */
  h: usize;
  c: usize;
  /** Where in a row of y this layer writes, and the bytes of that row. */
  column: usize;
  row: usize;
}
