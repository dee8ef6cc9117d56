// Files of torch.save and numpy.savez are read to the last bit, or refused by the name of what is not read.
import { expect, test } from "vitest";
import { FormatError } from "../../src/index.ts";
import { fromNpz, fromTorch, readNpz, readTorch } from "../../src/import.ts";
import { foreignFiles, readers } from "../support/foreign.ts";

const files = foreignFiles();
const file = (name: string) => files.find((f) => f.name === name)!.file;

test.each(files.filter((f) => f.says === null).map((f) => [f.name, f] as const))(
  "read: %s",
  (_, { kind, file, tensors }) => {
    const read = new Map(readers[kind](file).tensors.map((t) => [t.name, t]));
    expect([...read.keys()].sort()).toEqual([...tensors.keys()].sort());
    for (const [name, { dtype, shape, bytes }] of tensors) {
      const t = read.get(name)!;
      expect([name, t.dtype, ...t.shape]).toEqual([name, dtype, ...shape]);
      expect(Buffer.from(t.bytes).equals(bytes), name).toBe(true);
    }
  },
);

test("at any place of a buffer, as Node's own kind of bytes", () => {
  for (const { kind, file, tensors } of files.filter((f) => f.says === null)) {
    for (const shift of [1, 2, 4]) {
      const moved = Buffer.concat([Buffer.alloc(shift), file]).subarray(shift);
      for (const { name, bytes } of readers[kind](moved).tensors)
        expect(Buffer.from(bytes).equals(tensors.get(name)!.bytes), name).toBe(true);
    }
  }
});

test.each(files.filter((f) => f.says !== null).map((f) => [f.name, f] as const))(
  "refused: %s",
  (_, { kind, file, says }) => {
    expect(() => readers[kind](file)).toThrow(FormatError);
    expect(() => readers[kind](file)).toThrow(says!);
  },
);

const layers = [
  { type: "lstm", weights: "0" },
  { type: "linear", weights: "1" },
] as const;

test("a description in options, in the checkpoint, or inferred", () => {
  using described = fromTorch(file("described"), { layers: [...layers] });
  using inferred = fromTorch(file("protocol-2"));
  expect(inferred.description.layers).toEqual(layers);
  const x = Float32Array.of(1, 2, 3, 4);
  expect(described.run(x).output).toEqual(inferred.run(x).output);
  expect(readTorch(file("described")).metadata.get("unrolled")).toBe('{"layers": [{"type": "lstm", "weights": "0"}]}');
  expect(() => fromTorch(file("described"))).toThrow("no layer uses 1.weight, 1.bias");
  expect(readNpz(file("arrays-described")).metadata.get("unrolled")).toBe(
    '{"layers":[{"type":"last"}]} \u00e9\u{1f600}',
  );
  expect(() => fromNpz(file("arrays"))).toThrow("expected tensors named as in a PyTorch state_dict");
});

test("a wrapper's prefix falls away where the description does not have it", () => {
  const x = Float32Array.of(1, 2, 3, 4);
  using plain = fromTorch(file("protocol-2"));
  for (const prefix of ["", "module."]) {
    using model = fromTorch(file("module-prefix"), {
      layers: layers.map((l) => ({ ...l, weights: prefix + l.weights })),
    });
    expect(model.run(x).output).toEqual(plain.run(x).output);
  }
  expect(() => fromTorch(file("module-prefix"), { layers: [{ type: "lstm", weights: "modul" }] })).toThrow(
    "modul.weight_ih_l0",
  );
});

test("an ArrayBuffer, and what is no file", () => {
  using model = fromTorch(file("protocol-2").buffer as ArrayBuffer);
  expect(model.inputSize).toBe(2);
  expect(() => fromTorch("text" as unknown as Uint8Array)).toThrow("file: expected a Uint8Array, got string");
  expect(() => fromNpz([1] as unknown as Uint8Array)).toThrow("file: expected a Uint8Array, got Array");
});
