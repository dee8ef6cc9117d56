const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** The word of a float32. */
export function floatWord(value: number): number {
  float[0] = value;
  return bits[0];
}
