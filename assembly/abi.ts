// What crosses the border between TypeScript and the module, declared here alone:
// build/abi.ts prints src/abi/layout.ts from it, and its hash is the module's ABI.
// Every field is one word of 32 bits. Addresses and steps are bytes, counts are elements.

/** The word that says how a record is played: assembly/graph/play.ts. */
export const enum Op {
  COPY, FILL, UNARY, BINARY, WHERE, CAST, LINEAR, MATMUL, INTEGER_MATMUL, CELL,
  CONV, DEPTHWISE, CONV_TRANSPOSE, POOL, NORM, GROUP_NORM, SOFTMAX, RESAMPLE,
  ARGUMENT, CUMULATE, ELEMENTS, GATHER, REDUCE, REVERSE, TOP_K, TUPLES,
}

/** How elements run. */
export const enum Word { FLOAT, INT }

/** Rows of a cell's input half that are finished before their recurrent half begins (or one timestep's, if more). */
export const enum Rows { CHUNK = 128, SHORT = 32 }

/** Outer axes that a walk has at most. */
export const enum Walks { AXES = 8 }

/** Functions of one number; of integers IDENTITY, RELU, ABS, NEG, SIGN, SQUARE, CLIP, BIT_NOT and NOT. */
export const enum Unary {
  IDENTITY, RELU, SIGMOID, TANH,
  LEAKY_RELU, CLIP, HARD_SIGMOID, HARD_SWISH, SILU, SWISH, GELU_TANH, SCALED_TANH, AFFINE, THRESHOLDED_RELU, SHRINK,
  SOFTSIGN,
  EXP, SQRT, ABS, NEG, RECIPROCAL, SQUARE, FLOOR, CEIL, ROUND, SIGN, IS_NAN, IS_INF,
  ELU, CELU, SELU, GELU, MISH, SOFTPLUS, LOG, ERF, SINH, COSH, ASINH, ACOSH, ATANH,
  SIN, COS, TAN, ASIN, ACOS, ATAN,
  NOT, BIT_NOT,
}

/** Functions of two numbers; those from AND on of integers alone. */
export const enum Binary {
  ADD, SUB, MUL, DIV, MIN, MAX, PRELU, EQUAL, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL,
  POW, MOD, FMOD,
  AND, OR, XOR, BIT_AND, BIT_OR, BIT_XOR, SHIFT_LEFT, SHIFT_RIGHT,
}

/** Functions of many numbers. */
export const enum Reduction { SUM, PROD, MAX, MIN, L1, SUM_SQUARE, SUM_EXP }

/** What becomes of a number that another is scattered to; GET gathers. */
export const enum Scatter { GET, SET, ADD, MUL, MIN, MAX }

/** Any record: what it is, and the bytes to the next. */
@unmanaged export class Record {
  op: i32;
  size: i32;
}

/**
 * One output and up to three inputs, walked element by element: an inner axis of
 * `count`, and `rank` outer axes whose words stand at the record's end:
 * sizes [AXES], then the steps of y, a, b, c [AXES] each, then the walk's own place [AXES].
 */
@unmanaged export class Walk extends Record {
  y: usize;
  a: usize;
  b: usize;
  c: usize;
  count: i32;
  yStep: i32;
  aStep: i32;
  bStep: i32;
  cStep: i32;
  rank: i32;
}

/** y = a */
@unmanaged export class CopyRecord extends Walk {}

/** y = the word `value` */
@unmanaged export class FillRecord extends Walk {
  value: i32;
}

/** y = f(a); `word` is that of a; integers: `low` and `high` of CLIP, `bits` as in BinaryRecord. */
@unmanaged export class UnaryRecord extends Walk {
  word: i32;
  unary: i32;
  alpha: f32;
  beta: f32;
  low: i32;
  high: i32;
  bits: i32;
}

/**
 * y = f(a, b); `word` is that of a and b. Integers keep `bits`, below 0 where signed: those of 8, 16 and 32 wrap,
 * of 64 must stay within an int32.
 */
@unmanaged export class BinaryRecord extends Walk {
  word: i32;
  binary: i32;
  bits: i32;
}

/** y = a ? b : c */
@unmanaged export class WhereRecord extends Walk {}

/** y = a as another word: `to`; `bits` as in BinaryRecord, 1 for bool. */
@unmanaged export class CastRecord extends Walk {
  from: i32;
  to: i32;
  bits: i32;
}

/** y [rows, outputs] = activation(W x [rows, inputs] + bias): packed panels, `panel` bytes each. */
@unmanaged export class LinearRecord extends Record {
  y: usize;
  yRow: usize;
  weights: usize;
  panel: usize;
  x: usize;
  xRow: usize;
  inputs: i32;
  outputs: i32;
  rows: i32;
  activation: i32;
  alpha: f32;
  beta: f32;
}

