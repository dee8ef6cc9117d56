// unrolled/ort: what programs written for onnxruntime call, on a net that doubles.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import ort, { InferenceSession, Tensor, env } from "../src/ort.ts";
import { FLOAT, floats, node, onnx, port } from "./support/onnx.ts";

/** y = 2 x. */
const file = onnx({
  name: "double",
  node: [node("Mul", ["x", "two"], ["y"])],
  input: [port("x", FLOAT, [3])],
  output: [port("y", FLOAT, [3])],
  initializer: [floats("two", [], [2])],
});
const folder = mkdtempSync(join(tmpdir(), "unrolled-ort-"));
const path = join(folder, "net.onnx");
writeFileSync(path, file);
afterAll(() => rmSync(folder, { recursive: true }));
const x = () => new Tensor("float32", [1, -2, 3], [3]);

describe("create", () => {
  const padded = new Uint8Array(file.length + 9);
  padded.set(file, 4);
  const ways: [string, () => Promise<InferenceSession>][] = [
    [
      "a path",
      () => InferenceSession.create(path, { executionProviders: ["wasm", { name: "cpu" }], logSeverityLevel: 3 }),
    ],
    ["a URL", () => InferenceSession.create(pathToFileURL(path))],
    ["bytes", () => InferenceSession.create(file, { extra: { session: { disable_prepacking: "1" } } })],
    ["a buffer", () => InferenceSession.create(file.slice().buffer)],
    ["a part of a buffer", () => InferenceSession.create(padded.buffer, 4, file.length)],
  ];
  test.each(ways)("%s", async (_, create) => {
    const session = await create();
    expect(session.inputNames).toEqual(["x"]);
    expect(session.outputMetadata).toEqual([{ name: "y", isTensor: true, type: "float32", shape: [3] }]);
    const { y } = await session.run({ x: x(), unknown: x() });
    expect([...(y.data as Float32Array)]).toEqual([2, -4, 6]);
    await session.release();
    await expect(session.run({ x: x() })).rejects.toThrow(/open session/);
  });

  test("bytes may be overwritten once it resolves", async () => {
    const bytes = file.slice();
    const session = await InferenceSession.create(bytes);
    bytes.fill(0);
    expect([...((await session.run({ x: x() })).y.data as Float32Array)]).toEqual([2, -4, 6]);
  });

  test.each([
    [{ optimizedModelFilePath: "x" }, /optimizedModelFilePath/],
    [{ preferredOutputLocation: "gpu-buffer" as const }, /expected cpu, got "gpu-buffer"/],
    [{ extra: { session: { set_denormal_as_zero: "1" } } }, /session.set_denormal_as_zero/],
    [{ unknown: 1 } as object, /got "unknown"/],
  ])("refuses %j", async (options, message) => {
    await expect(InferenceSession.create(file, options)).rejects.toThrow(message);
  });
});

describe("run", () => {
  test("outputs are fresh and writable, feeds are left alone", async () => {
    const session = await InferenceSession.create(file);
    const fed = x();
    const a = (await session.run({ x: fed })).y.data as Float32Array;
    a.fill(9);
    const b = (await session.run({ x: fed }, { tag: "t" })).y.data as Float32Array;
    expect([...b, ...a]).toEqual([2, -4, 6, 9, 9, 9]);
  });

  test("a wrong size is refused with onnxruntime's words, which openwakeword-js reads", async () => {
    const session = await InferenceSession.create(file);
    const error = await session.run({ x: new Tensor("float32", [1, 2], [2]) }).catch(String);
    expect(error).toMatch(/^RangeError: feeds.x: expected \[3\], got \[2\]/);
    expect(/Got: \d+ Expected: (\d+)/.exec(error as string)?.[1]).toBe("3");
  });

  test("writes into the tensors of fetches", async () => {
    const session = await InferenceSession.create(file);
    const y = new Tensor(new Float32Array(3));
    await session.run({ x: x() }, { y });
    expect([...y.data]).toEqual([2, -4, 6]);
    await expect(session.run({ x: x() }, ["z"])).rejects.toThrow(/fetches: expected y, got "z"/);
    await expect(session.run({ x: x() }, { terminate: true })).rejects.toThrow(/terminate/);
    await expect(session.run({})).rejects.toThrow(/x: expected a tensor, got none/);
  });
});

describe("Tensor", () => {
  test("from arrays of each kind", () => {
    expect([...new Tensor("int64", [16000n]).data]).toEqual([16000n]);
    expect(new Tensor("int64", [16000n]).dims).toEqual([1]);
    expect(new Tensor("int64", [16000n], []).dims).toEqual([]);
    expect([...new Tensor([true, false]).data]).toEqual([1, 0]);
    expect(new Tensor(new Int8Array(6), [2, 3]).reshape([3, 2])).toMatchObject({
      type: "int8",
      dims: [3, 2],
      size: 6,
      location: "cpu",
    });
  });

  test("disposed, it has no data", () => {
    const t = x();
    t.dispose();
    expect(t.location).toBe("none");
    expect(() => t.data).toThrow(/disposed/);
  });

  test("copied by Object.assign, as Transformers.js 2 does, it can be fed", async () => {
    const session = await InferenceSession.create(file);
    const { y } = await session.run({ x: Object.assign({}, x()) });
    expect([...(Object.assign({}, y).data as Float32Array)]).toEqual([2, -4, 6]);
  });

  test("refuses what does not fit", () => {
    expect(() => new Tensor("float32", [1, 2], [3])).toThrow(/expected 3 values for \[3\], got 2/);
    expect(() => new Tensor("float16", new Uint16Array(2))).toThrow(/got "float16"/);
    expect(() => new Tensor("float32", new Int32Array(2) as never)).toThrow(
      /expected Float32Array or an array for float32, got Int32Array/,
    );
    expect(() => Tensor.fromImage()).toThrow(/image/);
  });
});

test("env is settable, and the default export is the namespace", () => {
  env.logLevel = "error";
  env.wasm.numThreads = 1;
  expect(ort).toEqual({ env, InferenceSession, Tensor });
});
