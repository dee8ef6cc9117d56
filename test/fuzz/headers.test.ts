// Headers that no mutation is likely to hit: each is refused at once, without memory in proportion to its claims.
import { describe, expect, test } from "vitest";
import { FormatError, Model, readSafetensors, tensor } from "../../src/index.ts";
import { entry, rawFile } from "../support/files.ts";

const deep = (n: number) => "[".repeat(n) + "]".repeat(n);
const objects = (n: number) => '{"a":'.repeat(n) + "1" + "}".repeat(n);
const described = (json: string) => rawFile({ __metadata__: { unrolled: json }, a: entry("F32", [1], 0, 4) }, 4);

test.each<[string, Uint8Array]>([
  ["a shape 200,000 deep", rawFile(`{"a":{"dtype":"F32","shape":${deep(200_000)},"data_offsets":[0,4]}}`, 4)],
  ["a header of objects, 200,000 deep", rawFile(objects(200_000))],
  ["metadata 200,000 deep", rawFile(`{"__metadata__":{"k":${deep(200_000)}}}`)],
  ["a description 2 million deep", described(deep(2_000_000))],
  ["a description's layers 200,000 deep", described(`{"layers":${deep(200_000)}}`)],
  ["a description's clip 200,000 deep", described(`{"layers":[{"type":"lstm","weights":"","clip":${deep(200_000)}}]}`)],
  ["300,000 layers", described(`{"layers":[${'{"type":"softmax"},'.repeat(300_000)}{"type":"last"}]}`)],
  [
    "a shape of a million ones",
    rawFile(`{"weight":{"dtype":"F32","shape":[${"1,".repeat(200_000)}1],"data_offsets":[0,4]}}`, 4),
  ],
  ["a name of 10 MB", rawFile(`{"${"a".repeat(10_000_000)}":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, 4)],
  [
    "a name of 5 million escapes",
    rawFile(`{"${"\\n".repeat(200_000)}":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, 4),
  ],
  [
    "100,000 tensors that nothing uses",
    rawFile(
      `{${Array.from({ length: 100_000 }, (_, i) => `"t${i}":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}`)}}`,
    ),
  ],
  [
    "50,000 layers to infer",
    rawFile(
      `{${Array.from({ length: 50_000 }, (_, i) => `"t${i}.weight":{"dtype":"U8","shape":[1,1],"data_offsets":[${i},${i + 1}]}`)}}`,
      50_000,
    ),
  ],
  [
    "a shape that multiplies to Infinity",
    rawFile({ a: { dtype: "F32", shape: new Array(40).fill(2 ** 53 - 1), data_offsets: [0, 4] } }, 4),
  ],
  [
    "a shape that multiplies to 0 by way of Infinity",
    rawFile({ weight: { dtype: "F32", shape: [...new Array(40).fill(2 ** 53 - 1), 0], data_offsets: [0, 0] } }),
  ],
  ["a name of __proto__", rawFile('{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4)],
  ["__proto__ in an entry", rawFile('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"__proto__":{}}}', 4)],
  ["__proto__ for a shape", rawFile('{"a":{"__proto__":{"shape":[1]},"dtype":"F32","data_offsets":[0,4]}}', 4)],
  ["__proto__ in a layer", described('{"layers":[{"__proto__":{"type":"lstm"},"weights":""}]}')],
  ["__proto__ in a description", described('{"__proto__":{"layers":[]},"layers":[{"type":"last"}]}')],
  ["names from Object.prototype", described('{"layers":[{"type":"constructor","weights":""}]}')],
  ["weights from Object.prototype", described('{"layers":[{"type":"lstm","weights":"constructor"}]}')],
])("%s", (_, file) => {
  const before = process.memoryUsage.rss();
  const begin = performance.now();
  expect(() => Model.fromSafetensors(file)).toThrow(FormatError);
  expect(performance.now() - begin).toBeLessThan(5000);
  expect(process.memoryUsage.rss() - before).toBeLessThan(2 ** 30);
  expect(({} as Record<string, unknown>).layers).toBeUndefined();
});

describe("more than 1,000 layers", () => {
  const cell = { weight_ih_l0: entry("F32", [1, 1], 0, 4), weight_hh_l0: entry("F32", [1, 1], 4, 8) };
  const file = (softmaxes: number) => {
    const layers = `[{"type":"rnn","weights":""}${',{"type":"softmax"}'.repeat(softmaxes)}]`;
    return rawFile({ __metadata__: { unrolled: `{"layers":${layers}}` }, ...cell }, 8);
  };

  test("1,000 run, 130,000 are refused", () => {
    using model = Model.fromSafetensors(file(999));
    expect(model.run(new Float32Array(1)).output).toEqual(Float32Array.of(1));
    expect(() => Model.fromSafetensors(file(1000))).toThrow("layers: expected at most 1000, got more by layers[1000]");
    expect(() => Model.fromSafetensors(file(130_000))).toThrow("layers: expected at most 1000");
  });

  test("a stack of 1,001 is refused", () => {
    const stack = (depth: number) =>
      Array.from({ length: depth }, (_, i) =>
        ["ih", "hh"].map((w) => tensor(`weight_${w}_l${i}`, [1, 1], new Float32Array(1))),
      ).flat();
    using model = Model.fromTensors(stack(1000));
    expect(model.run(new Float32Array(1)).output).toEqual(Float32Array.of(0));
    expect(() => Model.fromTensors(stack(1001))).toThrow("weight_ih_l1000: expected at most 1000 layers, got more");
  });
});

test("3 million escapes in metadata are read", () => {
  const text = '\\"'.repeat(3_000_000);
  const { metadata } = readSafetensors(rawFile(`{"__metadata__":{"a":"${text}"}}`));
  expect(metadata.get("a")!.length).toBe(3_000_000);
  expect(() => readSafetensors(rawFile(`{"__metadata__":{"a":"${text}","a":"b"}}`))).toThrow(
    "expected each name once, got 1 repeated",
  );
});

describe("errors have a bound, and their end is kept", () => {
  const long = "a".repeat(1_000_000);

  test.each<[string, () => unknown, RegExp]>([
    [
      "a prefix",
      () => Model.fromSafetensors(described(`{"layers":[{"type":"lstm","weights":"${long}"}]}`)),
      /^a{2000}\.\.\.a+\.weight_ih_l0: expected a tensor of this name, got none/,
    ],
    ["a tensor's name", () => readSafetensors(rawFile({ [long]: entry("F32", [1], 0, 8) }, 8)), /got 8$/],
    [
      "a field's name",
      () => Model.fromSafetensors(described(`{"layers":[{"type":"last","${long}":1}]}`)),
      /expected one of no fields, got 1$/,
    ],
    [
      "an option's text",
      () => languageNet().run([1], { output: long as "all" }),
      /^output: expected "all" or "last", got "a{99}\.\.\.$/,
    ],
    [
      "an option's number",
      () => languageNet().run([1], { output: BigInt("1".repeat(10_000)) as never }),
      /^output: expected "all" or "last", got 1{100}\.\.\.$/,
    ],
    [
      "a class's name",
      () => languageNet().run({ constructor: { name: long } } as never),
      /^x: expected an array of numbers, got a{100}\.\.\.$/,
    ],
  ])("%s", (_, call, words) => {
    let message = "";
    try {
      call();
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toMatch(words);
    expect(message.length).toBeLessThan(2600);
  });

  const languageNet = () =>
    Model.fromTensors(["weight_ih_l0", "weight_hh_l0"].map((name) => tensor(name, [1, 1], new Float32Array(1))));
});

test("errors show what is hidden in names", () => {
  const name = "a\n\u001b[31m\u202eb\u200dc\ud800";
  expect(() => readSafetensors(rawFile({ [name]: 1 }))).toThrow(
    "safetensors: a\\u{a}\\u{1b}[31m\\u{202e}b\u200dc\\u{d800}: expected an object, got 1",
  );
});

test.each<[string, unknown, string]>([
  ["a path", "model.safetensors", "a text: pass readFileSync(path), or what fetch gives"],
  ["a Response", new Response(new Uint8Array(8)), "a Response or a Blob: pass await r.arrayBuffer()"],
  ["a Blob", new Blob([]), "a Response or a Blob: pass await r.arrayBuffer()"],
  ["a Promise", Promise.resolve(new Uint8Array(8)), "a Promise: await it"],
])("bytes still to be had: %s", (_, value, words) => {
  expect(() => Model.fromSafetensors(value as Uint8Array)).toThrow(`file: expected a Uint8Array, got ${words}`);
});

test.each([
  [undefined],
  [null],
  ["text"],
  [[1, 2, 3]],
  [5e9],
  [{ byteLength: 100 }],
  [new Float32Array(10)],
  [new DataView(new ArrayBuffer(64))],
])("what is no file: %s", (value) => {
  expect(() => readSafetensors(value as Uint8Array)).toThrow(/^file: expected a Uint8Array, got /);
  expect(() => Model.fromSafetensors(value as Uint8Array)).toThrow(TypeError);
});
