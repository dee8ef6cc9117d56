// The built command as a user runs it.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { tensor, type Description, type Tensor } from "../src/index.ts";
import { failure, integers, open, save, scratch, unrolled } from "./support/cli.ts";
import { difference, drawGolden, readGoldens, type Golden } from "./support/goldens.ts";
import { rawFile } from "./support/files.ts";
import { cellShapes, weights } from "./support/weights.ts";

const MODEL = new URL("../examples/models/language-id-lstm.safetensors", import.meta.url).pathname;
const BOUND = 2e-5;

/** Runs `x` and what else through a model; returns the tensors written. */
function run(folder: string, model: string, input: readonly Tensor[], ...options: string[]) {
  const output = join(folder, "out.safetensors");
  const result = unrolled(["run", model, "--input", save(folder, "in.safetensors", input), "--output", output, ...options]);
  expect(result).toEqual({ status: 0, stdout: "", stderr: "" });
  return open(output);
}

describe("run answers as PyTorch does in float64", () => {
  const chosen = [
    "initial-h5", "layers2-h5", "layers2-bidirectional-h13", "relu-deep-h5", "batch2-initial", "batch1-ragged-deep", "batch3-ragged-deep",
    "batch16-ragged", "proj3-h5", "proj5-layers3-bidirectional-h13", "all-layers3-bidirectional-nobias-ragged-initial",
    "all-layers3-bidirectional-ragged-initial-proj", "saturated-ragged",
  ];
  const cases = ["rnn", "lstm", "gru"].flatMap((cell) => {
    const { cases, expected } = readGoldens(cell);
    return cases.filter((g) => chosen.includes(g.name)).map((g) => [`${cell} ${g.name}`, g, expected] as const);
  });

  test("for every chosen case there is", () => expect(cases.length).toBe(31));

  test.each(cases)("%s", (_, g, expected) => {
    const folder = scratch();
    const drawn = drawGolden(g);
    const rows = g.batch ? [g.batch] : [];
    const cells = g.layers * (g.bidirectional ? 2 : 1);
    const input = [tensor("x", [...rows, g.steps, g.input], drawn.x)];
    if (drawn.state) input.push(tensor("h0", [cells, ...rows, g.proj || g.hidden], drawn.state.h));
    if (drawn.state?.c) input.push(tensor("c0", [cells, ...rows, g.hidden], drawn.state.c));
    if (g.lengths) input.push(integers("lengths", rows, g.lengths));
    const got = run(folder, save(folder, "model.safetensors", drawn.tensors, { format: "unrolled/1", layers: [layerOf(g)] }), input);

    const shapes = { output: [...rows, g.steps, cells / g.layers * (g.proj || g.hidden)], h_n: [cells, ...rows, g.proj || g.hidden], c_n: [cells, ...rows, g.hidden] };
    const names = ["output", "h_n", ...(g.cell === "lstm" ? ["c_n"] : [])] as (keyof typeof shapes)[];
    expect([...got.keys()]).toEqual(names);
    for (const name of names) {
      expect(got.get(name)!.shape, name).toEqual(shapes[name]);
      expect(difference(got.get(name)!.values, expected.get(`${g.name}.${name}`)!), name).toBeLessThan(BOUND);
    }
  });

  const layerOf = (g: Golden) => ({ type: g.cell, weights: "", ...(g.nonlinearity && { nonlinearity: g.nonlinearity }) });
});

