// y = a b of integers, a of 32 bits and b of 16: modulo 2^32, so exact where y is within int32.
//
//   a = low + 2^16 high, both of 16 bits; of numbers of 8 bits less a zero point, high is 0 and costs nothing
//
// b stands in panels of 16 columns, the inputs in pairs k, k + 1 for i32x4.dot_i16x8_s:
//
//   b(k, 0) b(k + 1, 0) b(k, 1) b(k + 1, 1) .. b(k, 15) b(k + 1, 15), 0 past the last
import { IntegerMatmulRecord, Rows } from "../abi";
import { loadUpTo, storeUpTo } from "../lanes";

export function integerMatmuls(r: IntegerMatmulRecord): void {
  let y = r.y,
    a = r.a;
  for (let rows = r.rows; rows > 0; rows -= Rows.SHORT) {
    const some = min(rows, Rows.SHORT);
    const wide = halves(r.room, a, r.inputs, some, false);
    product(r, y, some, 0);
    if (wide) {
      halves(r.room, a, r.inputs, some, true);
      product(r, y, some, 16);
    }
    y += (<usize>(Rows.SHORT * r.columns)) << 2;
    a += (<usize>(Rows.SHORT * r.inputs)) << 2;
  }
}

/** Rows of int16, in whole pairs: the low halves of a's, or the high. Whether any high half is not 0. */
function halves(q: usize, a: usize, inputs: i32, rows: i32, high: bool): bool {
  let any = 0;
  for (; rows > 0; --rows) {
    for (let n = inputs; n > 0; --n) {
      const v = load<i32>(a),
        low = <i32>(<i16>v),
        rest = (v - low) >> 16;
      any |= rest;
      store<i16>(q, <i16>(high ? rest : low));
      a += 4;
      q += 2;
    }
    if (inputs & 1) {
      store<i16>(q, 0);
      q += 2;
    }
  }
  return any != 0;
}

/** y, or y + 2^shift of it: a panel over all rows, two of which share each load. */
function product(r: IntegerMatmulRecord, y: usize, rows: i32, shift: i32): void {
  const pairs = (r.inputs + 1) >> 1,
    row = (<usize>r.columns) << 2,
    next = (<usize>pairs) << 2;
  let w = r.weights;
  for (let count = r.columns; count > 0; count -= 16) {
    let out = y,
      q = r.room,
      n = rows;
    for (; n > 1; n -= 2) {
      two(out, row, w, q, next, count, shift);
      out += row << 1;
      q += next << 1;
    }
    if (n) one(out, w, q, next, count, shift);
    y += 64;
    w += next << 4;
  }
}


@inline function one(y: usize, w: usize, q: usize, next: usize, count: i32, shift: i32): void {
  let a0 = i32x4.splat(0),
    a1 = a0,
    a2 = a0,
    a3 = a0;
  for (const end = q + next; q < end; q += 4) {
    const s = v128.load32_splat(q);
    a0 = i32x4.add(a0, i32x4.dot_i16x8_s(v128.load(w), s));
    a1 = i32x4.add(a1, i32x4.dot_i16x8_s(v128.load(w, 16), s));
    a2 = i32x4.add(a2, i32x4.dot_i16x8_s(v128.load(w, 32), s));
    a3 = i32x4.add(a3, i32x4.dot_i16x8_s(v128.load(w, 48), s));
    w += 64;
  }
  put(y, a0, a1, a2, a3, count, shift);
}


@inline function two(y: usize, row: usize, w: usize, q: usize, next: usize, count: i32, shift: i32): void {
  let a0 = i32x4.splat(0),
    a1 = a0,
    a2 = a0,
    a3 = a0,
    b0 = a0,
    b1 = a0,
    b2 = a0,
    b3 = a0;
  for (const end = q + next; q < end; q += 4) {
    const s = v128.load32_splat(q),
      t = v128.load32_splat(q + next),
      w0 = v128.load(w),
      w1 = v128.load(w, 16),
      w2 = v128.load(w, 32),
      w3 = v128.load(w, 48);
    a0 = i32x4.add(a0, i32x4.dot_i16x8_s(w0, s));
    b0 = i32x4.add(b0, i32x4.dot_i16x8_s(w0, t));
    a1 = i32x4.add(a1, i32x4.dot_i16x8_s(w1, s));
    b1 = i32x4.add(b1, i32x4.dot_i16x8_s(w1, t));
    a2 = i32x4.add(a2, i32x4.dot_i16x8_s(w2, s));
    b2 = i32x4.add(b2, i32x4.dot_i16x8_s(w2, t));
    a3 = i32x4.add(a3, i32x4.dot_i16x8_s(w3, s));
    b3 = i32x4.add(b3, i32x4.dot_i16x8_s(w3, t));
    w += 64;
  }
  put(y, a0, a1, a2, a3, count, shift);
  put(y + row, b0, b1, b2, b3, count, shift);
}

/** The first `count` of 16. */
function put(y: usize, v0: v128, v1: v128, v2: v128, v3: v128, count: i32, shift: i32): void {
  four(y, v0, count, shift);
  four(y + 16, v1, count - 4, shift);
  four(y + 32, v2, count - 8, shift);
  four(y + 48, v3, count - 12, shift);
}

function four(y: usize, v: v128, count: i32, shift: i32): void {
  storeUpTo(y, shift ? i32x4.add(i32x4.shl(v, shift), loadUpTo(y, count, 0)) : v, count);
}
