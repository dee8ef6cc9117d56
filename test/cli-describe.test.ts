// `unrolled describe`: a description goes into a model's file, and nothing else there changes.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Model, readSafetensors, tensor } from "../src/index.ts";
import { failure, save, scratch, unrolled } from "./support/cli.ts";
import { foreignFiles } from "./support/foreign.ts";
import { cellShapes, weights } from "./support/weights.ts";

const plain = () => weights({ ...cellShapes("lstm", "lstm.", 1, 16), "head.weight": [1, 16], "head.bias": [1] });

test("what was offered is taken, and the weights stay", () => {
  const file = save(scratch(), "m", plain());
  const before = readSafetensors(readFileSync(file)).tensors;
  const layers = [{ type: "lstm", weights: "lstm" }, { type: "last" }, { type: "linear", weights: "head" }] as const;
  const { status, stdout, stderr } = unrolled(["describe", file, JSON.stringify({ layers }), "--json"]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(JSON.parse(stdout)).toEqual({ format: "unrolled/1", layers });
  const after = readSafetensors(readFileSync(file));
  expect(after.tensors.map((t) => [t.name, [...t.bytes]])).toEqual(before.map((t) => [t.name, [...t.bytes]]));
  using model = Model.fromSafetensors(readFileSync(file));
  expect(model.description.layers).toEqual(layers);
});

test("names lose the wrappers of DataParallel and torch.compile", () => {
  const wrapped = plain().map((t) => ({ ...t, name: `module._orig_mod.${t.name}` }));
  const file = save(scratch(), "m", wrapped);
  const layers = [
    { type: "lstm", weights: "lstm" },
    { type: "linear", weights: "head" },
  ];
  expect(unrolled(["describe", file, JSON.stringify({ layers })])).toMatchObject({ status: 0, stderr: "" });
  const { tensors } = readSafetensors(readFileSync(file));
  expect(tensors.map((t) => t.name)).toEqual(wrapped.map((t) => t.name.replace("module._orig_mod.", "")));
  using model = Model.fromSafetensors(readFileSync(file));
  expect(model.description.layers).toEqual(layers);
});

test("wrappers without end", () => {
  const file = save(scratch(), "m", [tensor(`${"module.".repeat(200_000)}weight`, [1, 1], Float32Array.of(1))]);
  expect(failure(["describe", file, '{"layers": [{"type": "rnn", "weights": ""}]}'], 1)).toContain("(left: weight)");
});

test("one that does not run is not written", () => {
  const file = save(scratch(), "m", plain());
  const before = readFileSync(file);
  const { status, stderr } = unrolled(["describe", file, '{"layers": [{"type": "gru", "weights": "lstm"}]}']);
  expect(status).toBe(1);
  expect(stderr).toMatch(/lstm/);
  expect(readFileSync(file).equals(before)).toBe(true);
});

test("without one, what its tensors say; --out leaves the model's file alone", () => {
  const folder = scratch();
  const file = save(folder, "m", plain());
  const before = readFileSync(file);
  const out = join(folder, "out.safetensors");
  expect(unrolled(["describe", file, "--out", out]).stderr).toBe("");
  expect(readFileSync(file).equals(before)).toBe(true);
  using model = Model.fromSafetensors(readFileSync(out));
  expect(model.description.layers.map((l) => l.type)).toEqual(["lstm", "linear"]);
});

test("a file of another kind is not written over", () => {
  const folder = scratch();
  const model = join(folder, "m.pt");
  const { file } = foreignFiles().find((f) => f.name === "protocol-2")!;
  writeFileSync(model, file);
  const layers = [
    { type: "lstm", weights: "0" },
    { type: "linear", weights: "1" },
  ];
  expect(failure(["describe", model, JSON.stringify({ layers })], 1)).toContain(
    "m.pt: expected --out for a file that is no safetensors",
  );
  expect(new Uint8Array(readFileSync(model))).toEqual(new Uint8Array(file));
  expect(unrolled(["describe", model, JSON.stringify({ layers }), "--out", join(folder, "m")]).status).toBe(0);
});