describe("run", () => {
  const two: Description = { input: "ids", layers: [{ type: "embedding", weights: "table" }, { type: "lstm", weights: "a" }, { type: "gru", weights: "b" }, { type: "linear", weights: "head" }] };
  const tensors = weights({ "table.weight": [9, 4], ...cellShapes("lstm", "a.", 4, 5, { layers: 2, proj: 3 }), ...cellShapes("gru", "b.", 3, 6, { directions: 2 }), "head.weight": [2, 12] });

  test("names the states of several recurrent layers, and continues from them", () => {
    const folder = scratch();
    const oneWay: Description = { ...two, layers: two.layers.slice(0, 2).concat({ type: "rnn", weights: "b" }) };
    const model = save(folder, "m.safetensors", weights({ "table.weight": [9, 4], ...cellShapes("lstm", "a.", 4, 5, { layers: 2, proj: 3 }), ...cellShapes("rnn", "b.", 3, 6) }), oneWay);
    const all = run(folder, model, [integers("x", [2, 4], [1, 2, 3, 4, 8, 7, 6, 5])]);
    expect(Object.fromEntries([...all].map(([name, t]) => [name, t.shape]))).toEqual({ output: [2, 4, 6], "a.h_n": [2, 2, 3], "a.c_n": [2, 2, 5], "b.h_n": [1, 2, 6] });
    const first = run(folder, model, [integers("x", [2, 1], [1, 8], "U8")]);
    const states = [...first].filter(([name]) => name !== "output").map(([name, t]) => tensor(name.replace("_n", "0"), t.shape, t.values));
    const rest = run(folder, model, [integers("x", [2, 3], [2, 3, 4, 7, 6, 5], "I32"), ...states]);
    for (const name of ["a.h_n", "a.c_n", "b.h_n"]) expect(rest.get(name)!.values, name).toEqual(all.get(name)!.values);
    expect(rest.get("output")!.values.slice(0, 18)).toEqual(all.get("output")!.values.slice(6, 24));
  });

  test("--last, --description and --deterministic", () => {
    const folder = scratch();
    const model = save(folder, "m.safetensors", tensors, two);
    const x = integers("x", [3, 5], [1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5, 6]);
    const lengths = integers("lengths", [3], [5, 2, 1]);
    const all = run(folder, model, [x, lengths]).get("output")!;
    expect(all.shape).toEqual([3, 5, 2]);
    expect([...all.values.subarray(14, 20)]).toEqual([0, 0, 0, 0, 0, 0]); // row 1 from timestep 2 on
    const last = run(folder, model, [x, lengths], "--last", "--deterministic").get("output")!;
    expect(last.shape).toEqual([3, 2]);
    expect(difference(last.values, [...all.values.subarray(8, 10), ...all.values.subarray(12, 14), ...all.values.subarray(20, 22)])).toBeLessThan(1e-6);
    const description = join(folder, "d.json");
    writeFileSync(description, JSON.stringify({ ...two, layers: two.layers.toSpliced(3, 0, { type: "last" }) }));
    expect(run(folder, model, [x, lengths], "--description", description).get("output")!.shape).toEqual([3, 2]);
  });

  test("reads float64, float16 and bfloat16 as float32", () => {
    const folder = scratch();
    const model = save(folder, "m.safetensors", weights(cellShapes("gru", "", 2, 3)));
    const values = Float32Array.of(1, -0.5, 2, 0);
    const expected = run(folder, model, [tensor("x", [2, 2], values)]).get("output")!;
    const halves = (words: number[]) => new Uint8Array(Uint16Array.from(words).buffer);
    const same: Tensor[] = [
      { name: "x", dtype: "F64", shape: [2, 2], bytes: new Uint8Array(Float64Array.from(values).buffer) },
      { name: "x", dtype: "F16", shape: [2, 2], bytes: halves([0x3c00, 0xb800, 0x4000, 0]) },
      { name: "x", dtype: "BF16", shape: [2, 2], bytes: halves([0x3f80, 0xbf00, 0x4000, 0]) },
    ];
    for (const x of same) expect(run(folder, model, [x]).get("output"), x.dtype).toEqual(expected);
  });

  test("NaN weights and inputs give NaN and an end", () => {
    const folder = scratch();
    for (const type of ["rnn", "lstm", "gru"] as const) {
      const nan = weights(cellShapes(type, "", 2, 3)).map((t) => tensor(t.name, t.shape, new Float32Array(t.bytes.length / 4).fill(NaN)));
      expect([...run(folder, save(folder, "m.safetensors", nan), [tensor("x", [9, 2], new Float32Array(18).fill(Infinity))]).get("h_n")!.values]).toEqual([NaN, NaN, NaN]);
    }
  });

  test("replaces the output file whole and leaves nothing beside it", () => {
    const folder = scratch();
    const model = save(folder, "m.safetensors", weights(cellShapes("rnn", "", 1, 1)));
    writeFileSync(join(folder, "out.safetensors"), "what was there");
    run(folder, model, [tensor("x", [1, 1], Float32Array.of(1))]);
    expect(readdirSync(folder).sort()).toEqual(["in.safetensors", "m.safetensors", "out.safetensors"]);
  });
});

