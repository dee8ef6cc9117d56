// Y = b + X W^T and Y = Y + X W^T over packed panels, for many rows of x: the
// input half of a sequence, the recurrent half of a batch, a linear layer.
//
// Several rows of x share each load of w: a tile of sums as large as the 15 registers allow that V8
// has. Unfused, products need some too: 4 rows by 2 vectors; fused, 6 by 2. A GRU's panel has 3
// vectors: 2 rows, or 3. A tile's lines stay in L1 while all rows pass over them; rows that make no
// tile go one by one, as in gemv.ts.
//
// Order of summation, for every output: acc = init, then for k = 0, 1, ...
// acc = acc + w[k] * x[k].
import { assertRegion, assertRows, CHECKED } from "../check";
import * as integer from "../integer/gemm";
import { FUSED, madd, ofIntegers, storeUpTo } from "../lanes";
import { lines } from "./gemv";
import { BIAS, group, groupBytes } from "./panels";

/** y[row][0..outputs) = b + W x[row]; a GRU (`vectors` 3) gets its fourth bias unchanged. */
export function affine(
  y: usize, yRow: usize, w: usize, panel: usize,
  x: usize, xRow: usize, inputs: i32, outputs: i32, rows: i32, vectors: i32,
): void {
  if (ofIntegers(panel)) return integer.affine(y, yRow, w, panel - 1, x, xRow, inputs, outputs, rows, vectors);
  const panels = (outputs + 15) >> 4;
  if (CHECKED) {
    assertRegion(w, panel * panels, 16);
    assertRows(x, xRow, inputs, rows, 4);
    assertRows(y, yRow, outputs, rows, 4);
  }
  each(y, yRow, 0, 0, w, panel, BIAS, x, xRow, inputs, outputs, rows, panels * vectors, vectors);
}

/** y[row] += W x[row] in whole panels, W from its line `k` on. */
export function accumulate(
  y: usize, yRow: usize, w: usize, panel: usize, k: i32,
  x: usize, xRow: usize, inputs: i32, panels: i32, rows: i32, vectors: i32,
): void {
  if (ofIntegers(panel)) return integer.accumulate(y, yRow, w, panel - 1, x, xRow, inputs, panels, rows, vectors);
  if (CHECKED) {
    assertRegion(w, panel * panels, 16);
    assertRows(x, xRow, inputs, rows, 16);
    assertRegion(y, yRow * rows, 16);
  }
  each(y, yRow, y, yRow, w, panel, BIAS + <usize>(k * vectors << 4), x, xRow, inputs, panels << 4, rows,
      panels * vectors, vectors);
}

/** Group by group: y[row] = init[row] + W x[row], from the biases where `init` is 0. */
function each(
  y: usize, yRow: usize, init: usize, initRow: usize, w: usize, panel: usize, skip: usize,
  x: usize, xRow: usize, inputs: i32, outputs: i32, rows: i32, left: i32, vectors: i32,
): void {
  while (left > 0) {
    const n = group(left, vectors), from = init ? init : w;
    const line = w + groupBytes(n, skip, vectors), size = groupBytes(n, BIAS, vectors);
    if (vectors == 3) {
      for (let at: usize = 0, v = line; at < size; at += 64, v += 48) {
        gru(y + at, yRow, from + at, initRow, v, n << 4, x, xRow, inputs, rows);
        if (!init) {
          for (let row = 0, out = y + at; row < rows; ++row, out += yRow) v128.store(out, v128.load(w + at, 48), 48);
        }
      }
    } else if (n == 4) product(4, y, yRow, from, initRow, line, x, xRow, inputs, outputs, rows);
    else product(FUSED ? 8 : 6, y, yRow, from, initRow, line, x, xRow, inputs, outputs, rows);
    y += size;
    if (init) init += size;
    w += groupBytes(n, panel, vectors);
    outputs -= <i32>(size >> 2);
    left -= n;
  }
}

/** A group of `n` vectors over all rows, its lines from `w` on; `outputs` are stored. */
@inline function product(
  n: i32, y: usize, yRow: usize, init: usize, initRow: usize, w: usize,
  x: usize, xRow: usize, inputs: i32, outputs: i32, rows: i32,
): void {
  const tiled = FUSED ? rows - rows % 6 : rows - rows % 4;
  for (let v = 0; v < n; v += 2) {
    const at = <usize>v << 4;
    let to = y + at, from = init + at, k = x;
    for (let row = 0; row < tiled; row += FUSED ? 6 : 4) {
      if (FUSED) two6(to, yRow, from, initRow, w + at, n << 4, k, xRow, inputs, outputs - (v << 2));
      else two4(to, yRow, from, initRow, w + at, n << 4, k, xRow, inputs, outputs - (v << 2));
      to += yRow * (FUSED ? 6 : 4);
      from += initRow * (FUSED ? 6 : 4);
      k += xRow * (FUSED ? 6 : 4);
    }
  }
  y += yRow * tiled;
  init += initRow * tiled;
  x += xRow * tiled;
  for (rows -= tiled; rows > 0; --rows) {
    lines(n, y, init, w, x, inputs, x, 0, outputs);
    y += yRow;
    init += initRow;
    x += xRow;
  }
}

