// A layer as src/model/build.ts writes it into memory: one record of 32-bit words.
// Counts are elements; addresses, offsets and strides are bytes.

export const enum Kind { EMBEDDING, LINEAR, RNN, LSTM, GRU, GRU_BEFORE, LAST, SOFTMAX }

/** Bits of `flags`. */
export const enum Flag {
  /** Walks the sequence from its end. */
  REVERSE = 1,
  /** The next record is the same layer's other direction: it reads the same x and writes the same y. */
  PAIRED = 2,
  /** RNN: relu in place of tanh. */
  RELU = 4,
  /** Has what only the ONNX operators have: cells/variants.ts. */
  VARIANT = 8,
  /** Gates are hard sigmoids. */
  HARD = 16,
  /** LSTM: f = 1 - i. */
  COUPLED = 32,
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
  /** Bytes of a panel; of integers, the address of the room for quantized rows. */
  panel: usize;
  /** More packed panels: an LSTM's projection W_hr, or 0; the candidate of a GRU that resets before. */
  second: usize;
  /** Offsets of h and c in one sequence's state; a batch keeps [batch] rows of each. */
  h: usize;
  c: usize;
  /** Where in a row of y this layer writes, and that row's length. */
  column: usize;
  row: usize;
  /** Variants: an LSTM's peepholes [i f o][units, whole vectors], or 0. */
  peepholes: usize;
  /** Variants: pre-activations are kept within +-clip, Infinity for no bound. */
  clip: f32;
  /** Variants: a hard sigmoid is alpha * x + beta within [0, 1]. */
  alpha: f32;
  beta: f32;
}
