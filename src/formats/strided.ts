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
  bytes: Uint8Array, size: number, shape: readonly number[], strides: readonly number[], offset = 0,
): Uint8Array {
  const count = shape.reduce((product, n) => product * n, 1);
  const out = new Uint8Array(count * size);
  const index = shape.map(() => 0);
  let from = offset;
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < size; k++) out[i * size + k] = bytes[from * size + k];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return out;
}

/** The elements of `size` bytes each with their bytes in the other order. */
export function swapped(bytes: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) out[i] = bytes[i - (i % size) + size - 1 - (i % size)];
  return out;
}
