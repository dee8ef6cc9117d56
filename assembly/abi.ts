// What crosses the border between TypeScript and the module, declared here alone:
// build/abi.ts prints src/abi/layout.ts from it, and its hash is the module's ABI.
// Every field is one word of 32 bits. Addresses and steps are bytes, counts are elements.

/** The word that says how a record is played: assembly/graph/play.ts. */
export const enum Op { COPY, FILL, UNARY, BINARY, WHERE, CAST, LINEAR, MATMUL }

/** How elements run. */
export const enum Word { FLOAT, INT }

/** Outer axes that a walk has at most. */
export const enum Walks { AXES = 8 }

/** Functions of one number. */
export const enum Unary { IDENTITY, RELU, SIGMOID, TANH }

/** Functions of two numbers. */
export const enum Binary { ADD, SUB, MUL, DIV }

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

/** y = f(a); `word` is that of a. */
@unmanaged export class UnaryRecord extends Walk {
  word: i32;
  unary: i32;
  alpha: f32;
  beta: f32;
}

/** y = f(a, b); `word` is that of a and b; integers of less than 32 bits wrap: `bits` is 8, 16 or 32, below 0 where signed. */
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

/** y [n, m] = a [n, k] b [k, m], walked over the batch axes (`count` 1); rows `aRow` and `bRow` bytes apart, columns `aColumn`, `bColumn`. */
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
