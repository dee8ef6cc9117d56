// Y = b + X W^T and Y = Y + X W^T over matrices of integers, for one row of x or many.
//
//   y = init + (s x) dot,  s: the row of W's scale, x: the quantized row's scale, dot: int32, exact
//
// in float32, in this order, multiply-add as in lanes.ts.
//
// 8 weights are widened to int16 as they are loaded; one instruction multiplies them by the pair of
// inputs and adds neighbours: 4 outputs, 2 inputs. Two rows of x share each load.
import { madd, storeUpTo } from "../lanes";
import { HEAD, Matrix, pairsOf, panelBytes } from "./matrix";
import { quantize, quantizedRow, SCALE } from "./quantize";

/** Rows that are quantized together: the room that `room` must have. */
const ROWS: i32 = 32;

/** y[row][0..outputs) = b + W x[row]; a GRU (`vectors` 3) gets its fourth bias unchanged. */
export function affine(
  y: usize, yRow: usize, w: usize, room: usize,
  x: usize, xRow: usize, inputs: i32, outputs: i32, rows: i32, vectors: i32,
): void {
  const biases = w + HEAD;
  if (vectors == 3) {
    for (let row = 0, out = y; row < rows; ++row, out += yRow) {
      for (let p = 0; p < outputs; p += 16) v128.store(out + (p << 2), v128.load(biases + (p << 2), 48), 48);
    }
  }
  product(y, yRow, biases, 64, 0, w, room, x, xRow, inputs, outputs, rows, vectors);
}

/** y[row] += W x[row] in whole panels, W the matrix after the one at `w`. */
export function accumulate(
  y: usize, yRow: usize, w: usize, room: usize,
  x: usize, xRow: usize, inputs: i32, panels: i32, rows: i32, vectors: i32,
): void {
  product(y, yRow, y, 64, yRow, w + changetype<Matrix>(w).size, room, x, xRow, inputs, panels << 4, rows, vectors);
}

function product(
  y: usize, yRow: usize, init: usize, initPanel: usize, initRow: usize, w: usize, room: usize,
  x: usize, xRow: usize, inputs: i32, outputs: i32, rows: i32, vectors: i32,
): void {
  const m = changetype<Matrix>(w), first = w + HEAD + (<usize>m.vectors << 4);
  const pairs = pairsOf(inputs), panel = panelBytes(m, pairs, vectors);
  for (; rows > 0; rows -= ROWS) {
    const some = min(rows, ROWS);
    quantize(room, x, xRow, inputs, some, m.limit);
    for (let count = outputs, out = y, from = init, v = first; count > 0; count -= 16) {
      if (m.bytes == 1) {
        if (vectors == 4) rowsOf<i8, i32>(out, yRow, from, initRow, v, room, inputs, pairs, count, some);
        else rowsOf<i8, i16>(out, yRow, from, initRow, v, room, inputs, pairs, count, some);
      } else if (vectors == 4) rowsOf<i16, i32>(out, yRow, from, initRow, v, room, inputs, pairs, count, some);
      else rowsOf<i16, i16>(out, yRow, from, initRow, v, room, inputs, pairs, count, some);
      out += 64;
      from += initPanel;
      v += panel;
    }
    y += yRow * ROWS;
    init += initRow * ROWS;
    x += xRow * ROWS;
  }
}

/** One panel over all rows; `count` outputs are stored. */
function rowsOf<T, V>(
  y: usize, yRow: usize, init: usize, initRow: usize, w: usize, q: usize, inputs: i32, pairs: i32, count: i32,
  rows: i32,
): void {
  const next = quantizedRow(inputs);
  for (; rows > 1; rows -= 2) {
    two<T, V>(y, yRow, init, initRow, w, q, q + next, pairs, count);
    y += yRow << 1;
    init += initRow << 1;
    q += next << 1;
  }
  if (rows) one<T, V>(y, init, w, q, pairs, count);
}

/** Vectors in a line, as a type: i32 for 4, i16 for 3. */
@inline function vectorsOf<V>(): usize { return sizeof<V>() == 4 ? 4 : 3; }

/** A line's four vectors as int16, from integers T; offsets of loads must be literals. */
@inline function load0<T>(line: usize): v128 { return sizeof<T>() == 1 ? v128.load8x8_s(line, 0) : v128.load(line, 0); }
@inline function load1<T>(line: usize): v128 {
  return sizeof<T>() == 1 ? v128.load8x8_s(line, 8) : v128.load(line, 16);
}
@inline function load2<T>(line: usize): v128 {
  return sizeof<T>() == 1 ? v128.load8x8_s(line, 16) : v128.load(line, 32);
}
@inline function load3<T>(line: usize): v128 {
  return sizeof<T>() == 1 ? v128.load8x8_s(line, 24) : v128.load(line, 48);
}