/**
 * y [n, m] = a [n, k] b [k, m], walked over the batch axes (`count` 1); rows `aRow` and `bRow` bytes apart, columns
 * `aColumn`, `bColumn`.
 */
@unmanaged export class MatmulRecord extends Walk {
  word: i32;
  n: i32;
  k: i32;
  m: i32;
  aRow: i32;
  aColumn: i32;
  bRow: i32;
  bColumn: i32;
}

/**
 * y [rows, columns] = a [rows, inputs] b, int32; `weights` are b's, of int16: ops/integer_matmul.ts. `room`: Rows.SHORT
 * rows of a as int16.
 */
@unmanaged export class IntegerMatmulRecord extends Record {
  y: usize;
  a: usize;
  weights: usize;
  room: usize;
  rows: i32;
  inputs: i32;
  columns: i32;
}

/** What a layer of a sequence net is: assembly/net.ts. */
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

/** Bits of `flags` that cells of graphs alone have. */
export const enum GraphFlag {
  /** LSTM: W_hh is multiplied with h rounded to 256 levels: cells/quantized.ts. */
  QUANTIZED = 64,
  /** LSTM: layer norm of the gates' sums and of c: cells/normed.ts. */
  NORMED = 128,
}

/** A layer of a sequence net, or one direction of a cell of a graph. Offsets are bytes too. */
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
  /** Bytes of a panel; of integers, the address of the room for quantized rows, and 1: which is odd. */
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
  /**
   * Variants of graphs, or 0: a function of one number with alpha and beta for the gates, the candidate and an LSTM's
   * h, three words each; with NORMED epsilon after them, and from word 16 on the norms: cells/normed.ts.
   */
  own: usize;
}

/**
 * A cell over x [steps, batch, inputs]: y [steps, batch, directions * width], from h0 and c0 [directions, batch, ..]
 * (0 for zero; `shared` for all sequences the first's) to hn and cn (0 where nobody asks). Its directions' Layers
 * follow the fields. With `lengths` [batch] or `mask` [steps, batch] each sequence passes alone: through `xs` [steps,
 * inputs] and `ys`.
 */
@unmanaged export class CellRecord extends Record {
  y: usize;
  x: usize;
  h0: usize;
  c0: usize;
  hn: usize;
  cn: usize;
  lengths: usize;
  mask: usize;
  /** A masked step gives zeros, not the output before it. */
  zeroMasked: i32;
  shared: i32;
  state: usize;
  xs: usize;
  ys: usize;
  scratch: usize;
  steps: i32;
  batch: i32;
  directions: i32;
}

/** y = f(y, a) at every place, y's steps 0 along the axes that vanish; SUM_EXP: y += exp(a - b). */
@unmanaged export class ReduceRecord extends Walk {
  word: i32;
  reduction: i32;
  bits: i32;
}

/**
 * y = where the greatest (the least) of `length` numbers of a stands, `step` bytes apart; walked over the other axes
 * (`count` 1).
 */
@unmanaged export class ArgumentRecord extends Walk {
  word: i32;
  length: i32;
  step: i32;
  least: i32;
  last: i32;
}

/**
 * y and b (its places) = the first `k` of `length` numbers of a, sorted; walked over the other axes (`count` 1). `heap`
 * has k words.
 */
@unmanaged export class TopKRecord extends Walk {
  word: i32;
  length: i32;
  step: i32;
  k: i32;
  least: i32;
  heap: usize;
}

/**
 * y = the sum (the product) of a up to each place of `length`, `step` bytes apart; walked over the other axes (`count`
 * 1).
 */
@unmanaged export class CumulateRecord extends Walk {
  word: i32;
  product: i32;
  length: i32;
  step: i32;
  exclusive: i32;
  reverse: i32;
  bits: i32;
}

/** y [outer, count, inner] = x [outer, places, inner] at indices [count]. */
@unmanaged export class GatherRecord extends Record {
  y: usize;
  x: usize;
  indices: usize;
  outer: i32;
  count: i32;
  places: i32;
  inner: i32;
}

/** GET: y = a[b]; else y[b] = f(y[b], a); b counts along an axis of `places`, `step` bytes apart. */
@unmanaged export class ElementsRecord extends Walk {
  word: i32;
  scatter: i32;
  places: i32;
  step: i32;
  bits: i32;
}

/**
 * Rows of `inner` numbers of x [batch, `bytes`] at indices [batch, count, depth]. GET: rows = x[i]; else x[i] = f(x[i],
 * rows). At the end: sizes [depth], then steps [depth] of the axes that are counted along.
 */
