// The small entry: what it runs has the full package's bits, what it leaves out says so.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as core from "unrolled/core";
import * as full from "unrolled";

const languageId = readFileSync(new URL("../examples/models/language-id-lstm.safetensors", import.meta.url));
const text = "Guten Morgen, meine Damen und Herren";

test("runs, encodes and streams as the full package does", () => {
  const a = core.Model.fromSafetensors(languageId);
  const b = full.Model.fromSafetensors(languageId);
  expect(a.run(text).output).toEqual(b.run(text).output);
  expect(a.encode(text)).toEqual(b.encode(text));
  const stream = a.stream();
  stream.step(71);
  expect(b.stream(stream.save()).step(117)).toEqual(stream.step(117));
});

test("refuses a file of integers", () => {
  expect(() => core.Model.fromSafetensors(full.quantizeSafetensors(languageId, "int8"))).toThrow(
    /^weights: expected float32 from "unrolled\/core"/,
  );
});

test("refuses what it has not, which its types do not have", () => {
  const model = core.Model.fromSafetensors(languageId);
  const calls = [
    // @ts-expect-error
    () => model.classify(text),
    // @ts-expect-error
    () => model.trace(text),
    // @ts-expect-error
    () => model.score(text),
    // @ts-expect-error
    () => model.generate({ prompt: text, length: 1 }),
    // @ts-expect-error
    () => model.stream().generate({ length: 1 }),
  ];
  for (const call of calls) expect(call).toThrow(/is not a function/);
  // @ts-expect-error
  expect(() => core.Model.fromSafetensors(languageId, { weights: "int8" })).toThrow(
    /^weights: expected float32 from "unrolled\/core"/,
  );
  // @ts-expect-error
  expect(core.quantizeSafetensors).toBe(undefined);
});

test("its types and its code have the same names", () => {
  const model: Record<keyof core.Model, true> = {
    layers: true,
    description: true,
    inputSize: true,
    outputSize: true,
    states: true,
    memory: true,
    run: true,
    encode: true,
    encodeBatch: true,
    stream: true,
    dispose: true,
    [Symbol.dispose]: true,
  };
  const stream: Record<keyof core.Stream, true> = {
    step: true,
    process: true,
    reset: true,
    save: true,
    load: true,
    clone: true,
    dispose: true,
    [Symbol.dispose]: true,
  };
  const namesOf = (object: object) =>
    Reflect.ownKeys(Object.getPrototypeOf(object) as object).filter((name) => name !== "constructor");
  const open = core.Model.fromSafetensors(languageId);
  expect(new Set(namesOf(open))).toEqual(new Set(Reflect.ownKeys(model)));
  expect(new Set(namesOf(open.stream()))).toEqual(new Set(Reflect.ownKeys(stream)));
});

test("a stream's clone is of its class", () => {
  const stream = full.Model.fromSafetensors(languageId).stream();
  stream.step(71);
  const clone = stream.clone();
  expect(clone).toBeInstanceOf(Object.getPrototypeOf(stream).constructor);
  expect(clone.step(117)).toEqual(stream.step(117));
});
