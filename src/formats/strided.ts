/** Elements from one to the next along each axis of a row-major array. */
export function rowMajor(shape: readonly number[]): number[] {
  const strides: number[] = [];
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

/** Whether an array of these strides lies row-major and without gaps. */
export function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  const wanted = rowMajor(shape);
  return shape.every((n, axis) => n === 1 || strides[axis] === wanted[axis]);
}

/** The elements of `size` bytes each, x[i, j, ...] at offset + i strides[0] + j strides[1] + ..., row-major. */
export function gather(
  bytes: Uint8Array,
  size: number,
  shape: readonly number[],
  strides: readonly number[],
  offset = 0,
): Uint8Array {
  const count = shape.reduce((product, n) => product * n, 1);
  const Words = size === 1 ? Uint8Array : size === 2 ? Uint16Array : Uint32Array;
  const words = size / Words.BYTES_PER_ELEMENT;
  const { buffer, byteOffset, length } = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  const from = new Words(buffer as ArrayBuffer, byteOffset, Math.floor(length / Words.BYTES_PER_ELEMENT));
  const out = new Words(count * words);
  const columns = shape[shape.length - 1] ?? 1;
  const step = (strides[shape.length - 1] ?? 0) * words;
  const index = shape.map(() => 0);
  for (let to = 0, row = offset; to < out.length;) {
    for (let column = 0, at = row * words; column < columns; column++, at += step) {
      for (let k = 0; k < words; k++) out[to++] = from[at + k];
    }
    for (let axis = shape.length - 2; axis >= 0; axis--) {
      row += strides[axis];
      if (++index[axis] < shape[axis]) break;
      row -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return new Uint8Array(out.buffer);
}

/** The elements of `size` bytes each with their bytes in the other order. */
export function swapped(bytes: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) out[i] = bytes[i - (i % size) + size - 1 - (i % size)];
  return out;
}
