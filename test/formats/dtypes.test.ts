import { expect, test } from "vitest";
import { FormatError, toFloat32, toIntegers, type Dtype, type Tensor } from "../../src/index.ts";

/** A tensor of little-endian words of `size` bytes, one byte off alignment. */
function words(dtype: Dtype, size: number, values: readonly bigint[]): Tensor {
  const bytes = new Uint8Array(1 + size * values.length).subarray(1);
  values.forEach((v, i) => {
    for (let k = 0; k < size; k++) bytes[i * size + k] = Number((v >> BigInt(8 * k)) & 255n);
  });
  return { name: "t", dtype, shape: [values.length], bytes };
}

test.each<[Dtype, number, (readonly [bigint, number])[]]>([
  // https://en.wikipedia.org/wiki/Half-precision_floating-point_format#Half_precision_examples
  [
    "F16",
    2,
    [
      [0x0000n, 0],
      [0x8000n, -0],
      [0x0001n, 2 ** -24],
      [0x03ffn, 1023 * 2 ** -24],
      [0x0400n, 2 ** -14],
      [0x3555n, 0.333251953125],
      [0x3bffn, 1 - 2 ** -11],
      [0x3c00n, 1],
      [0x3c01n, 1 + 2 ** -10],
      [0x7bffn, 65504],
      [0xc000n, -2],
      [0x7c00n, Infinity],
      [0xfc00n, -Infinity],
      [0x7e00n, NaN],
      [0x7c01n, NaN],
    ],
  ],
  [
    "BF16",
    2,
    [
      [0x0000n, 0],
      [0x8000n, -0],
      [0x0001n, 2 ** -133],
      [0x007fn, 127 * 2 ** -133],
      [0x0080n, 2 ** -126],
      [0x3f80n, 1],
      [0xc000n, -2],
      [0x4049n, 3.140625],
      [0x7f7fn, 255 * 2 ** 120],
      [0x7f80n, Infinity],
      [0xff80n, -Infinity],
      [0x7fc0n, NaN],
      [0x7f81n, NaN],
    ],
  ],
  [
    "F32",
    4,
    [
      [0x3f800000n, 1],
      [0x80000000n, -0],
      [1n, 2 ** -149],
      [0x7f7fffffn, (2 - 2 ** -23) * 2 ** 127],
      [0x7f800000n, Infinity],
      [0x7fc00000n, NaN],
    ],
  ],
  [
    "F64",
    8,
    [
      [0x3ff0000000000000n, 1],
      [0x8000000000000000n, -0],
      [0x3ff0000010000000n, 1], // half way: to even
      [0x3ff0000030000000n, 1 + 2 ** -22],
      [0x3ff0000010000001n, 1 + 2 ** -23],
      [1n, 0],
      [0x7ff0000000000000n, Infinity],
      [0x7ff8000000000000n, NaN],
    ],
  ],
  [
    "I8",
    1,
    [
      [0x80n, -128],
      [0x7fn, 127],
    ],
  ],
  [
    "U8",
    1,
    [
      [0x80n, 128],
      [0xffn, 255],
    ],
  ],
  [
    "BOOL",
    1,
    [
      [0n, 0],
      [1n, 1],
    ],
  ],
  [
    "I16",
    2,
    [
      [0x8000n, -32768],
      [0x7fffn, 32767],
    ],
  ],
  [
    "U16",
    2,
    [
      [0x8000n, 32768],
      [0xffffn, 65535],
    ],
  ],
  [
    "I32",
    4,
    [
      [0x80000000n, -(2 ** 31)],
      [0x01000001n, 2 ** 24],
    ],
  ], // 2^24 + 1: to even
  ["U32", 4, [[0xffffffffn, 2 ** 32]]],
  [
    "I64",
    8,
    [
      [0xffffffffffffffffn, -1],
      [0x7fffffffffffffffn, 2 ** 63],
    ],
  ],
  ["U64", 8, [[0xffffffffffffffffn, 2 ** 64]]],
])("%s to float32", (dtype, size, cases) => {
  expect([
    ...toFloat32(
      words(
        dtype,
        size,
        cases.map(([bits]) => bits),
      ),
    ),
  ]).toEqual(cases.map(([, value]) => value));
});

test("aligned float32 is a view, not a copy", () => {
  const bytes = new Uint8Array(8);
  expect(toFloat32({ name: "t", dtype: "F32", shape: [2], bytes }).buffer).toBe(bytes.buffer);
});

test("whole numbers", () => {
  expect([...toIntegers(words("I64", 8, [0xffffffffffffffffn, 5n, 2n ** 53n - 1n]))]).toEqual([-1, 5, 2 ** 53 - 1]);
  expect(() => toIntegers(words("I64", 8, [3n, 2n ** 53n]))).toThrow(
    /t: expected whole numbers, got 9007199254740992 at 1/,
  );
  expect(() => toIntegers(words("F16", 2, [0x3555n]))).toThrow(FormatError);
});

test.each<[Tensor["dtype"], Uint8Array, string]>([
  ["F64", new Uint8Array(Float64Array.of(1e300).buffer), "t: expected values that float32 holds, got 1e+300 at 0"],
  ["BOOL", Uint8Array.of(200), "t: expected 0 or 1 for BOOL, got 200 at 0"],
])("%s that float32 or its type does not hold", (dtype, bytes, message) => {
  expect(() => toFloat32({ name: "t", dtype, shape: [1], bytes })).toThrow(message);
});
