// Tensors from outside: checked before any is used, written as they are read.
import { describe, expect, test } from "vitest";
import {
  FormatError,
  Model,
  readSafetensors,
  tensor,
  writeSafetensors,
  type Description,
  type Tensor,
} from "../../src/index.ts";
import { cellShapes, weights } from "../support/weights.ts";

describe("tensor()", () => {
  test.each<[string, readonly number[], unknown, RegExp]>([
    ["a plain array", [2], [1, 2], /^t: expected the values as a Float32Array, got Array$/],
    ["float64", [2], new Float64Array(2), /^t: expected the values as a Float32Array, got Float64Array$/],
    ["too few", [2, 3], new Float32Array(5), /^t: expected 6 values for \[2, 3\], got 5$/],
    ["too many", [], new Float32Array(2), /^t: expected 1 values for \[\], got 2$/],
    ["half a dim", [0.5, 4], new Float32Array(2), /^t: expected a shape of whole numbers, got /],
    ["a dim below 0", [-1, -2], new Float32Array(2), /^t: expected a shape of whole numbers, got /],
  ])("%s", (_, shape, values, message) => {
    expect(() => tensor("t", shape, values as Float32Array)).toThrow(message);
  });
});

describe("fromTensors and writeSafetensors", () => {
  const good = tensor("t", [2], new Float32Array(2));
  test.each<[string, object, RegExp]>([
    ["an unknown dtype", { dtype: "F23" }, /^t: expected a dtype of .*, got "F23"$/],
    ["a name of Object.prototype", { dtype: "toString" }, /^t: expected a dtype of /],
    [
      "values in the place of bytes",
      { bytes: new Float32Array(2) },
      /^t: expected the bytes as a Uint8Array, got Float32Array$/,
    ],
    ["bytes too few", { bytes: new Uint8Array(7) }, /^t: expected 8 bytes for F32 \[2\], got 7$/],
    ["a shape with a hole", { shape: new Array(1) }, /^t: expected a shape of whole numbers, got /],
    ["no name", { name: 3 }, /^tensors: expected a name, got number$/],
  ])("%s", (_, change, message) => {
    const tensors = [{ ...good, ...change } as Tensor];
    expect(() => Model.fromTensors(tensors, { layers: [{ type: "linear", weights: "" }] })).toThrow(message);
    expect(() => writeSafetensors(tensors)).toThrow(message);
  });

  test("names that are numbers stay in their order", () => {
    const names = ["b", "10", "2", "a"];
    const file = writeSafetensors(names.map((name, i) => tensor(name, [1], Float32Array.of(i))));
    expect(readSafetensors(file).tensors.map((t) => t.name)).toEqual(names);
  });

  test("metadata that is no text", () => {
    expect(() => writeSafetensors([good], { a: 3 } as never)).toThrow(/__metadata__\.a: expected a string, got 3/);
  });
});

describe("what float32 does not hold", () => {
  const lstm = { type: "lstm", weights: "" } as const;
  const tensors = weights(cellShapes("lstm", "", 3, 5));
  test.each<[string, object]>([
    ["clip", { clip: 1e-46 }],
    ["clip", { clip: 1e39 }],
    ["alpha", { gate: "hard_sigmoid", alpha: 1e308 }],
    ["beta", { gate: "hard_sigmoid", alpha: 0.2, beta: -1e300 }],
  ])("%s of %o", (name, fields) => {
    const description = { layers: [{ ...lstm, ...fields }] } as unknown as Description;
    expect(() => Model.fromTensors(tensors, description)).toThrow(
      new RegExp(`^layers\\[0\\]\\.${name}: expected a number that float32 holds`),
    );
    expect(() => Model.fromTensors(tensors, description)).toThrow(FormatError);
  });
});