@inline function one<T, V>(y: usize, init: usize, w: usize, q: usize, pairs: i32, count: i32): void {
  let a0 = i32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
  let v = w + (vectorsOf<V>() << 4);
  const scale = v128.load32_splat(q);
  q += SCALE;
  for (const end = q + (<usize>pairs << 2); q < end; q += 4) {
    const s = v128.load32_splat(q);
    a0 = i32x4.add(a0, i32x4.dot_i16x8_s(load0<T>(v), s));
    a1 = i32x4.add(a1, i32x4.dot_i16x8_s(load1<T>(v), s));
    a2 = i32x4.add(a2, i32x4.dot_i16x8_s(load2<T>(v), s));
    if (vectorsOf<V>() == 4) a3 = i32x4.add(a3, i32x4.dot_i16x8_s(load3<T>(v), s));
    v += vectorsOf<V>() * sizeof<T>() << 3;
  }
  finish<V>(y, init, w, scale, a0, a1, a2, a3, count);
}

@inline function two<T, V>(
  y: usize, yRow: usize, init: usize, initRow: usize, w: usize, q: usize, p: usize, pairs: i32, count: i32,
): void {
  let a0 = i32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  let v = w + (vectorsOf<V>() << 4), j = p + SCALE;
  for (let k = q + SCALE, end = k + (<usize>pairs << 2); k < end; k += 4) {
    const s = v128.load32_splat(k), t = v128.load32_splat(j);
    const w0 = load0<T>(v), w1 = load1<T>(v), w2 = load2<T>(v);
    a0 = i32x4.add(a0, i32x4.dot_i16x8_s(w0, s));
    b0 = i32x4.add(b0, i32x4.dot_i16x8_s(w0, t));
    a1 = i32x4.add(a1, i32x4.dot_i16x8_s(w1, s));
    b1 = i32x4.add(b1, i32x4.dot_i16x8_s(w1, t));
    a2 = i32x4.add(a2, i32x4.dot_i16x8_s(w2, s));
    b2 = i32x4.add(b2, i32x4.dot_i16x8_s(w2, t));
    if (vectorsOf<V>() == 4) {
      const w3 = load3<T>(v);
      a3 = i32x4.add(a3, i32x4.dot_i16x8_s(w3, s));
      b3 = i32x4.add(b3, i32x4.dot_i16x8_s(w3, t));
    }
    j += 4;
    v += vectorsOf<V>() * sizeof<T>() << 3;
  }
  finish<V>(y, init, w, v128.load32_splat(q), a0, a1, a2, a3, count);
  finish<V>(y + yRow, init + initRow, w, v128.load32_splat(p), b0, b1, b2, b3, count);
}

/** Stores a panel's outputs: all of them, or the `count` that the last panel has. */
@inline function finish<V>(y: usize, init: usize, scales: usize, x: v128, a0: v128, a1: v128, a2: v128, a3: v128,
    count: i32): void {
  const y0 = scaled(v128.load(init), scales, x, a0), y1 = scaled(v128.load(init, 16), scales + 16, x, a1);
  const y2 = scaled(v128.load(init, 32), scales + 32, x, a2);
  const y3 = sizeof<V>() == 4 ? scaled(v128.load(init, 48), scales + 48, x, a3) : y2;
  if (count < 16) return some(y, y0, y1, y2, y3, count);
  v128.store(y, y0);
  v128.store(y, y1, 16);
  v128.store(y, y2, 32);
  if (sizeof<V>() == 4) v128.store(y, y3, 48);
}

/** The first `count` of a panel of 16. */
function some(y: usize, y0: v128, y1: v128, y2: v128, y3: v128, count: i32): void {
  storeUpTo(y, y0, count);
  storeUpTo(y + 16, y1, count - 4);
  storeUpTo(y + 32, y2, count - 8);
  storeUpTo(y + 48, y3, count - 12);
}

/** init + (scale x) dot */
@inline export function scaled(init: v128, scales: usize, x: v128, dot: v128): v128 {
  return madd(f32x4.mul(v128.load(scales), x), f32x4.convert_i32x4_s(dot), init);
}
