// The commands take files of torch.save and numpy.savez, told by their content, and convert writes safetensors.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readSafetensors, tensor } from "../src/index.ts";
import { fromTorch } from "../src/import.ts";
import { failure, open, save, scratch, unrolled } from "./support/cli.ts";
import { foreignFiles } from "./support/foreign.ts";

const files = foreignFiles();
const layers = [
  { type: "lstm", weights: "0" },
  { type: "linear", weights: "1" },
] as const;
const x = tensor("x", [3, 2], Float32Array.of(1, 2, 3, 4, 5, 6));

/** A folder with the file under a name that says nothing, an input, and a description. */
function prepare(name: string, prefix = "") {
  const folder = scratch();
  const model = join(folder, "model");
  const description = join(folder, "description.json");
  writeFileSync(model, files.find((f) => f.name === name)!.file);
  writeFileSync(description, JSON.stringify({ layers: layers.map((l) => ({ ...l, weights: prefix + l.weights })) }));
  return { model, description, input: save(folder, "in", [x]), out: join(folder, "out") };
}

const expected = fromTorch(files.find((f) => f.name === "protocol-2")!.file).run(
  Float32Array.of(1, 2, 3, 4, 5, 6),
).output;

test.each(["protocol-1", "protocol-5", "legacy-protocol-1", "legacy-protocol-2", "legacy-protocol-5", "without-crc"])(
  "run: %s",
  (name) => {
    const { model, input, out } = prepare(name);
    expect(unrolled(["run", model, "--input", input, "--output", out]).stderr).toBe("");
    expect(open(out).get("output")!.values).toEqual(expected);
  },
);

test.each(["", "module."])("run: a wrapper's prefix, described as %j", (prefix) => {
  const { model, description, input, out } = prepare("module-prefix", prefix);
  expect(unrolled(["run", model, "--description", description, "--input", input, "--output", out]).stderr).toBe("");
  expect(open(out).get("output")!.values).toEqual(expected);
});

test("convert: with a description, which the file then carries", () => {
  const { model, description, input, out } = prepare("module-prefix");
  expect(unrolled(["convert", model, out, "--description", description]).stderr).toBe("");
  const { tensors, metadata } = readSafetensors(readFileSync(out));
  expect(tensors.map((t) => t.name)).toContain("1.bias");
  expect(JSON.parse(metadata.get("unrolled")!)).toEqual({ layers });
  expect(unrolled(["run", out, "--input", input, "--output", model]).stderr).toBe("");
  expect(open(model).get("output")!.values).toEqual(expected);
});

test("convert: all that is in the file, to the bit", () => {
  for (const name of ["types", "arrays-fortran"]) {
    const { model, out } = prepare(name);
    expect(unrolled(["convert", model, out]).stderr).toBe("");
    const { tensors } = readSafetensors(readFileSync(out));
    const held = files.find((f) => f.name === name)!.tensors;
    expect(tensors.length).toBe(held.size);
    for (const t of tensors)
      expect([t.name, Buffer.from(t.bytes).equals(held.get(t.name)!.bytes)]).toEqual([t.name, true]);
  }
});

test("quantize: the same bits as quantizing as it loads", () => {
  const { model, description, input, out } = prepare("module-prefix");
  expect(unrolled(["quantize", model, out, "--weights", "int8", "--description", description]).stderr).toBe("");
  expect(unrolled(["run", out, "--input", input, "--output", model]).stderr).toBe("");
  using quantized = fromTorch(files.find((f) => f.name === "protocol-2")!.file, { weights: "int8" });
  expect(open(model).get("output")!.values).toEqual(quantized.run(Float32Array.of(1, 2, 3, 4, 5, 6)).output);
});

test("refused in one line that begins with the file, and with the description where it is that", () => {
  const { model, description, input, out } = prepare("system");
  expect(failure(["inspect", model, "--description", description], 1)).toContain(
    `${model}: pickle: posix.system: expected tensors`,
  );
  const good = prepare("protocol-2");
  writeFileSync(description, "[]");
  expect(failure(["run", good.model, "--description", description, "--input", input, "--output", out], 1)).toContain(
    `${description}: `,
  );
  writeFileSync(description, '{"layers": 3}');
  expect(failure(["run", good.model, "--description", description, "--input", input, "--output", out], 1)).toContain(
    `${description}: layers: `,
  );
  writeFileSync(description, '{"layers": [null]}');
  expect(failure(["run", good.model, "--description", description, "--input", input, "--output", out], 1)).toContain(
    `${description}: layers[0]: `,
  );
});
