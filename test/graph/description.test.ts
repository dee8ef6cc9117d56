// unrolled/2: what is written is read to the bit, and what is wrong is refused by name.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readGraph, writeGraph } from "../../src/bind/description.ts";
import type { Graph, Node } from "../../src/graph/graph.ts";
import { GraphWriter } from "../../src/graph/writer.ts";
import { FormatError, Model, readSafetensors, tensor, writeSafetensors } from "../../src/index.ts";
import { graphFromSafetensors, sessionFromSafetensors } from "../../src/graph.ts";
import { fromOnnx, type SessionTensor } from "../../src/onnx.ts";
import { OPS } from "../../src/ops/registry.ts";
import { kerasModels, predict } from "../support/imported.ts";
import { sessionTensor } from "../support/onnx.ts";

const onnx = new URL("../goldens/onnx/", import.meta.url);

test.each(readdirSync(onnx).filter((name) => name.endsWith(".onnx")))("converted, %s gives the same bits", (name) => {
  const feeds: { [input: string]: SessionTensor } = {};
  const { tensors } = readSafetensors(readFileSync(new URL(name.replace(".onnx", ".safetensors"), onnx)));
  for (const t of tensors) if (t.name.startsWith("in.")) feeds[t.name.slice(3)] = sessionTensor(t);
  const file = readFileSync(new URL(name, onnx));
  using session = fromOnnx(file);
  const expected = session.run(feeds);
  const dims: { [name: string]: number } = {};
  for (const { name, dims: named } of session.inputs)
    named.forEach((d, i) => typeof d === "string" && (dims[d] = feeds[name].dims[i]));
  const pinned = new Set<string>();
  const bound = (): Graph => {
    using opened = fromOnnx(file, {
      dims,
      constants: Object.fromEntries([...pinned].map((input) => [input, feeds[input]])),
    });
    try {
      return opened.graph();
    } catch (error) {
      const input = session.inputs.find((p) => !pinned.has(p.name) && (error as Error).message.includes(p.name));
      if (!input || !(error as Error).message.includes("give it in constants")) throw error;
      pinned.add(input.name);
      return bound();
    }
  };
  const written = writeGraph(bound());
  using again = sessionFromSafetensors(written);
  expect(again.run(Object.fromEntries(again.inputs.map((p) => [p.name, feeds[p.name]])))).toEqual(expected);
  expect(writeGraph(again.graph()).length).toBeLessThanOrEqual(written.length * 1.1);
});

test.each(
  kerasModels()
    .filter((m) => m.says === null && m.x)
    .map((m) => [m.name, m] as const),
)("Keras: %s", (_, m) => {
  const graph = m.graph(m.files);
  expect(predict(readGraph(writeGraph(graph)), m.x!)).toEqual(predict(graph, m.x!));
});

/** x -> clip -> linear -> output. */
function small(): Graph {
  const w = new GraphWriter();
  const x = w.input("x", "float32", ["batch", "time", 2]);
  const y = w.node("unary", [x], { function: "clip", alpha: -Infinity, beta: -0 }, "the clip");
  const weight = w.constant(Float32Array.of(1, 2, 3, 4), "float32", [2, 2], "weight");
  w.output("output", w.node("linear", [y, weight], {}, "the linear"));
  return w.graph();
}

test("numbers that JSON has not", () => {
  expect(readGraph(writeGraph(small()))).toEqual(small());
  using model = graphFromSafetensors(writeGraph(small()));
  expect([...model.run(Float32Array.of(-1, 5)).output]).toEqual([-1, -3]);
});

test("a Model and a graph refuse each other", () => {
  expect(() => Model.fromSafetensors(writeGraph(small()))).toThrow('format: expected "unrolled/1", got "unrolled/2"');
  expect(() => readGraph(writeSafetensors([], { unrolled: '{"layers":[]}' }))).toThrow(
    'expected "unrolled/2", got none: Model.fromSafetensors reads it',
  );
});

/** Both outputs of a graph of two become its one input. */
const twice: Change = (d) => {
  d.nodes.push({ op: "identity", name: "again", inputs: ["output"], outputs: ["again"], attributes: {} });
  d.outputs = [{ name: "again", dtype: "float32", dims: [] }, ...(d.outputs as object[])];
  d.carried = { again: "x", output: "x" };
};

type Change = (description: { [field: string]: unknown; nodes: { -readonly [K in keyof Node]: Node[K] }[] }) => void;

function changed(change: Change): Uint8Array {
  const { tensors, metadata } = readSafetensors(writeGraph(small()));
  const description = JSON.parse(metadata.get("unrolled")!);
  change(description);
  return writeSafetensors(tensors, { unrolled: JSON.stringify(description) });
}