@unmanaged export class TuplesRecord extends Record {
  rows: usize;
  x: usize;
  indices: usize;
  batch: i32;
  bytes: i32;
  count: i32;
  depth: i32;
  inner: i32;
  word: i32;
  scatter: i32;
  bits: i32;
}

/** y = x [.., inner], the first lengths[b] rows of each b reversed. */
@unmanaged export class ReverseRecord extends Record {
  y: usize;
  x: usize;
  lengths: usize;
  batch: i32;
  time: i32;
  batchStep: i32;
  timeStep: i32;
  inner: i32;
}

/** Axes that a window moves along. */
export const enum Window { AXES = 3 }

/**
 * A window over x [batch, in0, in1, in2, channels], rows channels last, at outputs [batch, out0, out1, out2]:
 * tap k of output o reads o * stride + k * dilation - pad of each axis. Missing axes stand first, of size 1.
 */
@unmanaged export class WindowRecord extends Record {
  y: usize;
  x: usize;
  batch: i32;
  channels: i32;
  in0: i32;
  in1: i32;
  in2: i32;
  out0: i32;
  out1: i32;
  out2: i32;
  kernel0: i32;
  kernel1: i32;
  kernel2: i32;
  stride0: i32;
  stride1: i32;
  stride2: i32;
  dilation0: i32;
  dilation1: i32;
  dilation2: i32;
  pad0: i32;
  pad1: i32;
  pad2: i32;
}

/**
 * Packed panels of [outputs, taps * channels of a group], group by group, `group` bytes apart; `patches` [rows, taps *
 * channels of a group].
 */
@unmanaged export class ConvRecord extends WindowRecord {
  weights: usize;
  panel: usize;
  group: usize;
  groups: i32;
  /** Outputs of all groups. */
  outputs: i32;
  patches: usize;
  /** Rows that `patches` has. */
  rows: i32;
  activation: i32;
  alpha: f32;
  beta: f32;
}

/**
 * Every channel its own window: bias [channels], then taps [kernel, channels], rows in whole vectors; `taps` lists two
 * words a tap.
 */
@unmanaged export class DepthwiseRecord extends WindowRecord {
  weights: usize;
  taps: usize;
  activation: i32;
  alpha: f32;
  beta: f32;
}

/**
 * The transpose of ConvRecord: x [batch, out.., channels] is spread over y [batch, in.., outputs], whose rows begin as
 * `bias`. Panels of [taps * outputs of a group, channels of a group]; `patches` [rows, taps * outputs of a group].
 */
@unmanaged export class ConvTransposeRecord extends WindowRecord {
  weights: usize;
  panel: usize;
  group: usize;
  groups: i32;
  outputs: i32;
  bias: usize;
  patches: usize;
  rows: i32;
  activation: i32;
  alpha: f32;
  beta: f32;
}

/** What a window of a channel is to its output. */
export const enum Pool { MAX, AVERAGE, LP }

@unmanaged export class PoolRecord extends WindowRecord {
  pool: i32;
  p: i32;
  /** An average counts the pads: up to `pad` before and `after` behind each axis. */
  counted: i32;
  after0: i32;
  after1: i32;
  after2: i32;
}

/**
 * y = (x - mean) / sqrt(variance + epsilon), or x / sqrt(mean of squares + epsilon), row by row; then scale and bias
 * [width], or 0.
 */
@unmanaged export class NormRecord extends Record {
  y: usize;
  x: usize;
  scale: usize;
  bias: usize;
  rows: i32;
  width: i32;
  centred: i32;
  epsilon: f32;
}

/**
 * NormRecord over `rows` rows of each `width` of x [batch, rows, groups * width]; then scale and bias [groups * width],
 * or 0.
 */
@unmanaged export class GroupNormRecord extends Record {
  y: usize;
  x: usize;
  scale: usize;
  bias: usize;
  batch: i32;
  rows: i32;
  groups: i32;
  width: i32;
  epsilon: f32;
}

/** y = softmax(x) or its logarithm, row by row, in the place of x. */
@unmanaged export class SoftmaxRecord extends Record {
  x: usize;
  rows: i32;
  width: i32;
  log: i32;
}

/**
 * y [outer, out, inner]: place o is the sum of `taps` places of x [outer, places, inner], by indices and weights [out,
 * taps].
 */
@unmanaged export class ResampleRecord extends Record {
  y: usize;
  x: usize;
  indices: usize;
  weights: usize;
  outer: i32;
  places: i32;
  out: i32;
  taps: i32;
  inner: i32;
}
