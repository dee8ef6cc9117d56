/** `[outer, inner, F]` to `[inner, outer, F]`. */
export function swapBatchAndTime(source: Float32Array, outer: number, inner: number): Float32Array {
  const width = source.length / (outer * inner);
  const result = new Float32Array(source.length);
  for (let a = 0; a < outer; a++) {
    for (let b = 0; b < inner; b++) {
      const from = (a * inner + b) * width;
      result.set(source.subarray(from, from + width), (b * outer + a) * width);
    }
  }
  return result;
}
