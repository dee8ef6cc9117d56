const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The nearest binary16, ties to even: sign, 5 bits of exponent, 10 of fraction; beyond 65504 Infinity. */
export function toHalf(value: number): number {
  float[0] = value;
  const sign = (bits[0] >>> 16) & 0x8000;
  const magnitude = bits[0] & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // rounds to 65536 or more
  if (magnitude < 0x38800000) { // below 2^-14: multiples of 2^-24
    float[0] = Math.abs(float[0]) + 0.5; // float32 rounds to 2^-24 there
    return sign | (bits[0] - 0x3f000000);
  }
  return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
}
