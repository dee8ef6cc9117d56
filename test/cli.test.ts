// The built command as a user runs it.
import { execFileSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Model, tensor, type Description, type Tensor } from "../src/index.ts";
import { integers, open, save, scratch, unrolled } from "./support/cli.ts";
import { difference, drawGolden, readGoldens, type Golden } from "./support/goldens.ts";
import { cellShapes, weights } from "./support/weights.ts";

const MODEL = new URL("../examples/models/language-id-lstm.safetensors", import.meta.url).pathname;
const BOUND = 2e-5;

/** Runs `x` and what else through a model; returns the tensors written. */
function run(folder: string, model: string, input: readonly Tensor[], ...options: string[]) {
  const output = join(folder, "out.safetensors");
  const result = unrolled([
    "run",
    model,
    "--input",
    save(folder, "in.safetensors", input),
    "--output",
    output,
    ...options,
  ]);
  expect(result).toEqual({ status: 0, stdout: "", stderr: "" });
  return open(output);
}

describe("run answers as PyTorch does in float64", () => {
  const chosen = [
    "initial-h5",
    "layers2-h5",
    "layers2-bidirectional-h13",
    "relu-deep-h5",
    "batch2-initial",
    "batch1-ragged-deep",
    "batch3-ragged-deep",
    "batch16-ragged",
    "proj3-h5",
    "proj5-layers3-bidirectional-h13",
    "all-layers3-bidirectional-nobias-ragged-initial",
    "all-layers3-bidirectional-ragged-initial-proj",
    "saturated-ragged",
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
    const got = run(
      folder,
      save(folder, "model.safetensors", drawn.tensors, { format: "unrolled/1", layers: [layerOf(g)] }),
      input,
    );

    const shapes = {
      output: [...rows, g.steps, (cells / g.layers) * (g.proj || g.hidden)],
      h_n: [cells, ...rows, g.proj || g.hidden],
      c_n: [cells, ...rows, g.hidden],
    };
    const names = ["output", "h_n", ...(g.cell === "lstm" ? ["c_n"] : [])] as (keyof typeof shapes)[];
    expect([...got.keys()]).toEqual(names);
    for (const name of names) {
      expect(got.get(name)!.shape, name).toEqual(shapes[name]);
      expect(difference(got.get(name)!.values, expected.get(`${g.name}.${name}`)!), name).toBeLessThan(BOUND);
    }
  });

  const layerOf = (g: Golden) => ({
    type: g.cell,
    weights: "",
    ...(g.nonlinearity && { nonlinearity: g.nonlinearity }),
  });
});

