// What follows a product becomes a part of it, where nobody else reads it.
import { expect, test } from "vitest";
import { bind } from "../../src/bind/bind.ts";
import { Builder } from "../../src/bind/builder.ts";
import { GraphWriter } from "../../src/graph/writer.ts";
import { fused } from "../../src/passes/fuse.ts";
import { Evaluator, Player } from "../../src/run/player.ts";
import { planGraph, type BoundGraph } from "../../src/plan/plan.ts";
import { Random } from "../support/random.ts";

const random = new Random(3);

/** A product of 3 outputs over x [1, 4, 4, 6], then what `after` writes. */
function graphOf(op: string, after: (g: GraphWriter, y: string) => readonly string[]): BoundGraph {
  const g = new GraphWriter();
  const floats = (...shape: number[]) =>
    g.constant(
      random.floats(
        shape.reduce((a, b) => a * b),
        1,
      ),
      "float32",
      shape,
    );
  const x = g.input("x", "float32", [1, 4, 4, 6]);
  const weight = op === "linear" ? floats(3, 6) : op === "conv" ? floats(3, 2, 2, 6) : floats(6, 2, 2, 3);
  const outputs = after(g, g.node(op, [x, weight, floats(3)]));
  const graph = g.graph();
  const evaluator = new Evaluator();
  const builder = new Builder(evaluator.evaluate);
  bind(
    { ...graph, outputs: outputs.map((name) => ({ name, dtype: "float32", dims: [] })) },
    builder,
    new Map([["x", { dtype: "float32", shape: [1, 4, 4, 6] }]]),
  );
  evaluator.close();
  return builder.graph();
}

/** The outputs of a graph, from an x of its own. */
function run(graph: BoundGraph): number[][] {
  const player = new Player(true, undefined);
  const loaded = player.load(planGraph(graph));
  const { arena } = player;
  arena.f32.set(new Random(9).floats(96, 1), loaded.inputs[0] >> 2);
  player.play(loaded);
  const answers = graph.outputs.map(({ value }, i) => {
    const count = value.type.shape.reduce((a, b) => a * b, 1);
    return [...arena.f32.subarray(loaded.outputs[i] >> 2, (loaded.outputs[i] >> 2) + count)];
  });
  player.close();
  return answers;
}

const row = (g: GraphWriter, ...numbers: number[]) =>
  g.constant(Float32Array.from(numbers), "float32", [numbers.length]);
const binary = (g: GraphWriter, f: string, a: string, b: string) => g.node("binary", [a, b], { function: f });
const unary = (g: GraphWriter, f: string, x: string) => g.node("unary", [x], { function: f });

test.each([
  ["conv", 1],
  ["linear", 1],
  ["conv_transpose", 3], // its scale stays, and what follows it
])("%s, a scale and a shift for each output, a function", (op, nodes) => {
  const graph = graphOf(op, (g, y) => {
    const scaled = binary(g, "mul", y, row(g, 2, -0.5, 3));
    return [unary(g, "leaky_relu", binary(g, "sub", scaled, row(g, 0.25, 1, -2)))];
  });
  const whole = fused(graph);
  expect([graph.nodes.length, whole.nodes.length]).toEqual([4, op === "conv_transpose" ? nodes + 1 : nodes]);
  const [[a], [b]] = [run(graph), run(whole)];
  a.forEach((v, i) => expect(Math.abs(v - b[i])).toBeLessThan(1e-5));
});

test("a sum of constants and a function after a transposed convolution", () => {
  const graph = graphOf("conv_transpose", (g, y) => [unary(g, "tanh", binary(g, "add", row(g, 1, 2, 3), y))]);
  expect(fused(graph).nodes.length).toBe(1);
  const [[a], [b]] = [run(graph), run(fused(graph))];
  a.forEach((v, i) => expect(Math.abs(v - b[i])).toBeLessThan(1e-6));
});

test("a function of a view of the outputs", () => {
  const graph = graphOf("conv", (g, y) => [
    unary(g, "tanh", g.node("reshape", [g.node("reshape", [y], { shape: [9, 3] })], { shape: [27] })),
  ]);
  expect(fused(graph).nodes.length).toBe(graph.nodes.length - 1);
  expect(run(fused(graph))).toEqual(run(graph));
});

test.each<[string, (g: GraphWriter, y: string) => readonly string[]]>([
  ["read twice", (g, y) => [binary(g, "mul", unary(g, "tanh", y), y)]],
  [
    "a view that is read twice",
    (g, y) => {
      const view = g.node("reshape", [y], { shape: [16, 3] });
      return [unary(g, "tanh", view), unary(g, "relu", view)];
    },
  ],
  ["an output", (g, y) => [unary(g, "tanh", y), y]],
  ["a constant that is divided", (g, y) => [binary(g, "div", row(g, 1, 2, 3), y)]],
  [
    "numbers along another axis",
    (g, y) => [binary(g, "mul", y, g.constant(new Float32Array(3).fill(2), "float32", [3, 1]))],
  ],
  ["a scale that is not finite", (g, y) => [binary(g, "mul", y, row(g, Infinity, 1, 1))]],
])("%s: nothing is fused", (name, after) => {
  const op = name === "numbers along another axis" ? "conv" : "linear";
  const graph = graphOf(op, after);
  expect(fused(graph).nodes.length).toBe(graph.nodes.length);
  expect(run(fused(graph))).toEqual(run(graph));
});
