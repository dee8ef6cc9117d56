// What the built command refuses, and how it says so.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { tensor, type Tensor } from "../src/index.ts";
import { failure, integers, save, scratch, unrolled } from "./support/cli.ts";
import { rawFile } from "./support/files.ts";
import { cellShapes, weights } from "./support/weights.ts";

const MODEL = new URL("../examples/models/language-id-lstm.safetensors", import.meta.url).pathname;

describe("bad input: one line, status 1", () => {
  const lstm = cellShapes("lstm", "", 3, 5, { layers: 2 });
  const x = tensor("x", [2, 4, 3], new Float32Array(24));
  const h0 = tensor("h0", [2, 2, 5], new Float32Array(20));

  test.each<[string, Record<string, readonly number[]>, Tensor[], string]>([
    ["no x", lstm, [h0], "x: expected a tensor [T, 3] or [B, T, 3], got none"],
    [
      "features too few",
      lstm,
      [tensor("x", [4, 2], new Float32Array(8))],
      "x: expected [T, 3] or [B, T, 3], got [4, 2]",
    ],
    ["a rank too low", lstm, [tensor("x", [3], new Float32Array(3))], "got [3]"],
    ["a rank too high", lstm, [tensor("x", [1, 1, 1, 3], new Float32Array(3))], "got [1, 1, 1, 3]"],
    ["a sequence of length 0", lstm, [tensor("x", [0, 3], new Float32Array(0))], "at least one timestep, got [0, 3]"],
    ["a batch of 0", lstm, [tensor("x", [0, 4, 3], new Float32Array(0))], "got [0, 4, 3]"],
    [
      "features that are ids",
      lstm,
      [integers("x", [2, 3], [1, 2, 3, 4, 5, 6])],
      "x: expected a dtype of F32, F64, F16, BF16, got I64",
    ],
    [
      "h0 without its batch",
      lstm,
      [x, tensor("h0", [2, 5], new Float32Array(10))],
      "h0: expected [2, 2, 5], got [2, 5]",
    ],
    [
      "h0 batch first",
      lstm,
      [tensor("x", [3, 4, 3], new Float32Array(36)), tensor("h0", [3, 2, 5], new Float32Array(30))],
      "h0: expected [2, 3, 5], got [3, 2, 5]",
    ],
    [
      "c0 of another size",
      lstm,
      [x, h0, tensor("c0", [2, 2, 4], new Float32Array(16))],
      "c0: expected [2, 2, 5], got [2, 2, 4]",
    ],
    [
      "c0 for a GRU",
      cellShapes("gru", "", 3, 5),
      [x, tensor("c0", [1, 2, 5], new Float32Array(10))],
      "c0: expected only x, h0, lengths",
    ],
    ["an unknown tensor", lstm, [x, tensor("y", [1], new Float32Array(1))], "y: expected only x, h0, c0, lengths"],
    [
      "lengths without a batch",
      lstm,
      [tensor("x", [4, 3], new Float32Array(12)), integers("lengths", [1], [4])],
      "lengths: expected none",
    ],
    ["lengths too many", lstm, [x, integers("lengths", [3], [4, 4, 4])], "lengths: expected [2], got [3]"],
    ["a length too long", lstm, [x, integers("lengths", [2], [4, 5])], "lengths[1]: expected at most 4"],
    [
      "a length of 0",
      lstm,
      [x, integers("lengths", [2], [0, 4])],
      "lengths[0]: expected a whole number of at least 1, got 0",
    ],
    ["lengths in float32", lstm, [x, tensor("lengths", [2], new Float32Array(2))], "lengths: expected a dtype of I64"],
    [
      "an id out of range",
      { "table.weight": [9, 3], ...cellShapes("rnn", "cell.", 3, 5) },
      [integers("x", [3], [1, 9, 2])],
      "x[1]: expected an id from 0 to 8, got 9",
    ],
    [
      "an id below 0",
      { "table.weight": [9, 3], ...cellShapes("rnn", "cell.", 3, 5) },
      [integers("x", [3], [-1, 8, 2])],
      "x[0]: expected an id from 0 to 8, got -1",
    ],
    [
      "ids in float32",
      { "table.weight": [9, 3], ...cellShapes("rnn", "cell.", 3, 5) },
      [tensor("x", [3], new Float32Array(3))],
      "x: expected a dtype of I64",
    ],
  ])("%s", (_, shapes, input, words) => {
    const folder = scratch();
    const [m, i, o] = [
      save(folder, "m.safetensors", weights(shapes)),
      save(folder, "in.safetensors", input),
      join(folder, "out.safetensors"),
    ];
    const line = failure(["run", m, "--input", i, "--output", o], 1);
    expect(line).toContain("in.safetensors: ");
    expect(line).toContain(words);
    expect(readdirSync(folder)).not.toContain("out.safetensors");
  });

  test.each<[string, (folder: string) => string, string]>([
    ["a model that is not there", (f) => join(f, "none"), "none: expected a file, got none of this name"],
    ["a directory", (f) => f, "expected a file, got a directory"],
    ["a file for a directory", () => join(MODEL, "x"), "expected a directory before the last name, got a file"],
    ["an empty file", (f) => write(f, new Uint8Array(0)), "expected at least 8 bytes, got 0"],
    ["a cut-off file", (f) => write(f, readFileSync(MODEL).subarray(0, 200_000)), "expected data up to byte"],
    ["a file of another kind", (f) => write(f, Buffer.from("PK\x03\x04 not safetensors at all")), "a zip: unpack it"],
    [
      "an unknown layer type",
      (f) => save(f, "bad", weights(lstm), { layers: [{ type: "mamba", weights: "" }] }),
      "layers[0].type: expected embedding",
    ],
    [
      "a wrong shape",
      (f) => save(f, "bad", weights({ ...lstm, weight_hh_l0: [20, 4] }), { layers: [{ type: "lstm", weights: "" }] }),
      "weight_hh_l0: expected [20, 5], got [20, 4]",
    ],
    [
      "a state_dict that says too little",
      (f) => save(f, "bad", weights({ ...cellShapes("rnn", "a.", 3, 3), ...cellShapes("rnn", "b.", 3, 3) })),
      'Pass one, in the right order, for example {"format"',
    ],
    [
      "a line break in a name",
      (f) => write(f, rawFile({ "a\n\x1b[31mb": 1 })),
      "a\\u{a}\\u{1b}[31mb: expected an object",
    ],
  ])("%s", (_, make, words) => {
    expect(failure(["inspect", make(scratch())], 1)).toContain(words);
  });

  function write(folder: string, bytes: Uint8Array): string {
    const path = join(folder, "bad");
    writeFileSync(path, bytes);
    return path;
  }

  test("an output that cannot be written", () => {
    const folder = scratch();
    const [m, i] = [save(folder, "m", weights(lstm)), save(folder, "i", [x])];
    mkdirSync(join(folder, "d"));
    expect(failure(["run", m, "--input", i, "--output", join(folder, "d")], 1)).toContain(
      "d: expected a file, got a directory",
    );
    expect(failure(["run", m, "--input", i, "--output", join(folder, "none", "o")], 1)).toContain(
      "o: expected a directory",
    );
    expect(readdirSync(folder).sort()).toEqual(["d", "i", "m"]);
  });

  test("a description that is none", () => {
    const folder = scratch();
    const path = join(folder, "d.json");
    expect(failure(["inspect", MODEL, "--description", path], 1)).toContain("d.json: expected a file");
    writeFileSync(path, "{");
    expect(failure(["inspect", MODEL, "--description", path], 1)).toContain("d.json: expected JSON");
    writeFileSync(path, "[]");
    expect(failure(["inspect", MODEL, "--description", path], 1)).toContain("d.json: description: expected an object");
  });

  test("texts that are none", () => {
    expect(failure(["classify", MODEL, ""], 1)).toContain("expected a text, got an empty one");
    expect(unrolled(["classify", MODEL, "--json"], "one line\n\n").stderr).toBe(
      "unrolled: line 2: expected a text, got an empty line\n",
    );
    expect(failure(["classify", MODEL], 1, Buffer.of(0xff, 0xfe, 10))).toContain("line 1: expected a text in UTF-8");
    const folder = scratch();
    expect(failure(["classify", save(folder, "m", weights(lstm)), "text"], 1)).toContain(
      "expected a classifier of texts",
    );
  });
});

describe("usage: status 2", () => {
  test.each<[string[], string]>([
    [["rum"], "unknown command 'rum'"],
    [["run"], "required option '-o, --output <file>' not specified"],
    [["run", "m", "--input", "i"], "required option '-o, --output <file>' not specified"],
    [["run", "m", "--input", "i", "--output"], "argument missing"],
    [["inspect"], "missing required argument"],
    [["inspect", "a", "b"], "too many arguments"],
    [["inspect", "m", "--colour"], "unknown option '--colour'"],
    [["classify", "m", "--top", "0"], "at least 1"],
    [["classify", "m", "--top", "many"], "at least 1"],
  ])("%j", (args, words) => {
    expect(failure(args, 2)).toContain(words);
  });
});
