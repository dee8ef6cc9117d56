// Modules of one function, valid where the host knows its instruction.

const HEADER = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0];

/** `i8x16.popcnt`: among the last to be added to simd128. */
export const SIMD_PROBE = Uint8Array.of(...HEADER, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11);

/** `f32x4.relaxed_madd`. */
// prettier-ignore
export const RELAXED_PROBE = Uint8Array.of(
  ...HEADER, 10, 19, 1, 17, 0,
  65, 0, 253, 17, 65, 0, 253, 17, 65, 0, 253, 17, 253, 133, 2, 11,
);