describe("bad input: one line, status 1", () => {
  const lstm = cellShapes("lstm", "", 3, 5, { layers: 2 });
  const x = tensor("x", [2, 4, 3], new Float32Array(24));
  const h0 = tensor("h0", [2, 2, 5], new Float32Array(20));

  test.each<[string, Record<string, readonly number[]>, Tensor[], string]>([
    ["no x", lstm, [h0], "x: expected a tensor [T, 3] or [B, T, 3], got none"],
    ["features too few", lstm, [tensor("x", [4, 2], new Float32Array(8))], "x: expected [T, 3] or [B, T, 3], got [4, 2]"],
    ["a rank too low", lstm, [tensor("x", [3], new Float32Array(3))], "got [3]"],
    ["a rank too high", lstm, [tensor("x", [1, 1, 1, 3], new Float32Array(3))], "got [1, 1, 1, 3]"],
    ["a sequence of length 0", lstm, [tensor("x", [0, 3], new Float32Array(0))], "at least one timestep, got [0, 3]"],
    ["a batch of 0", lstm, [tensor("x", [0, 4, 3], new Float32Array(0))], "got [0, 4, 3]"],
    ["features that are ids", lstm, [integers("x", [2, 3], [1, 2, 3, 4, 5, 6])], "x: expected a dtype of F32, F64, F16, BF16, got I64"],
    ["h0 without its batch", lstm, [x, tensor("h0", [2, 5], new Float32Array(10))], "h0: expected [2, 2, 5], got [2, 5]"],
    ["h0 batch first", lstm, [tensor("x", [3, 4, 3], new Float32Array(36)), tensor("h0", [3, 2, 5], new Float32Array(30))], "h0: expected [2, 3, 5], got [3, 2, 5]"],
    ["c0 of another size", lstm, [x, h0, tensor("c0", [2, 2, 4], new Float32Array(16))], "c0: expected [2, 2, 5], got [2, 2, 4]"],
    ["c0 for a GRU", cellShapes("gru", "", 3, 5), [x, tensor("c0", [1, 2, 5], new Float32Array(10))], "c0: expected only x, h0, lengths"],
    ["an unknown tensor", lstm, [x, tensor("y", [1], new Float32Array(1))], "y: expected only x, h0, c0, lengths"],
    ["lengths without a batch", lstm, [tensor("x", [4, 3], new Float32Array(12)), integers("lengths", [1], [4])], "lengths: expected none"],
    ["lengths too many", lstm, [x, integers("lengths", [3], [4, 4, 4])], "lengths: expected [2], got [3]"],
    ["a length too long", lstm, [x, integers("lengths", [2], [4, 5])], "lengths[1]: expected at most 4"],
    ["a length of 0", lstm, [x, integers("lengths", [2], [0, 4])], "lengths[0]: expected a whole number of at least 1, got 0"],
    ["lengths in float32", lstm, [x, tensor("lengths", [2], new Float32Array(2))], "lengths: expected a dtype of I64"],
    ["an id out of range", { "table.weight": [9, 3], ...cellShapes("rnn", "cell.", 3, 5) }, [integers("x", [3], [1, 9, 2])], "x[1]: expected an id from 0 to 8, got 9"],
    ["an id below 0", { "table.weight": [9, 3], ...cellShapes("rnn", "cell.", 3, 5) }, [integers("x", [3], [-1, 8, 2])], "x[0]: expected an id from 0 to 8, got -1"],
    ["ids in float32", { "table.weight": [9, 3], ...cellShapes("rnn", "cell.", 3, 5) }, [tensor("x", [3], new Float32Array(3))], "x: expected a dtype of I64"],
  ])("%s", (_, shapes, input, words) => {
    const folder = scratch();
    const [m, i, o] = [save(folder, "m.safetensors", weights(shapes)), save(folder, "in.safetensors", input), join(folder, "out.safetensors")];
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
    ["a file of another kind", (f) => write(f, Buffer.from("PK\x03\x04 not safetensors at all")), "safetensors: expected"],
    ["an unknown layer type", (f) => save(f, "bad", weights(lstm), { layers: [{ type: "mamba", weights: "" }] }), 'layers[0].type: expected embedding'],
    ["a wrong shape", (f) => save(f, "bad", weights({ ...lstm, weight_hh_l0: [20, 4] }), { layers: [{ type: "lstm", weights: "" }] }), "weight_hh_l0: expected [20, 5], got [20, 4]"],
    ["a state_dict that says too little", (f) => save(f, "bad", weights({ ...cellShapes("rnn", "a.", 3, 3), ...cellShapes("rnn", "b.", 3, 3) })), 'Pass one, in the right order, for example {"format"'],
    ["a line break in a name", (f) => write(f, rawFile({ "a\n\x1b[31mb": 1 })), "a [31mb: expected an object"],
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
    expect(failure(["run", m, "--input", i, "--output", join(folder, "d")], 1)).toContain("d: expected a file, got a directory");
    expect(failure(["run", m, "--input", i, "--output", join(folder, "none", "o")], 1)).toContain("o: expected a directory");
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
    expect(unrolled(["classify", MODEL, "--json"], "one line\n\n").stderr).toBe("unrolled: line 2: expected a text, got an empty line\n");
    expect(failure(["classify", MODEL], 1, Buffer.of(0xff, 0xfe, 10))).toContain("line 1: expected a text in UTF-8");
    const folder = scratch();
    expect(failure(["classify", save(folder, "m", weights(lstm)), "text"], 1)).toContain("expected a classifier of texts");
  });
});