describe("run", () => {
  const two: Description = {
    input: "ids",
    layers: [
      { type: "embedding", weights: "table" },
      { type: "lstm", weights: "a" },
      { type: "gru", weights: "b" },
      { type: "linear", weights: "head" },
    ],
  };
  const tensors = weights({
    "table.weight": [9, 4],
    ...cellShapes("lstm", "a.", 4, 5, { layers: 2, proj: 3 }),
    ...cellShapes("gru", "b.", 3, 6, { directions: 2 }),
    "head.weight": [2, 12],
  });

  test("names the states of several recurrent layers, and continues from them", () => {
    const folder = scratch();
    const oneWay: Description = { ...two, layers: two.layers.slice(0, 2).concat({ type: "rnn", weights: "b" }) };
    const model = save(
      folder,
      "m.safetensors",
      weights({
        "table.weight": [9, 4],
        ...cellShapes("lstm", "a.", 4, 5, { layers: 2, proj: 3 }),
        ...cellShapes("rnn", "b.", 3, 6),
      }),
      oneWay,
    );
    const all = run(folder, model, [integers("x", [2, 4], [1, 2, 3, 4, 8, 7, 6, 5])]);
    expect(Object.fromEntries([...all].map(([name, t]) => [name, t.shape]))).toEqual({
      output: [2, 4, 6],
      "a.h_n": [2, 2, 3],
      "a.c_n": [2, 2, 5],
      "b.h_n": [1, 2, 6],
    });
    const first = run(folder, model, [integers("x", [2, 1], [1, 8], "U8")]);
    const states = [...first]
      .filter(([name]) => name !== "output")
      .map(([name, t]) => tensor(name.replace("_n", "0"), t.shape, t.values));
    const rest = run(folder, model, [integers("x", [2, 3], [2, 3, 4, 7, 6, 5], "I32"), ...states]);
    for (const name of ["a.h_n", "a.c_n", "b.h_n"]) expect(rest.get(name)!.values, name).toEqual(all.get(name)!.values);
    expect(rest.get("output")!.values.slice(0, 18)).toEqual(all.get("output")!.values.slice(6, 24));
  });

  test.each<[string, Partial<Description["layers"][number]>[], number | undefined, number]>([
    ["a batch of 70, ragged", [], 70, 5],
    ["a batch of 33 through a net with last", [{ type: "last" }], 33, 5],
    ["one sequence of 2,500 timesteps", [], undefined, 2500],
    ["one sequence through a net with last", [{ type: "last" }], undefined, 1025],
    ["one sequence backward", [{ type: "gru", weights: "b", direction: "reverse" }], undefined, 1025],
  ])("in pieces as whole: %s", (_, more, batch, steps) => {
    const folder = scratch();
    const layers = [{ type: "lstm", weights: "a" }, ...more] as Description["layers"];
    const held = weights({
      ...cellShapes("lstm", "a.", 2, 5, { layers: 2, proj: 3 }),
      ...(more[0]?.type === "gru" ? cellShapes("gru", "b.", 3, 4) : {}),
    });
    const rows = batch === undefined ? [] : [batch];
    const floats = (name: string, shape: number[]) =>
      tensor(
        name,
        shape,
        Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(i * i)),
      );
    const prefix = more[0]?.type === "gru" ? "a." : "";
    const input = [
      floats("x", [...rows, steps, 2]),
      floats(`${prefix}h0`, [2, ...rows, 3]),
      floats(`${prefix}c0`, [2, ...rows, 5]),
    ];
    const lengths = batch ? Array.from({ length: batch }, (_, i) => 1 + (i % steps)) : undefined;
    if (lengths) input.push(integers("lengths", rows, lengths));
    const got = run(folder, save(folder, "m.safetensors", held, { layers }), input);
    const values = (t: Tensor) => new Float32Array(t.bytes.slice().buffer);
    using model = Model.fromTensors(held, { layers });
    const empty = new Float32Array(prefix ? 4 : 0);
    const whole = model.run(values(input[0]), {
      batch,
      lengths,
      state: { h: Float32Array.of(...values(input[1]), ...empty), c: values(input[2]) },
    });
    expect(got.get("output")!.values).toEqual(whole.output);
    expect(got.get(`${prefix}h_n`)!.values).toEqual(whole.state.h.slice(0, 6 * (batch ?? 1)));
    expect(got.get(`${prefix}c_n`)!.values).toEqual(whole.state.c);
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
    expect(
      difference(last.values, [
        ...all.values.subarray(8, 10),
        ...all.values.subarray(12, 14),
        ...all.values.subarray(20, 22),
      ]),
    ).toBeLessThan(1e-6);
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
      const nan = weights(cellShapes(type, "", 2, 3)).map((t) =>
        tensor(t.name, t.shape, new Float32Array(t.bytes.length / 4).fill(NaN)),
      );
      expect([
        ...run(folder, save(folder, "m.safetensors", nan), [
          tensor("x", [9, 2], new Float32Array(18).fill(Infinity)),
        ]).get("h_n")!.values,
      ]).toEqual([NaN, NaN, NaN]);
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

describe("classify", () => {
  const texts = [
    "Alle Menschen sind frei und gleich an Würde und Rechten geboren.",
    "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι.",
  ];

  test("--json: one object a text, from arguments or from lines", () => {
    const { stdout, status } = unrolled(["classify", MODEL, ...texts, "--json", "--top", "2"]);
    expect(status).toBe(0);
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map((l) => [l.input, l.top[0].label, l.top.length])).toEqual([
      [texts[0], "deu", 2],
      [texts[1], "ell", 2],
    ]);
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
    expect(unrolled(["classify", MODEL, texts[0]]).stdout).toMatch(
      /^Alle .*\n {2}deu 9\d\.\d % {3}\w{3} .* % {3}\w{3} .* % {3}\(65 bytes, \d+\.\d µs a byte\)\n$/,
    );
  });

  test("a reader that goes away is no failure", () => {
    const script = `yes "${texts[0]}" | head -3000 | "$0" "$1" classify "$2" --json 2>&1 | head -1; echo "\${PIPESTATUS[2]}"`;
    const lines = execFileSync("bash", [
      "-c",
      script,
      process.execPath,
      new URL("../dist/cli.js", import.meta.url).pathname,
      MODEL,
    ])
      .toString()
      .trim()
      .split("\n");
    expect(JSON.parse(lines[0]).top[0].label).toBe("deu");
    expect(lines.slice(1)).toEqual(["0"]);
  });
});

describe("inspect", () => {
  test("--json", () => {
    const facts = JSON.parse(unrolled(["inspect", MODEL, "--json", "--deterministic"]).stdout);
    expect(facts.layers.map((l: { type: string }) => l.type)).toEqual([
      "embedding",
      "lstm",
      "last",
      "linear",
      "softmax",
    ]);
    expect(facts.parameters).toBe(256 * 48 + 4 * 192 * (48 + 192 + 2) + 78 * 193);
    expect(facts.tensors.length).toBe(7);
    expect(facts.memory.build).toBe("base");
    const regions = facts.memory.regions as { offset: number; bytes: number }[];
    regions.forEach((r, i) =>
      expect(r.offset).toBeGreaterThanOrEqual(i ? regions[i - 1].offset + regions[i - 1].bytes : 0),
    );
    expect(facts.memory.bytes).toBeGreaterThanOrEqual(
      regions[regions.length - 1].offset + regions[regions.length - 1].bytes,
    );
  });

  test("for people", () => {
    const { stdout } = unrolled(["inspect", MODEL]);
    expect(stdout).toContain("[T, 48] -> [T, 192]");
    expect(stdout).toContain("213,198 parameters");
    expect(stdout).toMatch(/memory: [\d,]+ bytes, build (base|relaxed)/);
  });
});

describe("help", () => {
  test.each([["run"], ["classify"], ["inspect"]])("%s --help shows an example", (command) => {
    const { status, stdout, stderr } = unrolled([command, "--help"]);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toContain(`Example:\n  unrolled ${command} `);
  });

  test("--help and --version", () => {
    expect(unrolled(["--help"]).stdout).toMatch(/run .*\n.*classify [^]*\n.*inspect /);
    expect(unrolled(["--version"]).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
