// Protobuf's wire format: what is read, and what is refused.
import { describe, expect, test } from "vitest";
import { readMessage, type Schema } from "../../src/onnx/protobuf.ts";
import { chunk, varint } from "../support/onnx.ts";

const SCHEMA: Schema = {
  name: "M",
  fields: new Map([
    [1, { name: "int", kind: "int", repeated: false }],
    [2, { name: "ints", kind: "int", repeated: true }],
    [3, { name: "floats", kind: "float", repeated: true }],
    [4, { name: "double", kind: "double", repeated: false }],
    [5, { name: "bytes", kind: "bytes", repeated: false }],
    [6, { name: "texts", kind: "string", repeated: true }],
    [7, { name: "inner", kind: () => SCHEMA, repeated: false }],
    [100, { name: "far", kind: "int", repeated: false }],
  ]),
};

const read = (...bytes: number[]) => readMessage(Uint8Array.from(bytes), SCHEMA);

describe("what is read", () => {
  // https://protobuf.dev/programming-guides/encoding: 150 is 96 01
  test("a number", () => expect(read(0x08, 0x96, 0x01)).toEqual({ int: 150 }));

  test.each([
    [0, 0n],
    [127, 127n],
    [128, 128n],
    [-1, -1n],
    [2 ** 31, 2n ** 31n],
    [-(2 ** 31) - 1, -(2n ** 31n) - 1n],
    [2 ** 53 - 1, 2n ** 53n - 1n],
    [-(2 ** 53) + 1, -(2n ** 53n) + 1n],
    [2 ** 63, 2n ** 63n - 1n],
    [-(2 ** 63), -(2n ** 63n)],
  ])("the 64-bit integer %d", (expected, value) => expect(read(0x08, ...varint(value))).toEqual({ int: expected }));

  test("repeated numbers, packed and one by one", () => {
    expect(read(...chunk(2, [1, 0x96, 0x01]), 0x10, 7)).toEqual({ ints: [1, 150, 7] });
    expect(read(...chunk(3, [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]), 0x1d, 0, 0, 0, 0x3f)).toEqual({ floats: [1, -2, 0.5] });
  });

  test("float64, bytes, text, a message, a number of two bytes for a field", () => {
    expect(read(0x21, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f)).toEqual({ double: 1.5 });
    expect(read(...chunk(5, [1, 2]))).toEqual({ bytes: Uint8Array.of(1, 2) });
    expect(read(...chunk(6, new TextEncoder().encode("ä")), ...chunk(6, []))).toEqual({ texts: ["ä", ""] });
    expect(read(...chunk(7, [0x08, 1]), 0x08, 2)).toEqual({ inner: { int: 1 }, int: 2 });
    expect(read(0xa0, 0x06, 5)).toEqual({ far: 5 });
  });

  test("a view that begins within its buffer", () => {
    expect(readMessage(Uint8Array.of(9, 9, 0x08, 5, 9).subarray(2, 4), SCHEMA)).toEqual({ int: 5 });
  });

  test("fields that are not known are skipped", () => {
    expect(
      read(0x48, 0x96, 0x01, 0x49, 1, 2, 3, 4, 5, 6, 7, 8, ...chunk(9, [1, 2, 3]), 0x4d, 1, 2, 3, 4, 0x08, 3),
    ).toEqual({ int: 3 });
  });
});

describe("what is refused", () => {
  test.each<[string, number[], RegExp]>([
    ["a number cut", [0x08, 0x96], /expected 1 more byte at 2, got 0/],
    ["a number of eleven bytes", [0x08, ...new Array<number>(10).fill(0xff), 1], /at most ten bytes/],
    ["a float cut", [0x1d, 0, 0], /expected 4 more bytes/],
    ["a length past the end", [0x2a, 5, 1], /M.bytes: expected 5 bytes, got 1/],
    ["a length past its message's end", [...chunk(7, [0x2a, 2, 1]), 9, 9], /M.bytes: expected 2 bytes, got 1/],
    ["a number past its message's end", [...chunk(7, [0x08, 0x96]), 1], /expected 1 more byte/],
    ["a length of 2^63", [0x2a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], /M.bytes: expected/],
    ["a group", [0x4b, 0x4c], /field 9: expected wire type 0, 1, 2 or 5, got 3/],
    ["a wire type that is none", [0x0f], /M.int: expected wire type 0, got 7/],
    ["text where a number is due", chunk(1, [1]), /M.int: expected wire type 0, got 2/],
    ["a number where text is due", [0x30, 1], /M.texts: expected wire type 2, got 0/],
    ["a field 0", [0x00, 1], /expected a field's number/],
    ["a field twice", [0x08, 1, 0x08, 2], /M.int: expected once, got it twice/],
    ["text that is not UTF-8", chunk(6, [0xff]), /M.texts: expected UTF-8/],
  ])("%s", (_, bytes, message) => {
    expect(() => read(...bytes)).toThrow(message);
    expect(() => read(...bytes)).toThrow(expect.objectContaining({ name: "FormatError" }));
  });

  test("messages within each other, without end", () => {
    let bytes: number[] = [];
    for (let i = 0; i < 99; i++) bytes = chunk(7, bytes);
    expect(() => read(...bytes)).not.toThrow();
    for (let i = 0; i < 3; i++) bytes = chunk(7, bytes);
    expect(() => read(...bytes)).toThrow(/at most 100 messages within each other/);
  });

  test("more than a million messages", () => {
    const schema: Schema = { name: "Many", fields: new Map([[1, { name: "m", kind: () => SCHEMA, repeated: true }]]) };
    const bytes = new Uint8Array(2_000_004).map((_, i) => (i % 2 === 0 ? 0x0a : 0));
    expect(() => readMessage(bytes, schema)).toThrow(/at most 1000000 messages/);
  });
});
