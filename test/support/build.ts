// Before each test file: the host seems to have relaxed SIMD just where the build under test has it.
const build = process.env.UNROLLED_BUILD!;
const validate = WebAssembly.validate;

/** f32x4.relaxed_madd */
const RELAXED_MADD = [0xfd, 0x85, 0x02];

WebAssembly.validate = (bytes) => {
  const valid = validate(bytes);
  const text = ArrayBuffer.isView(bytes)
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : new Uint8Array(bytes);
  const relaxed = text.some((_, i) => RELAXED_MADD.every((byte, k) => text[i + k] === byte));
  if (relaxed && build.endsWith("relaxed") && !valid) throw new Error(`expected a host with relaxed SIMD for ${build}`);
  return relaxed ? build.endsWith("relaxed") : valid;
};
