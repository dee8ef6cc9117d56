// encode, generate, score, forecast, trace, convert and bench as a user runs them.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { tensor, type Tensor } from "../src/index.ts";
import { failure, open, save, scratch, unrolled } from "./support/cli.ts";
import { difference } from "./support/goldens.ts";
import { example, linesOf, sunspots } from "./support/models.ts";
import { cellShapes, weights } from "./support/weights.ts";

const path = (name: string) => new URL(`../examples/models/${name}`, import.meta.url).pathname;
const LM = path("char-lm.safetensors");

/** What a command prints, as objects, a line each. */
function objects(args: readonly string[], input = ""): Record<string, unknown>[] {
  const { status, stdout, stderr } = unrolled(args, input);
  expect(stderr).toBe("");
  expect(status).toBe(0);
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** A net on ids. */
function idsModel(folder: string): string {
  return save(
    folder,
    "ids.safetensors",
    weights({ "e.weight": [7, 3], ...cellShapes("gru", "c.", 3, 4), "h.weight": [7, 4] }),
    {
      input: "ids",
      layers: [
        { type: "embedding", weights: "e" },
        { type: "gru", weights: "c" },
        { type: "linear", weights: "h" },
      ],
    },
  );
}

describe("score", () => {
  const lines = linesOf<{ input: string; bits: number; items: number; bitsPerItem: number }>("char-lm.scores.jsonl");

  test("every line of the expected file", () => {
    const got = objects(["score", LM, "--json", "--", ...lines.map((l) => l.input)]);
    expect(got.length).toBe(lines.length);
    got.forEach((o, i) => {
      expect(Object.keys(o)).toEqual(["input", "bits", "bitsPerItem", "items"]);
      expect(o.input).toBe(lines[i].input);
      expect(o.items).toBe(lines[i].items);
      expect(Math.abs((o.bitsPerItem as number) - lines[i].bitsPerItem)).toBeLessThan(1e-5);
    });
  });

  test("arguments, standard input, a file, and as text", () => {
    const folder = scratch();
    writeFileSync(join(folder, "texts"), "one\r\ntwo\n");
    const both = objects(["score", LM, "one", "two", "--json"]);
    expect(objects(["score", LM, "--json"], "one\ntwo")).toEqual(both);
    expect(objects(["score", LM, "--file", join(folder, "texts"), "--json"])).toEqual(both);
    expect(unrolled(["score", LM, "one"]).stdout).toMatch(
      /^one\n {2}\d+\.\d\d bits {3}\d\.\d{3} bits a byte {3}perplexity [\d.]+ {3}2 bytes\n$/,
    );
    expect(objects(["score", idsModel(folder), "1 2 3", "--json"])[0]).toMatchObject({ input: "1 2 3", items: 2 });
  });
});

describe("generate", () => {
  test("greedy texts as PyTorch's", () => {
    for (const { prompt, text } of linesOf<{ prompt: string; text: string }>("char-lm.greedy.jsonl")) {
      expect(objects(["generate", LM, prompt, "--length", "60", "--temperature", "0", "--json"])).toEqual([
        { prompt, text },
      ]);
    }
  });

  test("text is the prompt and what follows; options reach the model", () => {
    const how = { prompt: "Time flies ", length: 150, temperature: 0.7, topK: 30, topP: 0.9, seed: 4 };
    const { text } = example("char-lm").generate(how);
    const options = ["--length", "150", "--temperature", "0.7", "--top-k", "30", "--top-p", "0.9", "--seed", "4"];
    expect(unrolled(["generate", LM, "Time flies ", ...options])).toEqual({
      status: 0,
      stdout: `Time flies ${text}\n`,
      stderr: "",
    });
    expect(objects(["generate", LM, ...options, "--json"], "Time flies \nTime flies \n")).toEqual([
      { prompt: how.prompt, text },
      { prompt: how.prompt, text },
    ]);
    const stopped = objects(["generate", LM, "Time flies ", ...options, "--json", "--stop", text.slice(40, 50)])[0]
      .text as string;
    expect(stopped).toBe(text.slice(0, text.indexOf(text.slice(40, 50)) + 10));
  });

  test("ids", () => {
    const model = idsModel(scratch());
    const [{ text }] = objects(["generate", model, "1 2 3", "--length", "5", "--json"]);
    expect(text).toMatch(/^\d( \d){4}$/);
    expect(unrolled(["generate", model, "1 2 3", "--length", "5"]).stdout).toBe(`1 2 3 ${text as string}\n`);
  });
});

describe("forecast", () => {
  const SPOTS = path("sunspots.safetensors");

  test("as PyTorch's, from arguments and from lines", () => {
    const { forecast } = linesOf<{ forecast: number[] }>("sunspots.expected.jsonl")[2];
    const values = Array.from(sunspots(1900, 1950), (v) => String(Number(v.toFixed(1))));
    const [answer] = objects(["forecast", SPOTS, ...values, "--steps", "30", "--json"]);
    expect(answer.steps).toBe(30);
    expect(difference(answer.forecast as number[], forecast)).toBeLessThan(1e-5);
    expect(objects(["forecast", SPOTS, "--steps", "30", "--json"], `${values.join("\n")}\n`)).toEqual([answer]);
    expect(unrolled(["forecast", SPOTS, "--steps", "2", ...values]).stdout).toMatch(/^58\.365\d*\n38\.250\d*\n$/);
  });
});

test("encode prints the final hidden state", () => {
  const name = "language-id-rnn";
  const vectors = ["Guten Tag", "Hej"].map((text) => Array.from(example(name).encode(text)));
  expect(objects(["encode", path(`${name}.safetensors`), "Guten Tag", "Hej", "--json"])).toEqual([
    { input: "Guten Tag", vector: vectors[0] },
    { input: "Hej", vector: vectors[1] },
  ]);
  expect(unrolled(["encode", path(`${name}.safetensors`), "Hej"]).stdout).toBe(`${vectors[1].join(" ")}\n`);
});

test("classify: a net without last labels every item, logits go through softmax", () => {
  const model = save(scratch(), "tagger", weights({ ...cellShapes("rnn", "c.", 2, 4), "h.weight": [3, 4] }), {
    labels: ["x", "y", "z"],
    layers: [
      { type: "rnn", weights: "c" },
      { type: "linear", weights: "h" },
    ],
  });
  const [{ input, top }] = objects(["classify", model, "1 2 3 4", "--top", "2", "--json"]) as {
    input: string;
    top: { label: string; probability: number }[][];
  }[];
  expect(input).toBe("1 2 3 4");
  expect(top.map((row) => row.length)).toEqual([2, 2]);
  expect(unrolled(["classify", model, "1 2 3 4", "--top", "1"]).stdout).toMatch(
    /^1 2 3 4\n {2}0 {2}[xyz] \d+\.\d %\n {2}1 {2}[xyz] \d+\.\d %\n$/,
  );
});

describe("trace", () => {
  test("draws a cell for every shown unit and character", () => {
    const svg = join(scratch(), "t.svg");
    const { status, stdout, stderr } = unrolled(["trace", LM, "Ends. <é>", "--svg", svg, "--units", "5"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toBe(`${svg}: 10 steps, lstm 192\n`);
    const text = readFileSync(svg, "utf8");
    expect(text).toMatch(/^<svg [^]*<\/svg>$/);
    expect(text.match(/<title>/g)!.length).toBe(6 * 5 * 10); // i f g o c h
    for (const part of [
      "i, input gate",
      "f, forget gate",
      "g, candidate",
      "o, output gate",
      "c, cell state",
      "h, hidden state",
      "&lt;",
      ">é<",
    ])
      expect(text).toContain(part);
    expect(text).not.toContain("NaN");
  });

  test("as an object, and for a GRU on features", () => {
    const [object] = objects(["trace", path("sunspots.safetensors"), "1 2 3 4", "--json"]);
    expect(object.steps).toBe(4);
    const [cell] = object.cells as { h: number[][]; gates: Record<string, number[][]> }[];
    expect(cell.h.map((row) => row.length)).toEqual([16, 16, 16, 16]);
    expect(Object.keys(cell.gates)).toEqual(["r", "z", "n"]);
    const svg = join(scratch(), "t.svg");
    expect(unrolled(["trace", path("sunspots.safetensors"), "1 2 3 4", "--svg", svg]).status).toBe(0);
    expect(existsSync(svg)).toBe(true);
  });
});

describe("convert", () => {
  test.each(["f16", "bf16"])("%s: half the bytes, and the model answers", (dtype) => {
    const to = join(scratch(), "small.safetensors");
    const [facts] = objects(["convert", LM, to, "--dtype", dtype, "--json"]);
    expect(facts).toMatchObject({ in: LM, out: to, bytesIn: 924672, bytesOut: 462336 });
    const [{ bitsPerItem }] = objects(["score", to, "Time flies like an arrow", "--json"]);
    expect(
      Math.abs((bitsPerItem as number) - example("char-lm").score("Time flies like an arrow").bitsPerItem),
    ).toBeLessThan(0.02);
  });

  test("rounds to nearest, ties to even, through denormals; what is no float stays", () => {
    const folder = scratch();
    const values = Float32Array.of(
      0,
      -0,
      1,
      -2,
      1 + 2 ** -11,
      1 + 3 * 2 ** -11,
      2 ** -24,
      2 ** -25,
      3 * 2 ** -25,
      65504,
      65519,
      2 ** -14 - 2 ** -26,
      Infinity,
      -Infinity,
      NaN,
    );
    const ids: Tensor = { name: "n", dtype: "I64", shape: [1], bytes: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) };
    const from = save(folder, "in", [tensor("x", [15], values), ids]);
    expect(unrolled(["convert", from, join(folder, "f16"), "--dtype", "f16"]).status).toBe(0);
    expect([...open(join(folder, "f16")).get("x")!.values]).toEqual([
      0,
      -0,
      1,
      -2,
      1,
      1 + 2 ** -9,
      2 ** -24,
      0,
      2 ** -23,
      65504,
      65504,
      2 ** -14,
      Infinity,
      -Infinity,
      NaN,
    ]);
    expect(unrolled(["convert", from, join(folder, "bf16"), "--dtype", "bf16"]).status).toBe(0);
    expect([...open(join(folder, "bf16")).get("x")!.values]).toEqual([
      0,
      -0,
      1,
      -2,
      1,
      1,
      2 ** -24,
      2 ** -25,
      3 * 2 ** -25,
      65536,
      65536,
      2 ** -14,
      Infinity,
      -Infinity,
      NaN,
    ]);
    expect(
      failure(
        [
          "convert",
          save(folder, "big", [tensor("w", [1], Float32Array.of(65520))]),
          join(folder, "o"),
          "--dtype",
          "f16",
        ],
        1,
      ),
    ).toContain("w: expected values within F16's range, got 65520");
    expect(existsSync(join(folder, "o"))).toBe(false);
  });
});

test("bench measures", () => {
  const [{ machine, results }] = objects(["bench", path("sunspots.safetensors"), "--seconds", "0.02", "--json"]);
  expect(machine).toContain("Node");
  expect((results as { name: string }[]).map((r) => r.name)).toEqual([
    "load",
    "step",
    "sequence of 256",
    "batch of 16 x 256",
  ]);
  for (const r of results as { microseconds: number }[]) expect(r.microseconds).toBeGreaterThan(0);
  expect(unrolled(["bench", path("language-id-rnn.safetensors"), "--seconds", "0.02"]).stdout).toMatch(
    /step +[\d.]+ µs +[\d,]+ items\/s\n/,
  );
});

test.each(["encode", "generate", "score", "forecast", "trace", "convert", "bench"])(
  "%s --help shows an example that runs on the shipped models",
  (command) => {
    const { status, stdout } = unrolled([command, "--help"]);
    expect(status).toBe(0);
    expect(stdout).toMatch(new RegExp(`Example:\n.*unrolled ${command} examples/models/`));
  },
);

describe("failures are one line", () => {
  test.each<[string[], 1 | 2, string]>([
    [["generate", LM, "a", "--temperature", "-1"], 2, "Expected a number of at least 0."],
    [["generate", LM, "a", "--top-p", "0"], 2, "Expected a number above 0, at most 1."],
    [["generate", LM, "a", "--length", "x"], 2, "Expected a whole number of at least 0."],
    [["generate", LM, "a", "--seed", "4294967296"], 1, "seed: expected at most 4294967295, got 4294967296"],
    [
      ["generate", path("language-id-rnn.safetensors"), "a"],
      1,
      "generate: expected a net whose outputs are bytes, got one whose outputs are labels",
    ],
    [
      ["score", path("sunspots.safetensors"), "1 2"],
      1,
      'score: expected a net with input "ids" or "bytes", got "features"',
    ],
    [["score", LM, "a", "--file", "b"], 1, "--file b: expected no arguments beside it, got 1"],
    [["score", LM, "--file", "/none"], 1, "/none: expected a file, got none of this name"],
    [["forecast", path("sunspots.safetensors"), "1", "two"], 1, "two: expected numbers, got two"],
    [["forecast", path("sunspots.safetensors")], 1, "series: expected at least one item, got 0 values"],
    [["forecast", LM, "1"], 1, 'forecast: expected a net with input "features", got "bytes"'],
    [["trace", LM, "a"], 1, "trace: expected --svg FILE or --json, got neither"],
    [["trace", LM, "a", "b", "--json"], 1, "trace: expected one text, got more"],
    [["convert", LM, "x", "--dtype", "f8"], 2, "Allowed choices are f16, bf16."],
    [["encode", LM, ""], 1, "text 1: expected a text, got an empty one"],
  ])("%j", (args, status, words) => expect(failure(args, status)).toContain(words));
});
