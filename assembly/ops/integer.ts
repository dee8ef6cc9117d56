// Integers of any width in words of 32 bits.

/** The lowest bits, signed where `bits` is below 0; those of 64 are within 32. */
@inline export function narrow(v: i32, bits: i32): i32 {
  if (bits >= 32 || bits <= -32) return v;
  if (bits > 0) return v & ((1 << bits) - 1);
  return (v << (32 + bits)) >> (32 + bits);
}

/** An int64 must stay within an int32, a uint64 within its upper half. */
@inline export function fits(v: i64, bits: i32): bool {
  if (bits == -64) return v == <i64>(<i32>v);
  return bits != 64 || (v >= 0 && v <= i32.MAX_VALUE);
}
