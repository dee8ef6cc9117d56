/** The first element whose bits differ, in words; undefined where all agree. NaNs agree: which NaN is not promised. */
export function firstDifference(got: Float32Array, expected: Float32Array): string | undefined {
  if (got.length !== expected.length) return `${got.length} values for ${expected.length}`;
  for (let i = 0; i < got.length; i++) {
    if (!Object.is(got[i], expected[i])) return `[${i}]: ${got[i]} for ${expected[i]}`;
  }
  return undefined;
}
