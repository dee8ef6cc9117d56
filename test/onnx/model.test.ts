// Files: tensors of every type, the files beside a model, and what is refused before anything is built.
import { describe, expect, test } from "vitest";
import type { TensorProto } from "../../src/onnx/schema.ts";
import { externalLocations, readModel } from "../../src/onnx/model.ts";
import { fromOnnx } from "../../src/onnx.ts";
import { node, onnx, port } from "../support/onnx.ts";

const withTensor = (t: TensorProto) =>
  onnx({ initializer: [{ name: "w", ...t }], output: [port("w", 1, [])], node: [] });
const read = (t: TensorProto, external?: { [location: string]: Uint8Array }) =>
  readModel(withTensor(t), external).graph.initializers.get("w")!.read();
const raw = (array: { buffer: ArrayBufferLike }) => new Uint8Array(array.buffer as ArrayBuffer);

describe("tensors", () => {
  test.each<[string, TensorProto, number[]]>([
    ["float32", { data_type: 1, dims: [2], raw_data: raw(Float32Array.of(1.5, -2)) }, [1.5, -2]],
    ["float32", { data_type: 1, dims: [2], float_data: [1.5, -2] }, [1.5, -2]],
    [
      "float64",
      { data_type: 11, dims: [2], raw_data: raw(Float64Array.of(0.1, 1e30)) },
      [Math.fround(0.1), Math.fround(1e30)],
    ],
    ["float64", { data_type: 11, dims: [1], double_data: [0.1] }, [Math.fround(0.1)]],
    [
      "float16",
      { data_type: 10, dims: [4], raw_data: raw(Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7c00)) },
      [1, -2, 2 ** -24, Infinity],
    ],
    ["float16", { data_type: 10, dims: [2], int32_data: [0x3c00, 0xc000] }, [1, -2]],
    ["bfloat16", { data_type: 16, dims: [2], int32_data: [0x3f80, 0xc040] }, [1, -3]],
    ["int8", { data_type: 3, dims: [2], raw_data: Uint8Array.of(255, 127) }, [-1, 127]],
    ["uint8", { data_type: 2, dims: [2], int32_data: [255, 1] }, [255, 1]],
    ["int16", { data_type: 5, dims: [1], raw_data: Uint8Array.of(0, 0x80) }, [-32768]],
    ["uint16", { data_type: 4, dims: [1], raw_data: Uint8Array.of(0, 0x80) }, [32768]],
    ["int32", { data_type: 6, dims: [2], int32_data: [-5, 2 ** 31 - 1] }, [-5, 2 ** 31 - 1]],
    [
      "int64",
      { data_type: 7, dims: [3], raw_data: raw(BigInt64Array.of(-5n, 2n ** 63n - 1n, -(2n ** 63n))) },
      [-5, 2 ** 31 - 1, -(2 ** 31)],
    ],
    ["int64", { data_type: 7, dims: [2], int64_data: [-7, 2 ** 40] }, [-7, 2 ** 31 - 1]],
    ["uint64", { data_type: 13, dims: [1], uint64_data: [9] }, [9]],
    ["bool", { data_type: 9, dims: [2], int32_data: [1, 0] }, [1, 0]],
    ["float32", { data_type: 1, dims: [0, 3] }, []],
    ["float32", { data_type: 1, float_data: [7] }, [7]],
  ])("%s", (dtype, t, expected) => {
    const { data, ...type } = read(t);
    expect(type).toEqual({ dtype, shape: t.dims ?? [] });
    expect([...data]).toEqual(expected);
    expect(data).toBeInstanceOf(dtype.includes("float") ? Float32Array : Int32Array);
  });

  test.each<[string, TensorProto, RegExp]>([
    [
      "strings",
      { data_type: 8, dims: [1], string_data: [Uint8Array.of(65)] },
      /^initializer w: expected a type of whole or float numbers, got string$/,
    ],
    ["complex numbers", { data_type: 14, dims: [1] }, /got complex64/],
    ["float8", { data_type: 17, dims: [1], raw_data: Uint8Array.of(0) }, /got float8e4m3fn/],
    ["four bits", { data_type: 22, dims: [1], raw_data: Uint8Array.of(0) }, /got int4/],
    ["a type of no number", { data_type: 99, dims: [1] }, /got element type 99/],
    ["too few values", { data_type: 1, dims: [3], float_data: [1, 2] }, /expected 3 values for \[3\], got 2/],
    [
      "too many bytes",
      { data_type: 1, dims: [1], raw_data: new Uint8Array(5) },
      /expected 1 values for \[1\], got 1.25/,
    ],
    ["2^40 values", { data_type: 1, dims: [2 ** 20, 2 ** 20] }, /expected 1099511627776 values .*, got 0/],
    ["a negative size", { data_type: 1, dims: [-1], float_data: [1] }, /expected sizes of at least 0, got \[-1\]/],
    ["a segment", { data_type: 1, dims: [1], float_data: [1], segment: {} }, /expected a whole tensor, got a segment/],
    [
      "uint32 beyond int32",
      { data_type: 12, dims: [1], uint64_data: [2 ** 31] },
      /expected whole numbers within int32, got 2147483648 of uint32/,
    ],
  ])("refuses %s", (_, t, message) => expect(() => read(t)).toThrow(message));
});

