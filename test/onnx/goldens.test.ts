// Files that ONNX's own library wrote, with ONNX Runtime's answers: test/goldens/onnx/recipe.py.
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readSafetensors } from "../../src/index.ts";
import { fromOnnx, type SessionTensor } from "../../src/onnx.ts";
import { difference } from "../support/goldens.ts";
import { numbersOf, sessionTensor } from "../support/onnx.ts";

const folder = new URL("../goldens/onnx/", import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith(".onnx"));

/** Absolute below 1, relative above: float32 against float32. */
const BOUND = 5e-6;

test.each(names)("%s", (name) => {
  const { tensors } = readSafetensors(readFileSync(new URL(name.replace(".onnx", ".safetensors"), folder)));
  const feeds: { [input: string]: SessionTensor } = {};
  for (const t of tensors) if (t.name.startsWith("in.")) feeds[t.name.slice(3)] = sessionTensor(t);
  using session = fromOnnx(readFileSync(new URL(name, folder)));
  const outputs = session.run(feeds);
  const expected = tensors.filter((t) => t.name.startsWith("out."));
  expect(Object.keys(outputs).sort()).toEqual(expected.map((t) => t.name.slice(4)).sort());
  for (const t of expected) {
    const got = outputs[t.name.slice(4)];
    const { type, dims, data } = sessionTensor(t);
    expect({ name: t.name, type: got.type, dims: got.dims }).toEqual({ name: t.name, type, dims });
    if (type === "float32") expect(difference(numbersOf(got.data), numbersOf(data)), t.name).toBeLessThan(BOUND);
    else expect(numbersOf(got.data), t.name).toEqual(numbersOf(data));
  }
});
