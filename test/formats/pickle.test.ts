// What no pickle of weights does is refused by name, at once, in memory in proportion to the file.
import { describe, expect, test } from "vitest";
import { Bytes } from "../../src/formats/bytes.ts";
import { Known, unpickle } from "../../src/formats/pickle.ts";
import { FormatError } from "../../src/index.ts";
import { readTorch } from "../../src/import.ts";
import { zipOf } from "../support/zip.ts";

const bytes = (text: string) => new Uint8Array(Buffer.from(text, "latin1"));
const names = new Map([
  ["m.f", new Known((args) => ["called", ...args])],
  ["m.C", new Known()],
]);
const load = (text: string) =>
  unpickle(new Bytes(bytes(text), "pickle"), { names, persistent: (id) => ["stands for", id] });

test.each<[string, string, unknown]>([
  ["None", "N.", null],
  ["booleans", "(\x88\x89I01\nI00\nt.", [true, false, true, false]],
  [
    "integers",
    "(K\xffM\xff\xffJ\xfe\xff\xff\xffI-12\nL34L\n\x8a\x00\x8a\x01\x80\x8a\x02\x00\x80l.",
    [255, 65535, -2, -12, 34, 0, -128, -32768],
  ],
  [
    "large integers",
    "\x8a\x09\xff\xff\xff\xff\xff\xff\xff\xff\x00\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x80\x86.",
    [2n ** 64n - 1n, -(2n ** 63n)],
  ],
  ["a float", "G\x3f\xf8\x00\x00\x00\x00\x00\x00.", 1.5],
  [
    "text",
    "(U\x01aT\x01\x00\x00\x00bX\x02\x00\x00\x00\xc3\xa9\x8c\x01d\x8d\x01\x00\x00\x00\x00\x00\x00\x00et.",
    ["a", "b", "\u00e9", "d", "e"],
  ],
  [
    "bytes",
    "(C\x01\xffB\x01\x00\x00\x00\xfe\x8e\x01\x00\x00\x00\x00\x00\x00\x00\xfdt.",
    [[255], [254], [253]].map((b) => Uint8Array.from(b)),
  ],
  ["tuples", "()K\x01\x85K\x01K\x02\x86K\x01K\x02K\x03\x87t.", [[], [1], [1, 2], [1, 2, 3]]],
  ["lists", "]K\x01a(K\x02K\x03e.", [1, 2, 3]],
  [
    "dicts",
    "}K\x01K\x02s(K\x03K\x04u.",
    new Map([
      [1, 2],
      [3, 4],
    ]),
  ],
  ["a dict of a mark", "(K\x01K\x02d.", new Map([[1, 2]])],
  ["sets", "\x8f(K\x01\x90(K\x02\x91\x86.", [new Set([1]), new Set([2])]],
  [
    "the memo",
    "K\x01q\x00K\x02r\x01\x00\x00\x00K\x03\x94\x87h\x00j\x01\x00\x00\x00h\x02\x87\x86.",
    [
      [1, 2, 3],
      [1, 2, 3],
    ],
  ],
  ["what is popped and doubled", "K\x01K\x0202(K\x031\x86.", [1, 1]],
  ["a function", "cm\nf\nK\x01\x85R.", ["called", 1]],
  ["a function by the stack", "\x8c\x01m\x8c\x01f\x93K\x01\x85\x81.", ["called", 1]],
  ["a persistent id", "K\x07Q.", ["stands for", 7]],
  ["attributes of a dict", "}}b.", new Map()],
  ["protocol and frame", "\x80\x04\x95\x01\x00\x00\x00\x00\x00\x00\x00N.", null],
])("plain values: %s", (_, text, value) => {
  expect(load(text)).toEqual(value);
});

