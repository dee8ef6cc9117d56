// Files that hold more than float32: convert of F64 and of integers, and a NaN that compare has seen.
import { join } from "node:path";
import { expect, test } from "vitest";
import { tensor, type Tensor } from "../src/index.ts";
import { open, save, scratch, unrolled } from "./support/cli.ts";
import { cellShapes, weights } from "./support/weights.ts";

const doubles = (name: string, values: readonly number[]): Tensor => ({
  name,
  dtype: "F64",
  shape: [values.length],
  bytes: new Uint8Array(Float64Array.from(values).buffer),
});

test("F64 is rounded once, each tensor from its own bytes", () => {
  const folder = scratch();
  const above = 1 + 2 ** -11 + 2 ** -40; // a tie in float32, above one in float64
  const odd = { name: "a", dtype: "U8", shape: [3], bytes: Uint8Array.of(1, 2, 3) } as const; // the next are unaligned
  const from = save(folder, "in", [odd, doubles("b", [above, -1 / 3]), doubles("c", [0.1, 7])]);
  const { status, stdout } = unrolled(["convert", from, join(folder, "out"), "--dtype", "f16", "--json"]);
  expect(status).toBe(0);
  const out = open(join(folder, "out"));
  expect([...out.get("b")!.values]).toEqual([1 + 2 ** -10, -0.333251953125]);
  expect([...out.get("c")!.values]).toEqual([0.0999755859375, 7]);
  expect(JSON.parse(stdout)).toMatchObject({ bytesIn: 35, bytesOut: 11, largestError: 1 + 2 ** -10 - above });
});

test("integers and their scales stay as they are", () => {
  const folder = scratch();
  const model = save(folder, "m", weights(cellShapes("gru", "", 5, 9)));
  const [small, out] = ["small", "out"].map((name) => join(folder, name));
  unrolled(["quantize", model, small, "--weights", "int8"]);
  const { status, stdout } = unrolled(["convert", small, out, "--dtype", "bf16", "--json"]);
  expect(status).toBe(0);
  const [before, after] = [open(small), open(out)];
  const kept = [...before.keys()].filter((name) => name.startsWith("weight"));
  expect(kept.length).toBe(4);
  for (const name of kept) expect(after.get(name)).toEqual(before.get(name));
  const moved = ["bias_ih_l0", "bias_hh_l0"].flatMap((name) =>
    Array.from(before.get(name)!.values, (v, i) => Math.abs(v - after.get(name)!.values[i])),
  );
  expect(JSON.parse(stdout).largestError).toBe(Math.max(...moved));
  expect(
    unrolled(["compare", small, out, "--input", save(folder, "x.safetensors", weights({ x: [4, 5] }))]).status,
  ).toBe(0);
});

test("compare keeps a NaN that is not in its last row", () => {
  const folder = scratch();
  const model = save(folder, "m", weights({ ...cellShapes("rnn", "c.", 1, 2), "h.weight": [1, 2] }));
  const x = save(folder, "x.safetensors", [tensor("x", [2, 2, 1], Float32Array.of(NaN, 0, 1, 2))]);
  const page = unrolled(["compare", model, model, "--input", x]).stdout;
  expect(page).toMatch(/^largest difference +NaN\nmean difference +NaN$/m);
});
