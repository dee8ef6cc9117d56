// The header of a .npy file is read as numpy's literal_eval would, and no further.
import { expect, test } from "vitest";
import { readNpy } from "../../src/formats/npy.ts";
import { FormatError, readSafetensors, toFloat32 } from "../../src/index.ts";
import { readNpz } from "../../src/import.ts";
import { zipOf } from "../support/zip.ts";

const npy = (header: string, data = 0, version = [1, 0]) => {
  const length =
    version[0] === 1 ? [header.length & 255, header.length >> 8] : [header.length & 255, header.length >> 8, 0, 0];
  return new Uint8Array(
    Buffer.concat([
      Buffer.from([0x93, ...Buffer.from("NUMPY"), ...version, ...length]),
      Buffer.from(header),
      new Uint8Array(data),
    ]),
  );
};
const dict = (descr = "'<f4'", order = "False", shape = "(2, 3)") =>
  `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }\n`;

test.each<[string, string, number[], number]>([
  ["numpy's own", dict(), [2, 3], 24],
  ["no axes", dict("'<f4'", "False", "()"), [], 4],
  ["one axis", dict("'<f4'", "False", "(3,)"), [3], 12],
  ["no comma at the end, no spaces", "{'descr':'|u1','fortran_order':False,'shape':(2,3)}", [2, 3], 6],
  ["another order", "{'shape': (2,), 'fortran_order': True, 'descr': '>i2'}   \n", [2], 4],
  ["Python 2's long", dict("'<f8'", "False", "(2L, 3L)"), [2, 3], 48],
  ["no elements", dict("'<f4'", "True", "(0, 3)"), [0, 3], 0],
])("read: %s", (_, header, shape, size) => {
  for (const version of [
    [1, 0],
    [2, 0],
    [3, 0],
  ])
    expect(readNpy("w", npy(header, size, version)).shape).toEqual(shape);
});

test("Fortran's order: the first axis first", () => {
  const data = Float32Array.of(1, 2, 3, 4, 5, 6);
  const file = npy(dict("'<f4'", "True"), 24);
  file.set(new Uint8Array(data.buffer), file.length - 24);
  expect([...toFloat32(readNpy("w", file))]).toEqual([1, 3, 5, 2, 4, 6]);
});

test.each<[string, Uint8Array, string]>([
  ["nothing", new Uint8Array(), "npy: w: expected 6 bytes at byte 0, got 0"],
  ["another magic", new Uint8Array(20), "npy: w: expected numpy's magic, got other bytes"],
  ["version 4.0", npy(dict(), 24, [4, 0]), "expected a version of 1.0 to 3.0, got 4.0"],
  ["version 1.1", npy(dict(), 24, [1, 1]), "expected a version of 1.0 to 3.0, got 1.1"],
  ["a header of 20,000 bytes", npy(dict().padEnd(20_000)), "expected a header of at most 10000 bytes, got 20000"],
  ["a header past the end", npy(dict()).subarray(0, 40), "expected "],
  ["too few elements", npy(dict(), 20), "npy: w: expected 24 bytes for [2, 3] of 4, got 20"],
  ["too many elements", npy(dict(), 28), "npy: w: expected 24 bytes for [2, 3] of 4, got 28"],
  [
    "a shape beyond memory",
    npy(dict("'<f4'", "False", `(${"999999999999, ".repeat(40)})`), 24),
    "expected Infinity bytes",
  ],
  ["a shape of 0 and Infinity", npy(dict("'<f4'", "False", `(${"999999999999, ".repeat(40)}0)`)), "expected NaN bytes"],
  ["an axis below zero", npy(dict("'<f4'", "False", "(-2, 3)"), 24), "expected a shape of whole numbers"],
  ["a shape that is a list", npy(dict("'<f4'", "False", "[2, 3]"), 24), "expected a shape of whole numbers"],
  ["a shape of commas", npy(dict("'<f4'", "False", "(2,,3)"), 24), "expected a shape of whole numbers"],
  ["no shape", npy("{'descr': '<f4', 'fortran_order': False, }\n", 24), "expected a shape of whole numbers"],
  ["no order", npy("{'descr': '<f4', 'shape': (2, 3), }\n", 24), "expected fortran_order True or False"],
  ["no type", npy("{'fortran_order': False, 'shape': (2, 3), }\n", 24), "expected a type such as '<f4'"],
  [
    "an order that is a number",
    npy(dict("'<f4'", "1"), 24),
    "expected {'descr': ..., 'fortran_order': ..., 'shape': ...}, got",
  ],
  [
    "a key twice",
    npy("{'descr': '<f4', 'descr': '<f8', 'fortran_order': False, 'shape': ()}\n", 4),
    "expected descr once",
  ],
  [
    "another key",
    npy("{'descr': '<f4', 'fortran_order': False, 'shape': (), 'more': 1}\n", 4),
    "expected {'descr': ...",
  ],
  ["a call", npy("{'descr': '<f4', 'fortran_order': False, 'shape': tuple()}\n", 4), "expected {'descr': ..."],
  [
    "words behind the dict",
    npy("{'descr': '<f4', 'fortran_order': False, 'shape': ()} + {}\n", 4),
    "expected {'descr': ...",
  ],
  ["the host's own order", npy(dict("'=f4'"), 24), "expected a type such as '<f4'"],
  ["floats of 16 bytes", npy(dict("'<f16'"), 96), "npy: w: expected floats, integers or booleans, got <f16"],
  ["raw bytes", npy(dict("'|V2'"), 12), "got |V2 (raw bytes, perhaps bfloat16"],
  [
    "a type of Object.prototype",
    npy(dict("'<constructor'"), 24),
    "expected floats, integers or booleans, got <constructor",
  ],
])("refused: %s", (_, file, says) => {
  expect(() => readNpy("w", file)).toThrow(FormatError);
  expect(() => readNpy("w", file)).toThrow(says);
});

test("an archive with another file in it", () => {
  expect(() =>
    readNpz(
      zipOf([
        ["w.npy", npy(dict(), 24)],
        ["notes.txt", new Uint8Array()],
      ]),
    ),
  ).toThrow('npz: expected arrays, NAME.npy, got "notes.txt"');
  expect(() => readNpz(zipOf([["w.npy", npy(dict(), 20)]]))).toThrow("npy: w: expected 24 bytes");
  expect(() => readSafetensors(zipOf([]))).toThrow(FormatError);
});
