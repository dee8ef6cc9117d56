import { describe, expect, test } from "vitest";
import {
  FormatError,
  Model,
  readSafetensors,
  tensor,
  writeSafetensors,
  type FormatCode,
  type Tensor,
} from "../../src/index.ts";
import { entry, rawFile } from "../support/files.ts";
import { Random } from "../support/random.ts";

/** The error that reading gives; anything but a FormatError fails the test. */
function refusal(file: Uint8Array): FormatError {
  try {
    readSafetensors(file);
  } catch (error) {
    expect(error).toBeInstanceOf(FormatError);
    return error as FormatError;
  }
  throw new Error("expected a FormatError, got none");
}

const small = () =>
  writeSafetensors([tensor("a", [2, 3], Float32Array.of(1, 2, 3, 4, 5, 6)), tensor("b", [1], Float32Array.of(7))], {
    key: "value",
  });

describe("truncated", () => {
  test("at every byte", () => {
    const file = small();
    for (let length = 0; length < file.length; length++)
      expect(["truncated", "header"], `${length} bytes`).toContain(refusal(file.slice(0, length)).code);
  });

  test("with bytes to spare", () => {
    expect(refusal(Uint8Array.of(...small(), 0)).message).toContain("expected 28 bytes of data, got 29");
  });

  test("a header of 4 GiB in 100 bytes", () => {
    const file = new Uint8Array(100).fill(0x7b);
    new DataView(file.buffer).setBigUint64(0, 2n ** 32n, true);
    expect(refusal(file).code).toBe("header");
    new DataView(file.buffer).setBigUint64(0, 99_000_000n, true);
    expect(refusal(file).code).toBe("truncated");
    new DataView(file.buffer).setBigUint64(0, 2n ** 64n - 1n, true);
    expect(refusal(file).code).toBe("header");
  });

  test("a tensor of 4 GiB in 100 bytes", () => {
    expect(refusal(rawFile({ a: entry("F32", [2 ** 30], 0, 2 ** 32) }, 16)).code).toBe("truncated");
  });
});

test.each<[string, object | string, number, FormatCode, string]>([
  [
    "an overlap",
    { a: entry("F32", [2], 0, 8), b: entry("F32", [2], 4, 12) },
    12,
    "header",
    "b: expected data from byte 8, got 4 (an overlap)",
  ],
  ["the same bytes twice", { a: entry("F32", [2], 0, 8), b: entry("F32", [2], 0, 8) }, 8, "header", "(an overlap)"],
  [
    "a gap",
    { a: entry("F32", [1], 0, 4), b: entry("F32", [1], 8, 12) },
    12,
    "header",
    "b: expected data from byte 4, got 8 (a gap)",
  ],
  ["a gap at the front", { a: entry("F32", [1], 4, 8) }, 8, "header", "(a gap)"],
  [
    "offsets backwards",
    { a: entry("F32", [1], 8, 4) },
    8,
    "header",
    "a: expected data_offsets [begin, end], got [8,4]",
  ],
  ["one offset", { a: { dtype: "F32", shape: [1], data_offsets: [0] } }, 4, "header", "data_offsets"],
  ["a shape that is too large", { a: entry("F32", [3], 0, 8) }, 8, "shape", "a: expected 12 bytes for F32 [3], got 8"],
  ["a dtype that is too large", { a: entry("F64", [2], 0, 8) }, 8, "shape", "a: expected 16 bytes for F64 [2], got 8"],
  ["an unknown dtype", { a: entry("F8_E4M3", [2], 0, 2) }, 2, "dtype", 'got "F8_E4M3"'],
  ["a dtype of Object.prototype", { a: entry("toString", [2], 0, 2) }, 2, "dtype", "toString"],
  ["no dtype", { a: { shape: [1], data_offsets: [0, 4] } }, 4, "dtype", "a: expected a dtype"],
  ["a negative dimension", { a: entry("F32", [-1], 0, 4) }, 4, "shape", "[-1]"],
  ...["6.0", "6e0", "-0"].map((n): [string, string, number, "header" | "shape", string] => [
    `a dimension ${n}`,
    `{"a":{"dtype":"U8","shape":[${n}],"data_offsets":[0,${Number(n) || 0}]}}`,
    Number(n),
    n === "-0" ? "shape" : "header",
    "expected",
  ]),
  ["half a dimension", { a: entry("F32", [0.5], 0, 2) }, 2, "shape", "[0.5]"],
  ["a shape in words", { a: entry("F32", "[1]", 0, 4) }, 4, "shape", "a: expected a shape"],
  [
    "a dimension beyond 2^53",
    '{"a":{"dtype":"F32","shape":[9007199254740993],"data_offsets":[0,4]}}',
    4,
    "shape",
    "a: expected a shape",
  ],
  [
    "an offset beyond 2^53",
    '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,9007199254740993]}}',
    4,
    "header",
    "data_offsets",
  ],
  ["an infinite offset", '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,1e999]}}', 4, "header", "data_offsets"],
  ["a product beyond 2^64", { a: entry("F32", [2 ** 32, 2 ** 32], 0, 4) }, 4, "shape", "F32 [4294967296, 4294967296]"],
  [
    "a product of infinity and 0",
    { a: entry("F32", [...Array(80).fill(2 ** 50), 0], 0, 0) },
    0,
    "shape",
    "a: expected",
  ],
  ["a field too many", { a: { ...entry("F32", [1], 0, 4), strides: [1] } }, 4, "header", "strides"],
  ["metadata that is no text", { __metadata__: { n: 1 } }, 0, "header", "__metadata__.n: expected a string, got 1"],
  ["metadata that is a list", { __metadata__: ["n"] }, 0, "header", "__metadata__: expected an object"],
  ["an entry that is null", { a: null }, 0, "header", "a: expected an object, got null"],
  ["a list for a header", "[]", 0, "header", "begins with {"],
  ["a header with a space before it", " {}", 0, "header", "begins with {"],
  ["a header with more behind it", '{} {"a":1}', 0, "header", "JSON"],
  ["half a header", '{"a":', 0, "header", "JSON"],
  [
    "a name twice",
    '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}',
    1,
    "header",
    "each name once",
  ],
  [
    "a name twice, once escaped",
    '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"\\u0061":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}',
    1,
    "header",
    "each name once",
  ],
  [
    "a field twice",
    '{"a":{"dtype":"U8","dtype":"I8","shape":[1],"data_offsets":[0,1]}}',
    1,
    "header",
    "each name once",
  ],
  ["metadata twice", '{"__metadata__":{"k":"1","k":"2"}}', 0, "header", "each name once"],
])("%s", (_, header, bytes, code, words) => {
  const error = refusal(rawFile(header, bytes));
  expect(error.message).toContain(words);
  expect(error.code).toBe(code);
});

