// Modules of one function, valid where the host knows its instruction.

const HEADER = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0];

/** `i8x16.popcnt`: among the last to be added to simd128. */
export const SIMD_PROBE = Uint8Array.of(...HEADER, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11);

/**
 * `f32x4.relaxed_madd`: a * a + c, a = 1 + 2^-12, c = -(1 + 2^-11), as `f`; fused it is 2^-24, else 0.
 */
// prettier-ignore
export const RELAXED_PROBE = Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 125, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 31, 1, 29, 0,
  67, 0, 8, 128, 63, 253, 19, 67, 0, 8, 128, 63, 253, 19, 67, 0, 16, 128, 191, 253, 19, 253, 133, 2, 253, 31, 0, 11,
);

/**
 * Whether the relaxed build is the faster one. Its wide groups need a multiply-add that really fuses, and V8's newer
 * code generator, which came to Node with JSPI: LSTM (64, 64) takes 3.97 us against 2.31 in base on Node 22 (V8 12.4,
 * without), 1.77 against 2.13 on Node 24 (V8 13.6). Firefox, without JSPI too, takes 3.1 against 2.5.
 */
export function relaxedIsFaster(): boolean {
  if (!WebAssembly.validate(RELAXED_PROBE) || !("Suspending" in WebAssembly)) return false;
  try {
    const { f } = new WebAssembly.Instance(new WebAssembly.Module(RELAXED_PROBE)).exports as { f(): number };
    return f() !== 0;
  } catch {
    return true; // a host that compiles no bytes: workerd, a page's policy
  }
}
