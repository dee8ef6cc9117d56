// Printed by build/abi.ts from assembly/abi.ts.

export const ABI = 1873083060;

export const Op = { COPY: 0, FILL: 1, UNARY: 2, BINARY: 3, WHERE: 4, CAST: 5, LINEAR: 6, MATMUL: 7 } as const;

export const Kind = { FLOAT: 0, INT: 1 } as const;

export const Walks = { AXES: 8 } as const;

export const Unary = { IDENTITY: 0, RELU: 1, SIGMOID: 2, TANH: 3 } as const;

export const Binary = { ADD: 0, SUB: 1, MUL: 2, DIV: 3 } as const;

/** The words of each record: [name, type]. */
export const RECORDS = {
  Record: [["op", "i32"], ["size", "i32"]],
  Walk: [["op", "i32"], ["size", "i32"], ["y", "usize"], ["a", "usize"], ["b", "usize"], ["c", "usize"], ["count", "i32"], ["yStep", "i32"], ["aStep", "i32"], ["bStep", "i32"], ["cStep", "i32"], ["rank", "i32"]],
  CopyRecord: [["op", "i32"], ["size", "i32"], ["y", "usize"], ["a", "usize"], ["b", "usize"], ["c", "usize"], ["count", "i32"], ["yStep", "i32"], ["aStep", "i32"], ["bStep", "i32"], ["cStep", "i32"], ["rank", "i32"]],
  FillRecord: [["op", "i32"], ["size", "i32"], ["y", "usize"], ["a", "usize"], ["b", "usize"], ["c", "usize"], ["count", "i32"], ["yStep", "i32"], ["aStep", "i32"], ["bStep", "i32"], ["cStep", "i32"], ["rank", "i32"], ["value", "i32"]],
  UnaryRecord: [["op", "i32"], ["size", "i32"], ["y", "usize"], ["a", "usize"], ["b", "usize"], ["c", "usize"], ["count", "i32"], ["yStep", "i32"], ["aStep", "i32"], ["bStep", "i32"], ["cStep", "i32"], ["rank", "i32"], ["kind", "i32"], ["unary", "i32"], ["alpha", "f32"], ["beta", "f32"]],
  BinaryRecord: [["op", "i32"], ["size", "i32"], ["y", "usize"], ["a", "usize"], ["b", "usize"], ["c", "usize"], ["count", "i32"], ["yStep", "i32"], ["aStep", "i32"], ["bStep", "i32"], ["cStep", "i32"], ["rank", "i32"], ["kind", "i32"], ["binary", "i32"], ["bits", "i32"]],
  WhereRecord: [["op", "i32"], ["size", "i32"], ["y", "usize"], ["a", "usize"], ["b", "usize"], ["c", "usize"], ["count", "i32"], ["yStep", "i32"], ["aStep", "i32"], ["bStep", "i32"], ["cStep", "i32"], ["rank", "i32"]],
  CastRecord: [["op", "i32"], ["size", "i32"], ["y", "usize"], ["a", "usize"], ["b", "usize"], ["c", "usize"], ["count", "i32"], ["yStep", "i32"], ["aStep", "i32"], ["bStep", "i32"], ["cStep", "i32"], ["rank", "i32"], ["from", "i32"], ["to", "i32"], ["bits", "i32"]],
  LinearRecord: [["op", "i32"], ["size", "i32"], ["y", "usize"], ["yRow", "usize"], ["weights", "usize"], ["panel", "usize"], ["x", "usize"], ["xRow", "usize"], ["inputs", "i32"], ["outputs", "i32"], ["rows", "i32"], ["activation", "i32"], ["alpha", "f32"], ["beta", "f32"]],
  MatmulRecord: [["op", "i32"], ["size", "i32"], ["y", "usize"], ["a", "usize"], ["b", "usize"], ["c", "usize"], ["count", "i32"], ["yStep", "i32"], ["aStep", "i32"], ["bStep", "i32"], ["cStep", "i32"], ["rank", "i32"], ["kind", "i32"], ["n", "i32"], ["k", "i32"], ["m", "i32"], ["aRow", "i32"], ["aColumn", "i32"], ["bRow", "i32"], ["bColumn", "i32"]],
} as const;
