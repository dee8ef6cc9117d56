// Y = b + X W^T and Y = Y + X W^T over packed panels, for many rows of x: the
// input half of a sequence, the recurrent half of a batch, a linear layer.
//
// Two rows of x share each load of w: 8 accumulators, 4 weights, 2 inputs fit
// the 15 registers V8 has. A panel stays in L1 while all rows pass over it.
//
// Order of summation, for every output: acc = init, then for k = 0, 1, ...
// acc = acc + w[k] * x[k].
import { assertRegion, assertRows, CHECKED } from "../check";
import * as integer from "../integer/gemm";
import { INTEGER, madd, storeUpTo } from "../lanes";
import { biases, line, lineBytes } from "./panels";

/** y[row][0..outputs) = b + W x[row]; a GRU (`vectors` 3) gets its fourth bias unchanged. */
export function affine(
  y: usize, yRow: usize, w: usize, panel: usize,
  x: usize, xRow: usize, inputs: i32, outputs: i32, rows: i32, vectors: i32,
): void {
  if (INTEGER) return integer.affine(y, yRow, w, panel, x, xRow, inputs, outputs, rows, vectors);
  const panels = (outputs + 15) >> 4;
  if (CHECKED) {
    assertRegion(w, panel * panels, 16);
    assertRows(x, xRow, inputs, rows, 4);
    assertRows(y, yRow, outputs, rows, 4);
  }
  for (let p = 0; p < panels; ++p) {
    const init = biases(w, p, panels, panel, vectors);
    gemm(y, yRow, init, 0, line(w, p, panels, panel, vectors, 0), lineBytes(p, panels, vectors), x, xRow, inputs, outputs, rows, vectors);
    if (vectors == 3) {
      const bias = v128.load(init, 48);
      for (let row = 0, out = y; row < rows; ++row, out += yRow) v128.store(out, bias, 48);
    }
    y += 64;
    outputs -= 16;
  }
}

/** y[row] += W x[row] in whole panels, W from its line `k` on. */
export function accumulate(
  y: usize, yRow: usize, w: usize, panel: usize, k: i32,
  x: usize, xRow: usize, inputs: i32, panels: i32, rows: i32, vectors: i32,
): void {
  if (INTEGER) return integer.accumulate(y, yRow, w, panel, x, xRow, inputs, panels, rows, vectors);
  if (CHECKED) {
    assertRegion(w, panel * panels, 16);
    assertRows(x, xRow, inputs, rows, 16);
    assertRegion(y, yRow * rows, 16);
  }
  for (let p = 0; p < panels; ++p) {
    gemm(y, yRow, y, yRow, line(w, p, panels, panel, vectors, k), lineBytes(p, panels, vectors), x, xRow, inputs, 16, rows, vectors);
    y += 64;
  }
}

/** One panel over all rows; `count` outputs are stored. */
function gemm(
  y: usize, yRow: usize, init: usize, initRow: usize, w: usize, next: usize,
  x: usize, xRow: usize, inputs: i32, count: i32, rows: i32, vectors: i32,
): void {
  if (vectors == 4) rowsOf(y, yRow, init, initRow, w, next, x, xRow, inputs, count, rows, 4);
  else rowsOf(y, yRow, init, initRow, w, next, x, xRow, inputs, count, rows, 3);
}

/** The same with `vectors` known to the compiler. */
@inline function rowsOf(
  y: usize, yRow: usize, init: usize, initRow: usize, w: usize, next: usize,
  x: usize, xRow: usize, inputs: i32, count: i32, rows: i32, vectors: i32,
): void {
  for (; rows > 1; rows -= 2) {
    two(y, yRow, init, initRow, w, next, x, xRow, inputs, count, vectors);
    y += yRow << 1;
    init += initRow << 1;
    x += xRow << 1;
  }
  if (rows) one(y, init, w, next, x, inputs, count, vectors);
}

@inline function two(
  y: usize, yRow: usize, init: usize, initRow: usize, w: usize, next: usize,
  x: usize, xRow: usize, inputs: i32, count: i32, vectors: i32,
): void {
  let a0 = v128.load(init), a1 = v128.load(init, 16), a2 = v128.load(init, 32);
  let a3 = vectors == 4 ? v128.load(init, 48) : a2;
  init += initRow;
  let b0 = v128.load(init), b1 = v128.load(init, 16), b2 = v128.load(init, 32);
  let b3 = vectors == 4 ? v128.load(init, 48) : b2;
  let z = x + xRow;
  for (const end = x + (<usize>inputs << 2); x < end; x += 4) {
    const s = v128.load32_splat(x), t = v128.load32_splat(z);
    const w0 = v128.load(w), w1 = v128.load(w, 16), w2 = v128.load(w, 32);
    a0 = madd(w0, s, a0);
    b0 = madd(w0, t, b0);
    a1 = madd(w1, s, a1);
    b1 = madd(w1, t, b1);
    a2 = madd(w2, s, a2);
    b2 = madd(w2, t, b2);
    if (vectors == 4) {
      const w3 = v128.load(w, 48);
      a3 = madd(w3, s, a3);
      b3 = madd(w3, t, b3);
    }
    z += 4;
    w += next;
  }
  store(y, a0, a1, a2, a3, count, vectors);
  store(y + yRow, b0, b1, b2, b3, count, vectors);
}

@inline function one(
  y: usize, init: usize, w: usize, next: usize, x: usize, inputs: i32, count: i32, vectors: i32,
): void {
  let a0 = v128.load(init), a1 = v128.load(init, 16), a2 = v128.load(init, 32);
  let a3 = vectors == 4 ? v128.load(init, 48) : a2;
  for (const end = x + (<usize>inputs << 2); x < end; x += 4) {
    const s = v128.load32_splat(x);
    a0 = madd(v128.load(w), s, a0);
    a1 = madd(v128.load(w, 16), s, a1);
    a2 = madd(v128.load(w, 32), s, a2);
    if (vectors == 4) a3 = madd(v128.load(w, 48), s, a3);
    w += next;
  }
  store(y, a0, a1, a2, a3, count, vectors);
}

/** Stores a panel's outputs: all of them, or the `count` that the last panel has. */
@inline function store(y: usize, a0: v128, a1: v128, a2: v128, a3: v128, count: i32, vectors: i32): void {
  if (count >= 16) {
    v128.store(y, a0);
    v128.store(y, a1, 16);
    v128.store(y, a2, 32);
    if (vectors == 4) v128.store(y, a3, 48);
  } else {
    storeUpTo(y, a0, count);
    storeUpTo(y + 16, a1, count - 4);
    storeUpTo(y + 32, a2, count - 8);
    storeUpTo(y + 48, a3, count - 12);
  }
}