describe("refused", () => {
  test.each<[string, Change, RegExp]>([
    [
      "an unknown op",
      (d) => (d.nodes[0].op = "fly"),
      /^nodes\[0\] the clip: expected an op that this engine has, got "fly"/,
    ],
    ["an op of Object.prototype", (d) => (d.nodes[0].op = "toString"), /expected an op that this engine has/],
    ["an unknown attribute", (d) => (d.nodes[1].attributes = { speed: 1 }), /^nodes\[1\] the linear: attribute speed/],
    ["an unknown field", (d) => (d.more = 1), /^description: more: expected one of/],
    [
      "a cycle",
      (d) => (d.nodes[0].inputs = [d.nodes[1].outputs[0]]),
      /^the clip: input 0: .*expected a value made before it, got one of the linear/,
    ],
    [
      "a missing input",
      (d) => (d.nodes[1].inputs = ["nothing", "weight"]),
      /^the linear: input 0: "nothing": expected a value, got none/,
    ],
    [
      "two writers",
      (d) => (d.nodes[1].outputs = d.nodes[0].outputs),
      /^the linear: output 0: .*got one that the clip: output 0 writes/,
    ],
    [
      "a tensor left over",
      (d) => (d.nodes[1].inputs = [d.nodes[0].outputs[0], d.nodes[0].outputs[0]]),
      /^no node uses weight/,
    ],
    [
      "null in an attribute",
      (d) => (d.nodes[0].attributes = { alpha: null as never }),
      /^nodes\[0\] the clip: attributes: alpha: .*got null/,
    ],
    ["no outputs", (d) => (d.outputs = []), /^outputs: expected at least one/],
    [
      "a million nodes",
      (d) => (d.nodes = new Array(1_000_000).fill({})),
      /^nodes: expected at most 100000, got 1000000/,
    ],
    [
      "a carried output that is none",
      (d) => (d.carried = { y: "x" }),
      /^carried: expected names of outputs: output, got "?y/,
    ],
    [
      "an input to carry to that is none",
      (d) => (d.carried = { output: "output" }),
      /^carried.output: expected the name of an input: x, got "?output/,
    ],
    [
      "an input that two outputs become",
      twice,
      /^carried.output: expected an input of its own, got "?x"?, which again/,
    ],
    ["a carried list", (d) => (d.carried = ["x"]), /^carried: expected an object/],
    [
      "a carried value of another type",
      (d) => {
        d.carried = { output: "x" };
        (d.outputs as { dtype: string }[])[0].dtype = "int32";
      },
      /^carried.output: expected float32 of x, got int32/,
    ],
    [
      "names to ignore that are none",
      (d) => (d.ignore = ["nothing"]),
      /^ignore: expected names of tensors, got nothing/,
    ],
  ])("%s", (_, change, words) => {
    const begin = performance.now();
    const file = changed(change);
    expect(() => readGraph(file)).toThrow(FormatError);
    expect(() => readGraph(file)).toThrow(words);
    expect(performance.now() - begin).toBeLessThan(5000);
  });

  test("a shape that does not fit, when it is bound", () => {
    using model = graphFromSafetensors(changed((d) => ((d.inputs as { dims: unknown[] }[])[0].dims[2] = 3)));
    expect(() => model.run(new Float32Array(3))).toThrow(/^the linear: weight: expected \[2,3\], got \[2,2\]/);
  });
});

test("tensors that are to be ignored", () => {
  const { tensors, metadata } = readSafetensors(writeGraph(small()));
  const unrolled = JSON.stringify({ ...JSON.parse(metadata.get("unrolled")!), ignore: ["extra"] });
  const graph = readGraph(writeSafetensors([...tensors, tensor("extra", [1], Float32Array.of(1))], { unrolled }));
  expect([...graph.constants.keys()]).toEqual(["weight"]);
});

test("docs/graph-ops.md has every op, and its attributes", () => {
  const page = readFileSync(new URL("../../docs/graph-ops.md", import.meta.url), "utf8");
  const rows = page.split("\n").filter((line) => line.startsWith("| `"));
  const words = (cell: string) => [...cell.matchAll(/`(\w+)`/g)].map(([, word]) => word).sort();
  const said = rows
    .map((row) => row.split(" | "))
    .map(([op, , attributes]) => [words(op)[0], words(attributes)] as const);
  const known = Object.entries(OPS).map(([op, { attributes }]) => [op, Object.keys(attributes).sort()]);
  expect(Object.fromEntries(said)).toEqual(Object.fromEntries(known));
});