/** A panel of a GRU over all rows. */
function gru(y: usize, yRow: usize, init: usize, initRow: usize, w: usize, next: usize, x: usize, xRow: usize,
    inputs: i32, rows: i32): void {
  for (; FUSED && rows > 2; rows -= 3) {
    threeBy3(y, yRow, init, initRow, w, next, x, xRow, inputs);
    y += yRow * 3;
    init += initRow * 3;
    x += xRow * 3;
  }
  for (; rows > 1; rows -= 2) {
    threeBy2(y, yRow, init, initRow, w, next, x, xRow, inputs);
    y += yRow << 1;
    init += initRow << 1;
    x += xRow << 1;
  }
  if (rows) threeBy1(y, yRow, init, initRow, w, next, x, xRow, inputs);
}

/** Two vectors, 4 rows. */
@inline function two4(
  y: usize, yRow: usize, init: usize, initRow: usize, w: usize, next: usize, x: usize, xRow: usize, inputs: i32,
  count: i32,
): void {
  const y1 = y + yRow, y2 = y1 + yRow, y3 = y2 + yRow;
  const i1 = init + initRow, i2 = i1 + initRow, i3 = i2 + initRow;
  let a0 = v128.load(init), a1 = v128.load(init, 16);
  let b0 = v128.load(i1), b1 = v128.load(i1, 16);
  let c0 = v128.load(i2), c1 = v128.load(i2, 16);
  let d0 = v128.load(i3), d1 = v128.load(i3, 16);
  let k1 = x + xRow, k2 = k1 + xRow, k3 = k2 + xRow;
  for (const end = x + (<usize>inputs << 2); x < end; x += 4) {
    const w0 = v128.load(w), w1 = v128.load(w, 16);
    let s = v128.load32_splat(x);
    a0 = madd(w0, s, a0);
    a1 = madd(w1, s, a1);
    s = v128.load32_splat(k1);
    b0 = madd(w0, s, b0);
    b1 = madd(w1, s, b1);
    s = v128.load32_splat(k2);
    c0 = madd(w0, s, c0);
    c1 = madd(w1, s, c1);
    s = v128.load32_splat(k3);
    d0 = madd(w0, s, d0);
    d1 = madd(w1, s, d1);
    k1 += 4;
    k2 += 4;
    k3 += 4;
    w += next;
  }
  store2(y, a0, a1, count);
  store2(y1, b0, b1, count);
  store2(y2, c0, c1, count);
  store2(y3, d0, d1, count);
}

/** Two vectors, 6 rows. */
@inline function two6(
  y: usize, yRow: usize, init: usize, initRow: usize, w: usize, next: usize, x: usize, xRow: usize, inputs: i32,
  count: i32,
): void {
  const y1 = y + yRow, y2 = y1 + yRow, y3 = y2 + yRow, y4 = y3 + yRow, y5 = y4 + yRow;
  const i1 = init + initRow, i2 = i1 + initRow, i3 = i2 + initRow, i4 = i3 + initRow, i5 = i4 + initRow;
  let a0 = v128.load(init), a1 = v128.load(init, 16);
  let b0 = v128.load(i1), b1 = v128.load(i1, 16);
  let c0 = v128.load(i2), c1 = v128.load(i2, 16);
  let d0 = v128.load(i3), d1 = v128.load(i3, 16);
  let e0 = v128.load(i4), e1 = v128.load(i4, 16);
  let f0 = v128.load(i5), f1 = v128.load(i5, 16);
  let k1 = x + xRow, k2 = k1 + xRow, k3 = k2 + xRow, k4 = k3 + xRow, k5 = k4 + xRow;
  for (const end = x + (<usize>inputs << 2); x < end; x += 4) {
    const w0 = v128.load(w), w1 = v128.load(w, 16);
    let s = v128.load32_splat(x);
    a0 = madd(w0, s, a0);
    a1 = madd(w1, s, a1);
    s = v128.load32_splat(k1);
    b0 = madd(w0, s, b0);
    b1 = madd(w1, s, b1);
    s = v128.load32_splat(k2);
    c0 = madd(w0, s, c0);
    c1 = madd(w1, s, c1);
    s = v128.load32_splat(k3);
    d0 = madd(w0, s, d0);
    d1 = madd(w1, s, d1);
    s = v128.load32_splat(k4);
    e0 = madd(w0, s, e0);
    e1 = madd(w1, s, e1);
    s = v128.load32_splat(k5);
    f0 = madd(w0, s, f0);
    f1 = madd(w1, s, f1);
    k1 += 4;
    k2 += 4;
    k3 += 4;
    k4 += 4;
    k5 += 4;
    w += next;
  }
  store2(y, a0, a1, count);
  store2(y1, b0, b1, count);
  store2(y2, c0, c1, count);
  store2(y3, d0, d1, count);
  store2(y4, e0, e1, count);
  store2(y5, f0, f1, count);
}

