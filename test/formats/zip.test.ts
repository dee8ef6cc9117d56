// Archives are read by name, and refused where their directory lies.
import { deflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import { FormatError } from "../../src/index.ts";
import { readZip } from "../../src/formats/zip.ts";
import { zipOf, type Lies } from "../support/zip.ts";

const text = (t: string) => new TextEncoder().encode(t);
const zeros = new Uint8Array(2 ** 28);

test("stored and deflated files, and folders", () => {
  const long = text("abc".repeat(100_000));
  const deflated = new Uint8Array(deflateRawSync(long));
  const zip = readZip(
    zipOf(
      [
        ["a", text("one")],
        ["f/", text("")],
        ["f/\u00e9", deflated],
        ["e", text("")],
      ],
      { "f/\u00e9": { method: 8, size: long.length } },
    ),
  );
  expect(zip.names).toEqual(["a", "f/\u00e9", "e"]);
  expect(zip.size).toBe(3 + long.length);
  expect([zip.has("a"), zip.has("b")]).toEqual([true, false]);
  expect(zip.read("a")).toEqual(text("one"));
  expect(Buffer.from(zip.read("f/\u00e9")).equals(long)).toBe(true);
  expect(zip.read("e")).toEqual(text(""));
  expect(() => zip.read("__proto__")).toThrow('zip: "__proto__": expected a file of this name, got none');
});

test("no archive and no bytes", () => {
  expect(() => readZip("PK" as unknown as Uint8Array)).toThrow(TypeError);
  for (const bytes of ["", "PK\x03\x04", "PK\x05\x06".padEnd(21, "\0"), "x".repeat(100_000)]) {
    expect(() => readZip(text(bytes))).toThrow("zip: expected a directory at the end, got none");
  }
  expect(readZip(zipOf([])).names).toEqual([]);
});

test.each<[string, Lies, string]>([
  ["an encrypted file", { flags: 1 }, "expected a file in the clear, got an encrypted one"],
  ["another method", { method: 12 }, "expected stored or deflated, got method 12"],
  ["a stored file of another size", { size: 5 }, "expected 5 bytes, got 2"],
  ["a file past the directory", { packed: 1000 }, "expected data up to byte"],
  ["a file at another's place", { offset: 0 }, "an overlap"],
  ["a file where none begins", { offset: 35 }, "expected a file at byte 35, got none"],
  ["another name before the data", { local: "c" }, 'expected this name before the data, got "c"'],
  ["data that is not deflated", { method: 8 }, "expected deflated data: "],
  ["a size of 4 GB", { size: 0xfffffffe }, "zip: expected at most"],
])("%s", (_, lies, says) => {
  const file = zipOf(
    [
      ["a", text("one")],
      ["b", Uint8Array.of(255, 255)],
    ],
    { b: lies },
  );
  const read = () => readZip(file).read("b");
  expect(read).toThrow(FormatError);
  expect(read).toThrow(says);
});

test("a name that comes twice", () => {
  expect(() =>
    readZip(
      zipOf([
        ["a", text("1")],
        ["a", text("2")],
      ]),
    ),
  ).toThrow('zip: "a": expected each name once');
});

test("bytes that are not those of the CRC", () => {
  const file = zipOf([["a", text("one")]]);
  const at = Buffer.from(file).indexOf("PK\x01\x02") + 16;
  file.set([0xef, 0xbe, 0xad, 0xde], at);
  expect(() => readZip(file).read("a")).toThrow('zip: "a": expected the CRC-32 deadbeef, got 7a6c86f1');
});

test("bombs: refused by what they say, and where they lie by what comes out", () => {
  const bomb = new Uint8Array(deflateRawSync(zeros));
  const begin = performance.now();
  expect(() => readZip(zipOf([["a", bomb]], { a: { method: 8, size: zeros.length } }))).toThrow(
    /expected at most \d+ bytes in \d+, got 268435456/,
  );
  expect(() => readZip(zipOf([["a", bomb]], { a: { method: 8, size: 1000 } })).read("a")).toThrow(
    "expected 1000 bytes, got more",
  );
  expect(performance.now() - begin).toBeLessThan(5000);
  const many = Object.fromEntries(Array.from({ length: 70 }, (_, i) => [`${i}`, { method: 8, size: 2 ** 20 }]));
  const packed = new Uint8Array(deflateRawSync(zeros.subarray(0, 2 ** 20)));
  expect(() =>
    readZip(
      zipOf(
        Object.keys(many).map((name) => [name, packed]),
        many,
      ),
    ),
  ).not.toThrow(); // 70 MB of 72 KB: within the bound
  expect(() =>
    readZip(
      zipOf(
        Object.keys(many).map((name) => [name, text("")]),
        many,
      ),
    ),
  ).toThrow("zip: expected at most");
});