test.each<[string, string, string]>([
  [
    "a name of the system",
    "cos\nsystem\n.",
    "os.system: expected tensors and plain values, got a Python name, which is never looked up",
  ],
  ["a name by the stack", "\x8c\x08builtins\x8c\x04eval\x93.", "builtins.eval: expected tensors"],
  ["an instance", "(ios\nsystem\n.", "os.system: expected tensors"],
  ["a name that is a list", "]\x8c\x01f\x93.", "expected a name, got a list"],
  ["a name of names", "\x8c\x01m\x8c\x03f.x\x93.", "m.f.x: expected tensors"],
  ["a class, called", "cm\nC\n)R.", "expected a known function to call, got an object"],
  ["a text, called", "\x8c\x01f)R.", "expected a known function to call, got a str"],
  ["a function of a text", "cm\nf\n\x8c\x01aR.", "expected a tuple of arguments, got a str"],
  ["attributes of a list", "]}b.", "expected attributes of an OrderedDict, got of a list"],
  ["attributes that are a text", "}\x8c\x01ab.", "expected a dict of attributes, got a str"],
  ["a call with names", "cm\nf\n)}\x92.", "expected an operation on plain values, got 0x92 at byte 7"],
  ["an extension", "\x82\x01.", "got 0x82"],
  ["a buffer from elsewhere", "\x97.", "got 0x97"],
  ["protocol 6", "\x80\x06N.", "expected a protocol up to 5, got 6"],
  ["no end", "N", "expected 1 bytes at byte 1, got 0"],
  ["no value", ".", "expected 1 on the stack at byte 0, got 0"],
  ["two values", "NN.", "expected one value, got 2"],
  ["no mark", "t.", "expected a mark before byte 0, got none"],
  ["a value before the mark", "N(0.", "expected 1 on the stack at byte 2, got 0"],
  ["nothing kept", "h\x05.", "expected a value kept as 5, got none"],
  ["an item of a text", "\x8c\x01aNa.", "expected a list to append to, got a str"],
  ["a key without a value", "}(Nu.", "expected keys and values, got 1"],
  ["items of a number", "K\x01NNs.", "expected a dict to set items of, got a number"],
  ["members of a list", "](N\x90.", "expected a set to add to, got a list"],
  ["an integer of 16 MB", "\x8b\x00\x00\x00\x01N.", "expected an integer of at most 1024 bytes"],
  ["a line without an end", "c" + "a".repeat(2000), "expected a line of at most 1024 bytes"],
  ["a line that is no number", "I0x10\n.", 'expected an integer, got "0x10"'],
  ["text of 4 GB", "X\xff\xff\xff\xffa.", "expected 4294967295 bytes at byte 5, got 2"],
  ["text that is not UTF-8", "X\x01\x00\x00\x00\xff.", "expected text in UTF-8 at byte 5"],
  ["3 million operations", "]".repeat(3_000_000), "expected at most 2097152 operations, got more"],
])("refused: %s", (_, text, says) => {
  expect(() => load(text)).toThrow(FormatError);
  expect(() => load(text)).toThrow(says);
});