describe("files beside the model", () => {
  const at = (location: string, more: { key: string; value: string }[] = []): TensorProto => ({
    data_type: 1,
    dims: [2],
    data_location: 1,
    external_data: [{ key: "location", value: location }, ...more],
  });

  test("by offset and length", () => {
    const file = raw(Float32Array.of(0, 1, 2, 3));
    expect([
      ...read(
        at("a/w.bin", [
          { key: "offset", value: "4" },
          { key: "length", value: "8" },
        ]),
        { "a/w.bin": file },
      ).data,
    ]).toEqual([1, 2]);
    expect([...read(at("w"), { w: file }).data]).toEqual([0, 1]);
  });

  test("are listed, those of subgraphs too", () => {
    const graph = {
      node: [node("Constant", [], ["y"], { value: { tensor: at("inner.bin") } })],
      output: [port("y", 1, [])],
    };
    const file = onnx({
      initializer: [{ name: "w", ...at("w.bin") }],
      node: [node("If", ["w"], ["y"], { then_branch: { graph } })],
    });
    expect(externalLocations(file)).toEqual(["w.bin", "inner.bin"]);
  });

  test.each<[string, TensorProto, RegExp]>([
    ["not given", at("w.bin"), /initializer w: its data is in the file "w.bin", which is not given/],
    ["no location", { ...at("x"), external_data: [] }, /expected external data within the model's folder, got ""/],
    ...["/etc/passwd", "../w", "a/../../w", "..", "C:\\w", "\\\\host\\w", "a\\..\\..\\w"].map(
      (path): [string, TensorProto, RegExp] => [path, at(path), /within the model's folder/],
    ),
    ["too short", at("f", [{ key: "offset", value: "4" }]), /expected 8 bytes at 4 of f, got 4/],
    ["an offset past the end", at("f", [{ key: "offset", value: "100" }]), /expected 8 bytes at 100 of f, got 0/],
    [
      "an offset that is no number",
      at("f", [{ key: "offset", value: "-4" }]),
      /expected a whole number as offset of external data, got "-4"/,
    ],
  ])("refuses: %s", (_, t, message) => expect(() => read(t, { f: new Uint8Array(8) })).toThrow(message));
});

describe("refuses", () => {
  test.each<[string, Uint8Array, RegExp]>([
    ["no bytes", new Uint8Array(), /expected a model with a graph/],
    [
      "an initializer twice",
      onnx({
        initializer: [
          { name: "w", data_type: 1 },
          { name: "w", data_type: 1 },
        ].map((t) => ({ ...t, float_data: [1] })),
      }),
      /initializer w: expected once/,
    ],
    [
      "an attribute twice",
      onnx({
        node: [
          node(
            "Relu",
            ["x"],
            ["y"],
            {},
            {
              attribute: [
                { name: "a", i: 1, type: 2 },
                { name: "a", i: 1, type: 2 },
              ],
            },
          ),
        ],
      }),
      /Relu "the Relu": expected attribute a once/,
    ],
    ["a sparse initializer", onnx({ sparse_initializer: [{}] }), /expected dense initializers/],
    [
      "an attribute of a type's type",
      onnx({ node: [node("Relu", ["x"], ["y"], {}, { attribute: [{ name: "a", type: 13 }] })] }),
      /attribute a: expected numbers, text, a tensor or a graph, got type 13/,
    ],
    [
      "an opset twice",
      onnx({}, { opset_import: [{ version: 9 }, { domain: "ai.onnx", version: 10 }] }),
      /expected one version of the operators/,
    ],
    ["a negative dim", onnx({ input: [port("x", 1, [-5])] }), /input x: expected sizes of at least 0, got -5/],
  ])("%s", (_, file, message) => expect(() => readModel(file)).toThrow(message));

  test("what is no Uint8Array", () => expect(() => readModel([] as never)).toThrow(TypeError));
});

test("a branch that is not taken is not read", () => {
  const branch = (wrong: boolean) => ({
    graph: {
      node: [],
      initializer: [{ name: "b", dims: [wrong ? -1 : 1], data_type: 1, float_data: [7] }],
      output: [port("b", 1, [])],
    },
  });
  const condition = { name: "on", dims: [], data_type: 9, int32_data: [1] };
  const opened = (wrong: "then_branch" | "else_branch") => () =>
    fromOnnx(
      onnx({
        initializer: [condition],
        node: [
          node("If", ["on"], ["y"], {
            then_branch: branch(wrong === "then_branch"),
            else_branch: branch(wrong === "else_branch"),
          }),
        ],
        output: [port("y", 1, [1])],
      }),
    ).run({}).y.data;
  expect(opened("else_branch")()).toEqual(Float32Array.of(7));
  expect(opened("then_branch")).toThrow(/initializer b: expected sizes of at least 0/);
});