describe("usage: status 2", () => {
  test.each<[string[], string]>([
    [[], "expected a command"],
    [["rum"], "unknown command 'rum'"],
    [["run"], "required option '-i, --input <file>' not specified"],
    [["run", "m"], "required option '-i, --input <file>' not specified"],
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

  test.each([["run"], ["classify"], ["inspect"]])("%s --help shows an example", (command) => {
    const { status, stdout, stderr } = unrolled([command, "--help"]);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toContain(`Example:\n  unrolled ${command} `);
  });

  test("--help and --version", () => {
    expect(unrolled(["--help"]).stdout).toMatch(/run .*\n.*classify .*\n.*inspect /);
    expect(unrolled(["--version"]).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe("classify", () => {
  const texts = ["Alle Menschen sind frei und gleich an Würde und Rechten geboren.", "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι."];

  test("--json: one object a text, from arguments or from lines", () => {
    const { stdout, status } = unrolled(["classify", MODEL, ...texts, "--json", "--top", "2"]);
    expect(status).toBe(0);
    const lines = stdout.trim().split("\n").map((line) => JSON.parse(line));
    expect(lines.map((l) => [l.input, l.top[0].label, l.top.length])).toEqual([[texts[0], "deu", 2], [texts[1], "ell", 2]]);
    for (const { top } of lines) {
      expect(Object.keys(top[0])).toEqual(["label", "probability"]);
      expect(top[0].probability).toBeGreaterThan(0.9);
      expect(top[0].probability).toBeGreaterThan(top[1].probability);
    }
    for (const ending of ["\n", "\r\n"]) {
      expect(unrolled(["classify", MODEL, "--json", "--top", "2"], texts.join(ending)).stdout).toBe(stdout);
      expect(unrolled(["classify", MODEL, "--json", "--top", "2"], texts.join(ending) + ending).stdout).toBe(stdout);
    }
    expect(unrolled(["classify", MODEL, "--json"], "").stdout).toBe("");
  });

  test("for people: labels, probabilities, time a byte", () => {
    expect(unrolled(["classify", MODEL, texts[0]]).stdout).toMatch(/^Alle .*\n {2}deu 9\d\.\d %   \w{3} .* %   \w{3} .* %   \(65 bytes, \d+\.\d µs a byte\)\n$/);
  });

  test("a reader that goes away is no failure", () => {
    const script = `yes "${texts[0]}" | head -3000 | "$0" "$1" classify "$2" --json 2>&1 | head -1; echo "\${PIPESTATUS[2]}"`;
    const lines = execFileSync("bash", ["-c", script, process.execPath, new URL("../dist/cli.js", import.meta.url).pathname, MODEL]).toString().trim().split("\n");
    expect(JSON.parse(lines[0]).top[0].label).toBe("deu");
    expect(lines.slice(1)).toEqual(["0"]);
  });
});

describe("inspect", () => {
  test("--json", () => {
    const facts = JSON.parse(unrolled(["inspect", MODEL, "--json", "--deterministic"]).stdout);
    expect(facts.layers.map((l: { type: string }) => l.type)).toEqual(["embedding", "lstm", "last", "linear", "softmax"]);
    expect(facts.parameters).toBe(256 * 32 + 4 * 128 * (32 + 128 + 2) + 56 * 129);
    expect(facts.tensors.length).toBe(7);
    expect(facts.memory.build).toBe("base");
    const regions = facts.memory.regions as { offset: number; bytes: number }[];
    regions.forEach((r, i) => expect(r.offset).toBeGreaterThanOrEqual(i ? regions[i - 1].offset + regions[i - 1].bytes : 0));
    expect(facts.memory.bytes).toBeGreaterThanOrEqual(regions[regions.length - 1].offset + regions[regions.length - 1].bytes);
  });

  test("for people", () => {
    const { stdout } = unrolled(["inspect", MODEL]);
    expect(stdout).toContain("[T, 32] -> [T, 128]");
    expect(stdout).toContain("98,360 parameters");
    expect(stdout).toMatch(/memory: [\d,]+ bytes, build (base|relaxed)/);
  });
});
