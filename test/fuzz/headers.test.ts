// Headers that no mutation is likely to hit: each is refused at once, without memory in proportion to its claims.
import { expect, test } from "vitest";
import { FormatError, Model, readSafetensors } from "../../src/index.ts";
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
  ["a shape of a million ones", rawFile(`{"weight":{"dtype":"F32","shape":[${"1,".repeat(200_000)}1],"data_offsets":[0,4]}}`, 4)],
  ["a name of 10 MB", rawFile(`{"${"a".repeat(10_000_000)}":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, 4)],
  ["a name of 5 million escapes", rawFile(`{"${"\\n".repeat(200_000)}":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, 4)],
  ["100,000 tensors that nothing uses", rawFile(`{${Array.from({ length: 100_000 }, (_, i) => `"t${i}":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}`)}}`)],
  ["50,000 layers to infer", rawFile(`{${Array.from({ length: 50_000 }, (_, i) => `"t${i}.weight":{"dtype":"U8","shape":[1,1],"data_offsets":[${i},${i + 1}]}`)}}`, 50_000)],
  ["a shape that multiplies to Infinity", rawFile({ a: { dtype: "F32", shape: new Array(40).fill(2 ** 53 - 1), data_offsets: [0, 4] } }, 4)],
  ["a shape that multiplies to 0 by way of Infinity", rawFile({ weight: { dtype: "F32", shape: [...new Array(40).fill(2 ** 53 - 1), 0], data_offsets: [0, 0] } })],
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

test("a net of 130,000 layers runs", () => {
  const H = 1;
  const cell = { weight_ih_l0: entry("F32", [H, 1], 0, 4), weight_hh_l0: entry("F32", [H, H], 4, 8) };
  const layers = `[{"type":"rnn","weights":""}${',{"type":"softmax"}'.repeat(130_000)}]`;
  using model = Model.fromSafetensors(rawFile({ __metadata__: { unrolled: `{"layers":${layers}}` }, ...cell }, 8));
  expect(model.run(new Float32Array(1)).output).toEqual(Float32Array.of(1));
});

test.each([[undefined], [null], ["text"], [[1, 2, 3]], [5e9], [{ byteLength: 100 }], [new Float32Array(10)], [new DataView(new ArrayBuffer(64))]])("what is no file: %s", (value) => {
  expect(() => readSafetensors(value as Uint8Array)).toThrow(/^file: expected a Uint8Array, got /);
  expect(() => Model.fromSafetensors(value as Uint8Array)).toThrow(TypeError);
});
