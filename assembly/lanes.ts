// The v128 vocabulary: four float32 lanes. The only file that chooses between
// fused and unfused multiply-add, and so between wide and narrow panels.

/** The relaxed build fuses multiply-add: one rounding instead of two. */
export const FUSED: bool = isDefined(RELAXED);

/** This module runs matrices of integers too: assembly/integer. */
export const INTEGER: bool = isDefined(INTEGERS);

/** Whether a layer's matrices are integers: then `panel` is odd, the address of the room and 1. */
@inline export function ofIntegers(panel: usize): bool {
  return INTEGER && (panel & 1) != 0;
}

/** This module plays graphs: their cells take any activation. */
export const FULL: bool = isDefined(GRAPHS);

/** a * b + c */
@inline export function madd(a: v128, b: v128, c: v128): v128 {
  if (isDefined(RELAXED)) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/**
 * table[i] in all four lanes. V8 neither hoists nor pools v128.const: it builds
 * each in every turn of a loop. Read from memory, tanh takes 0.70 ns an element
 * instead of 1.34 on Node 26, 0.73 instead of 0.85 on Node 20.
 */
@inline export function constant(table: usize, i: usize): v128 {
  return v128.load32_splat(table + (i << 2));
}

/** Stores the first `count` lanes of `v`, all four where `count` is 4 or more. */
@inline export function storeUpTo(out: usize, v: v128, count: i32): void {
  if (count >= 4) v128.store(out, v);
  else storeSome(out, v, count);
}

/** Stores the first 0 to 3 lanes. */
function storeSome(out: usize, v: v128, count: i32): void {
  if (count > 0) v128.store_lane<f32>(out, v, 0);
  if (count > 1) v128.store_lane<f32>(out, v, 1, 4);
  if (count > 2) v128.store_lane<f32>(out, v, 2, 8);
}

/** The first `count` lanes from memory, `fill` in the others. */
@inline export function loadUpTo(from: usize, count: i32, fill: f32): v128 {
  if (count >= 4) return v128.load(from);
  let v = f32x4.splat(fill);
  if (count > 0) v = v128.load_lane<f32>(from, v, 0);
  if (count > 1) v = v128.load_lane<f32>(from, v, 1, 4);
  if (count > 2) v = v128.load_lane<f32>(from, v, 2, 8);
  return v;
}

/** Copies `count` floats; may read a vector past their end. */
export function copy(out: usize, from: usize, count: i32): void {
  for (; count >= 4; count -= 4) {
    v128.store(out, v128.load(from));
    out += 16;
    from += 16;
  }
  storeSome(out, v128.load(from), count);
}

/** `count` rounded up to whole vectors. */
@inline export function padded(count: i32): i32 {
  return (count + 3) & ~3;
}
