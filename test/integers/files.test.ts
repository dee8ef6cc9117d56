// What files of integers may hold, and what is refused; the module itself.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import {
  compile,
  Model,
  quantizeSafetensors,
  readSafetensors,
  tensor,
  toFloat32,
  writeSafetensors,
  type Tensor,
} from "../../src/index.ts";
import { cellShapes, weights as draw } from "../support/weights.ts";

const float = () => draw(cellShapes("lstm", "", 6, 10));
const integers = () => readSafetensors(quantizeSafetensors(writeSafetensors(float()), "int8")).tensors;
const refuse = (tensors: Tensor[], weights?: "int8") =>
  expect(() => Model.fromTensors(tensors, { layers: [{ type: "lstm", weights: "" }], weights }));

describe("files", () => {
  test("a quarter of the bytes, I8 with a scale a row", () => {
    const file = writeSafetensors(draw(cellShapes("lstm", "", 64, 64)));
    const small = quantizeSafetensors(file, "int8");
    expect(file.length / small.length).toBeGreaterThan(3.5);
    const named = new Map(readSafetensors(small).tensors.map((t) => [t.name, t]));
    expect(named.get("weight_hh_l0")).toMatchObject({ dtype: "I8", shape: [256, 64] });
    expect(named.get("weight_hh_l0.scale")).toMatchObject({ dtype: "F32", shape: [256] });
    expect(named.get("bias_hh_l0")).toMatchObject({ dtype: "F32", shape: [256] });
    expect(quantizeSafetensors(small, "int8")).toEqual(small);
    using model = Model.fromSafetensors(small); // the structure is inferred as from float32
    expect(model.description.layers).toEqual([{ type: "lstm", weights: "" }]);
  });

  test("a missing scale, one of another shape, one that is no number", () => {
    refuse(integers().filter((t) => t.name !== "weight_hh_l0.scale")).toThrow(
      "weight_hh_l0.scale: expected a tensor of this name",
    );
    refuse(
      integers().map((t) => (t.name === "weight_ih_l0.scale" ? tensor(t.name, [39], new Float32Array(39)) : t)),
    ).toThrow("weight_ih_l0.scale: expected [40], got [39]");
    refuse(
      integers().map((t) =>
        t.name === "weight_ih_l0.scale" ? tensor(t.name, [40], new Float32Array(40).fill(NaN)) : t,
      ),
    ).toThrow("weight_ih_l0.scale: expected finite scales of at least 0, got NaN at 0");
  });

  test("a cell of one precision: a matrix of floats beside one of integers, unless the option makes them alike", () => {
    const [floats] = float().filter((t) => t.name === "weight_hh_l0");
    const mixed = integers()
      .filter((t) => !t.name.startsWith("weight_hh_l0"))
      .concat(floats);
    refuse(mixed).toThrow("weight_hh_l0: expected int8 as weight_ih_l0, got float32");
    refuse(mixed, "int8").not.toThrow();
  });

  test("weights that are not finite, and a wrong option", () => {
    const broken = float().map((t) =>
      t.name === "weight_ih_l0"
        ? tensor(
            t.name,
            t.shape,
            toFloat32(t).map((v, i) => (i === 7 ? NaN : v)),
          )
        : t,
    );
    refuse(broken, "int8").toThrow("weight_ih_l0: expected finite weights for int8, got NaN in row 1");
    expect(() => Model.fromTensors(float(), { weights: "int4" as "int8" })).toThrow(
      'weights: expected "float32", "int8" or "int16", got "int4"',
    );
    expect(() => quantizeSafetensors(writeSafetensors(float()), "int4" as "int8")).toThrow("weights: expected");
  });
});

test.each(["lstm", "gru"] as const)("a traced %s has the gates of the float32 net of the same weights", (type) => {
  const small = quantizeSafetensors(writeSafetensors(draw(cellShapes(type, "", 7, 9))), "int8");
  const x = Float32Array.from({ length: 7 * 6 }, (_, i) => Math.sin(i));
  const [a, b] = (["int8", "float32"] as const).map(
    (weights) => Model.fromSafetensors(small, { weights }).trace(x).cells[0].gates,
  );
  for (const [gate, values] of Object.entries(a))
    values.forEach((v, i) => expect(Math.abs(v - b[gate][i]), gate).toBeLessThan(1e-3));
});

test("a module of one's own must be the one for the weights", () => {
  const layers = [{ type: "lstm", weights: "" }] as const;
  using model = Model.fromTensors(float(), { layers, weights: "int8", module: compile({ integers: true }) });
  expect(model.memory.build).toBe("integer");
  expect(() => Model.fromTensors(float(), { layers, module: compile({ integers: true }) })).toThrow(
    "module: expected base.wasm or relaxed.wasm for these weights, got integer.wasm",
  );
  expect(() =>
    Model.fromTensors(float(), { layers, weights: "int8", module: compile({ deterministic: true }) }),
  ).toThrow("module: expected integer.wasm for these weights, got base.wasm");
});

test("the module imports one memory, and has neither data nor table", () => {
  const bytes = readFileSync(new URL("../../dist/integer.wasm", import.meta.url));
  const module = new WebAssembly.Module(bytes);
  expect(WebAssembly.Module.imports(module)).toEqual([{ module: "env", name: "memory", kind: "memory" }]);
  const sections = new Set<number>();
  for (let at = 8; at < bytes.length;) {
    sections.add(bytes[at++]);
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      size |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    at += size;
  }
  for (const [name, section] of Object.entries({ table: 4, elements: 9, data: 11 }))
    expect(sections.has(section), name).toBe(false);
  expect(gzipSync(bytes, { level: 9 }).length).toBeLessThanOrEqual(8192);
});