test("bytes that are no UTF-8", () => {
  const file = rawFile('{"ab":1}');
  file[10] = 0xff;
  expect(refusal(file).message).toContain("UTF-8");
});

test("deep JSON", () => {
  const deep = "[".repeat(200_000) + "]".repeat(200_000);
  for (const header of [
    `{"a":${deep}}`,
    `{"a":{"dtype":"F32","shape":${deep},"data_offsets":[0,4]}}`,
    `{"__metadata__":{"a":${deep}}}`,
    `{"a":{"dtype":${deep}}}`,
  ]) {
    expect(refusal(rawFile(header, 4)).message.length).toBeLessThan(1000);
  }
});

test("a long header in an error is cut short", () => {
  const error = refusal(rawFile({ a: { dtype: "x".repeat(100_000) } }));
  expect(error.message.length).toBeLessThan(1000);
});

test("__proto__ is a name like any other", () => {
  const file = rawFile(
    '{"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"__metadata__":{"__proto__":"x"}}',
    1,
  );
  const { tensors, metadata } = readSafetensors(file);
  expect(tensors.map((t) => t.name)).toEqual(["__proto__"]);
  expect(metadata.get("__proto__")).toBe("x");
  expect(metadata.get("toString")).toBeUndefined();
  expect(readSafetensors(writeSafetensors(tensors)).tensors.map((t) => t.name)).toEqual(["__proto__"]);
});

test("entries may come in any order, tensors may be empty", () => {
  const { tensors } = readSafetensors(
    rawFile(
      { b: entry("U8", [2], 1, 3), a: entry("U8", [], 0, 1), none: entry("F32", [0, 5], 1, 1) },
      Uint8Array.of(9, 8, 7),
    ),
  );
  expect(tensors.map((t) => [t.name, t.shape, [...t.bytes]])).toEqual([
    ["a", [], [9]],
    ["none", [0, 5], []],
    ["b", [2], [8, 7]],
  ]);
});

describe("write, then read", () => {
  test("gives the same back, at any alignment", () => {
    const random = new Random(5);
    const tensors = [0, 1, 3, 8].map((n) => tensor(`t${n}`, [n], random.floats(n, 1)));
    const written = writeSafetensors(tensors, { b: 'ü"\\\n', a: "" });
    for (const offset of [0, 1, 3]) {
      const file = new Uint8Array(written.length + offset).subarray(offset);
      file.set(written);
      const read = readSafetensors(file);
      expect([...read.metadata]).toEqual([
        ["b", 'ü"\\\n'],
        ["a", ""],
      ]);
      read.tensors.forEach((t, i) =>
        expect({ ...t, bytes: [...t.bytes] }).toEqual({ ...tensors[i], bytes: [...tensors[i].bytes] }),
      );
    }
  });

  test("data begins at a multiple of 8", () => {
    for (let n = 0; n < 9; n++) {
      const file = writeSafetensors([tensor("x".repeat(n + 1), [1], Float32Array.of(1))]);
      expect(Number(new DataView(file.buffer).getBigUint64(0, true)) % 8).toBe(0);
    }
  });

  test("refuses what could not be read again", () => {
    const a = tensor("a", [1], Float32Array.of(1));
    expect(() => writeSafetensors([a, a])).toThrow(/a: expected/);
    expect(() => writeSafetensors([{ ...a, shape: [2] }])).toThrow(/a: expected/);
    expect(() => writeSafetensors([{ ...a, name: "__metadata__" }])).toThrow(/__metadata__/);
  });
});

test("a changed byte anywhere: a model or a FormatError, nothing else", () => {
  const weights: Tensor[] = ["weight_ih_l0", "weight_hh_l0"].map((name) =>
    tensor(name, [4, 1], Float32Array.of(1, 2, 3, 4)),
  );
  const file = writeSafetensors(weights, { unrolled: '{"layers":[{"type":"lstm","weights":""}]}' });
  const random = new Random(7);
  let refused = 0;
  for (let i = 0; i < file.length; i++) {
    for (const byte of [0x22, 0x7b, random.integer(0, 255)]) {
      const changed = file.slice();
      changed[i] = byte;
      try {
        Model.fromSafetensors(changed).dispose();
      } catch (error) {
        refused++;
        expect(error, `byte ${i} = ${byte}`).toBeInstanceOf(FormatError);
      }
    }
  }
  expect(refused).toBeGreaterThan(file.length);
});
