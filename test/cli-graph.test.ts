// The commands on graphs: run, inspect and convert an ONNX file, and what convert wrote.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readSafetensors } from "../src/index.ts";
import { failure, open, save, scratch, unrolled } from "./support/cli.ts";

const model = new URL("goldens/onnx/vad.onnx", import.meta.url).pathname;
const { tensors } = readSafetensors(readFileSync(new URL("goldens/onnx/vad.safetensors", import.meta.url)));
const fed = tensors.filter((t) => t.name.startsWith("in.")).map((t) => ({ ...t, name: t.name.slice(3) }));
const sizes = [
  "--dim",
  "batch=1",
  "--dim",
  "samples=64",
  "--constant",
  `sr=${Number(new DataView(fed.find((t) => t.name === "sr")!.bytes.slice().buffer).getBigInt64(0, true))}`,
];

test("what convert writes runs to the bit as the ONNX file does", () => {
  const folder = scratch();
  const [converted, all, open_] = [
    join(folder, "m.safetensors"),
    save(folder, "all", fed),
    save(
      folder,
      "open",
      fed.filter((t) => t.name !== "sr"),
    ),
  ];
  expect(unrolled(["run", model, "--input", all, "--output", join(folder, "a")]).stderr).toBe("");
  expect(unrolled(["convert", model, converted, ...sizes]).stderr).toBe("");
  expect(unrolled(["run", converted, "--input", open_, "--output", join(folder, "b")]).stderr).toBe("");
  const [a, b] = [open(join(folder, "a")), open(join(folder, "b"))];
  expect([...a.keys()].sort()).toEqual(["output", "stateN"]);
  for (const [name, { values }] of a) expect(b.get(name)!.values).toEqual(values);
});

test("convert keeps what a stream carries", () => {
  const folder = scratch();
  const converted = join(folder, "m.safetensors");
  expect(unrolled(["convert", model, converted, ...sizes, "--carry", "stateN=state"]).stderr).toBe("");
  const { metadata } = readSafetensors(readFileSync(converted));
  expect(JSON.parse(metadata.get("unrolled")!).carried).toEqual({ stateN: "state" });
  const wrong = (...carry: string[]) => failure(["convert", model, converted, ...sizes, ...carry], 1);
  expect(wrong("--carry", "state=stateN")).toContain("carried: expected names of outputs: output, stateN, got");
  expect(failure(["convert", model, converted, "--carry", "stateN"], 2)).toContain("Expected OUTPUT=INPUT.");
});

test("inspect shows nodes, multiply-adds and memory", () => {
  const facts = JSON.parse(unrolled(["inspect", model, ...sizes, "--json"]).stdout) as {
    nodes: { op: string }[];
    multiplyAdds: number;
    memory: { weights: number };
  };
  expect(facts.nodes.map((n) => n.op)).toContain("lstm");
  expect(facts.multiplyAdds).toBeGreaterThan(0);
  expect(facts.memory.weights).toBeGreaterThan(0);
  expect(unrolled(["inspect", model, ...sizes]).stdout).toMatch(/nodes, .* multiply-adds/);
  expect(failure(["inspect", model], 1)).toContain("expected a size for batch");
  expect(failure(["inspect", model, ...sizes, "--dim", "bacth=1"], 1)).toContain(
    "dims: expected names of sizes: batch, samples, got bacth",
  );
});

test("compare tells an ONNX file from what convert wrote of it, and from another net", () => {
  const folder = scratch();
  const converted = join(folder, "m.safetensors");
  const all = save(folder, "all", fed);
  unrolled(["convert", model, converted, ...sizes]);
  const found = JSON.parse(unrolled(["compare", model, converted, "--input", all, "--json"]).stdout);
  expect(found).toMatchObject({ largestDifference: 0, sameArgMax: found.rows });
  const half = join(folder, "half.safetensors");
  unrolled(["convert", model, half, ...sizes, "--dtype", "f16"]);
  const lossy = JSON.parse(unrolled(["compare", model, half, "--input", all, "--json"]).stdout);
  expect(lossy.largestDifference).toBeGreaterThan(0);
  expect(lossy.largestDifference).toBeLessThan(1e-2);
  const other = new URL("goldens/onnx/cells.onnx", import.meta.url).pathname;
  expect(failure(["compare", model, other, "--input", all], 1)).toMatch(
    /cells\.onnx: x: expected \[7, 3, 5\], got \[1, 64\]/,
  );
  const layers = new URL("../examples/models/sunspots.safetensors", import.meta.url).pathname;
  expect(failure(["compare", model, layers, "--input", all], 1)).toMatch(
    /sunspots\.safetensors: expected a graph, as .*vad\.onnx, got a net of layers/,
  );
});

test("bench measures a graph, at its sizes or on a file's tensors", () => {
  const names = (...args: string[]) =>
    JSON.parse(unrolled(["bench", ...args, "--seconds", "0.01", "--json"]).stdout).results.map(
      (r: { name: string; microseconds: number }) => [r.name, r.microseconds > 0],
    );
  const both = [
    ["load", true],
    ["run", true],
  ];
  expect(names(model, ...sizes)).toEqual(both);
  expect(names(model, "--input", save(scratch(), "all", fed))).toEqual(both);
  expect(failure(["bench", model, "--dim", "bacth=1"], 1)).toContain("expected names of sizes: batch, samples");
});