/** Three vectors, three rows. */
@inline function threeBy3(
  y: usize, yRow: usize, init: usize, initRow: usize, w: usize, next: usize, x: usize, xRow: usize, inputs: i32,
): void {
  const y1 = y + yRow, y2 = y1 + yRow;
  const i1 = init + initRow, i2 = i1 + initRow;
  let a0 = v128.load(init), a1 = v128.load(init, 16), a2 = v128.load(init, 32);
  let b0 = v128.load(i1), b1 = v128.load(i1, 16), b2 = v128.load(i1, 32);
  let c0 = v128.load(i2), c1 = v128.load(i2, 16), c2 = v128.load(i2, 32);
  let k1 = x + xRow, k2 = k1 + xRow;
  for (const end = x + (<usize>inputs << 2); x < end; x += 4) {
    const w0 = v128.load(w), w1 = v128.load(w, 16), w2 = v128.load(w, 32);
    let s = v128.load32_splat(x);
    a0 = madd(w0, s, a0);
    a1 = madd(w1, s, a1);
    a2 = madd(w2, s, a2);
    s = v128.load32_splat(k1);
    b0 = madd(w0, s, b0);
    b1 = madd(w1, s, b1);
    b2 = madd(w2, s, b2);
    s = v128.load32_splat(k2);
    c0 = madd(w0, s, c0);
    c1 = madd(w1, s, c1);
    c2 = madd(w2, s, c2);
    k1 += 4;
    k2 += 4;
    w += next;
  }
  store3(y, a0, a1, a2);
  store3(y1, b0, b1, b2);
  store3(y2, c0, c1, c2);
}

/** Three vectors, two rows. */
@inline function threeBy2(
  y: usize, yRow: usize, init: usize, initRow: usize, w: usize, next: usize, x: usize, xRow: usize, inputs: i32,
): void {
  const y1 = y + yRow;
  const i1 = init + initRow;
  let a0 = v128.load(init), a1 = v128.load(init, 16), a2 = v128.load(init, 32);
  let b0 = v128.load(i1), b1 = v128.load(i1, 16), b2 = v128.load(i1, 32);
  let k1 = x + xRow;
  for (const end = x + (<usize>inputs << 2); x < end; x += 4) {
    const w0 = v128.load(w), w1 = v128.load(w, 16), w2 = v128.load(w, 32);
    let s = v128.load32_splat(x);
    a0 = madd(w0, s, a0);
    a1 = madd(w1, s, a1);
    a2 = madd(w2, s, a2);
    s = v128.load32_splat(k1);
    b0 = madd(w0, s, b0);
    b1 = madd(w1, s, b1);
    b2 = madd(w2, s, b2);
    k1 += 4;
    w += next;
  }
  store3(y, a0, a1, a2);
  store3(y1, b0, b1, b2);
}

/** Three vectors, one row. */
@inline function threeBy1(
  y: usize, yRow: usize, init: usize, initRow: usize, w: usize, next: usize, x: usize, xRow: usize, inputs: i32,
): void {
  let a0 = v128.load(init), a1 = v128.load(init, 16), a2 = v128.load(init, 32);
  for (const end = x + (<usize>inputs << 2); x < end; x += 4) {
    const w0 = v128.load(w), w1 = v128.load(w, 16), w2 = v128.load(w, 32);
    let s = v128.load32_splat(x);
    a0 = madd(w0, s, a0);
    a1 = madd(w1, s, a1);
    a2 = madd(w2, s, a2);
    w += next;
  }
  store3(y, a0, a1, a2);
}

/** The first `count` of two vectors. */
@inline function store2(y: usize, a: v128, b: v128, count: i32): void {
  if (count >= 8) {
    v128.store(y, a);
    v128.store(y, b, 16);
  } else {
    storeUpTo(y, a, count);
    storeUpTo(y + 16, b, count - 4);
  }
}

@inline function store3(y: usize, a: v128, b: v128, c: v128): void {
  v128.store(y, a);
  v128.store(y, b, 16);
  v128.store(y, c, 32);
}