describe("torch", () => {
  const ascii = (t: string) => `X${String.fromCharCode(t.length)}\0\0\0${t}`;
  const storage = (key = "0", type = "FloatStorage", count = "K\x04") =>
    `(${ascii("storage")}ctorch\n${type}\n${ascii(key)}${ascii("cpu")}${count}tQ`;
  const tensor = (offset = "K\x00", shape = "K\x04\x85", strides = "K\x01\x85", from = storage()) =>
    `ctorch._utils\n_rebuild_tensor_v2\n(${from}${offset}${shape}${strides}\x89}tR`;
  const file = (pickle: string, more: [string, Uint8Array][] = []) =>
    zipOf([["m/data.pkl", bytes(pickle)], ["m/data/0", new Uint8Array(16)], ...more]);
  const dict = (...items: string[]) => `}(${items.join("")}u.`;
  const big = "\x8a\x07\0\0\0\0\0\0\x10"; // 2^52

  test("reads what it is made of", () => {
    expect(readTorch(file(dict(ascii("w"), tensor()))).tensors).toMatchObject([
      { name: "w", dtype: "F32", shape: [4] },
    ]);
  });

  test.each<[string, Uint8Array, string]>([
    [
      "a name of the system among weights",
      file(dict(ascii("w"), tensor(), ascii("x"), "cos\nsystem\n")),
      "pickle: os.system: ",
    ],
    [
      "an element past the storage",
      file(dict(ascii("w"), tensor("K\x01"))),
      "torch: w: expected a storage up to element 4, got 4 elements",
    ],
    [
      "strides past the storage",
      file(dict(ascii("w"), tensor("K\x00", "K\x04\x85", `${big}\x85`))),
      "torch: w: expected a storage up to element",
    ],
    ["an offset below zero", file(dict(ascii("w"), tensor("J\xff\xff\xff\xff"))), "expected a tensor's offset"],
    [
      "a shape of floats",
      file(dict(ascii("w"), tensor("K\x00", "G\x3f\xf8\0\0\0\0\0\0\x85"))),
      "expected a tensor's shape and as many strides, got [1.5] and [1]",
    ],
    [
      "fewer strides than axes",
      file(dict(ascii("w"), tensor("K\x00", "K\x02K\x02\x86"))),
      "expected a tensor's shape and as many strides, got [2,2] and [1]",
    ],
    [
      "a bomb of strides of 0",
      file(dict(ascii("w"), tensor("K\x00", `${big}\x85`, "K\x00\x85"))),
      "expected tensors of at most",
    ],
    [
      "a shape whose product is Infinity",
      file(dict(ascii("w"), tensor("K\x00", `(${big.repeat(40)}t`, `(${"K\x00".repeat(40)}t`))),
      "expected tensors of at most",
    ],
    [
      "a shape of 0 and Infinity",
      file(dict(ascii("w"), tensor("K\x00", `(${big.repeat(40)}K\x00t`, `(${"K\x00".repeat(41)}t`))),
      "expected tensors of at most",
    ],
    [
      "65 axes",
      file(dict(ascii("w"), tensor("K\x00", `(${"K\x01".repeat(65)}t`, `(${"K\x01".repeat(65)}t`))),
      "expected a tensor's shape",
    ],
    [
      "a storage of another size",
      file(dict(ascii("w"), tensor(undefined, undefined, undefined, storage("0", "DoubleStorage")))),
      'storage "0": expected 32 bytes, got 16',
    ],
    [
      "a storage that is not there",
      file(dict(ascii("w"), tensor(undefined, undefined, undefined, storage("../1")))),
      'zip: "m/data/../1": expected a file',
    ],
    [
      "a storage of no class",
      file(dict(ascii("w"), `(${ascii("storage")}NK\x00NK\x00tQ`)),
      "expected the persistent id of a storage",
    ],
    [
      "a persistent id of a module",
      file(dict(ascii("w"), `(${ascii("module")}NNNtQ`)),
      'expected the persistent id of a storage, got "module"',
    ],
    [
      "a tensor without a storage",
      file(dict(ascii("w"), tensor(undefined, undefined, undefined, "N"))),
      "expected a tensor's storage, got None",
    ],
    ["a storage in place of a tensor", file(dict(ascii("w"), storage())), "torch: w: expected a tensor, got a storage"],
    [
      "a function in place of a tensor",
      file(dict(ascii("w"), "ctorch\nSize\n")),
      "torch: w: expected a tensor, got an object",
    ],
    ["a dict that holds itself", file(`}q\x00(${ascii("state_dict")}h\x00${ascii("w")}${tensor()}u.`), "torch: "],
    [
      "a dict in itself",
      file(`}q\x00(${ascii("a")}h\x00${ascii("w")}${tensor()}u.`),
      "torch: a.: expected each dict once, got it again",
    ],
    [
      "100,000 dicts in each other",
      file(`${`}(${ascii("a")}`.repeat(100_000)}${tensor()}${"u".repeat(100_000)}.`),
      "expected at most 16 dicts in each other, got more",
    ],
    [
      "laughs: 2^20 ways to one dict",
      file(
        `}q\x00(${ascii("w")}${tensor()}u${Array.from({ length: 15 }, (_, i) => `0}q${String.fromCharCode(i + 1)}(${ascii("a")}h${String.fromCharCode(i)}${ascii("b")}h${String.fromCharCode(i)}u`).join("")}.`,
      ),
      "expected each dict once",
    ],
    ["a key that is a list", file(dict("]", tensor())), "torch: : expected names, got a list"],
    [
      "a name of 2000 characters",
      file(dict(`X\xd0\x07\0\0${"a".repeat(2000)}`, tensor())),
      "expected names of at most 1000 characters",
    ],
    [
      "a name two ways",
      file(dict(ascii("a"), `}(${ascii("b")}${tensor()}u`, ascii("a.b"), tensor())),
      "torch: a.b: expected each name once",
    ],
    [
      "a tensor of a type by the same function",
      file(dict(ascii("w"), `ctorch._tensor\n_rebuild_from_type_v2\nq\x00(h\x00N)NtR`)),
      "expected a tensor's function, got another",
    ],
    ["bytes behind the pickle", file(`${dict(ascii("w"), tensor())}N`), "expected data.pkl to end at byte"],
    [
      "an unknown byte order",
      file(dict(ascii("w"), tensor()), [["m/byteorder", bytes("middle")]]),
      'torch: m/byteorder: expected little or big, got "middle"',
    ],
    [
      "two pickles",
      file(dict(ascii("w"), tensor()), [["n/data.pkl", bytes("}.")]]),
      "expected one data.pkl in the archive",
    ],
    ["a program", file(dict(ascii("w"), tensor()), [["m/code/a.py", bytes("")]]), "got a TorchScript program"],
  ])("refused: %s", (_, data, says) => {
    const begin = performance.now();
    expect(() => readTorch(data)).toThrow(FormatError);
    expect(() => readTorch(data)).toThrow(says);
    expect(performance.now() - begin).toBeLessThan(2000);
  });
});
