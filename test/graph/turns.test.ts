import { expect, test } from "vitest";
import { Builder } from "../../src/bind/builder.ts";
import type { BoundGraph } from "../../src/plan/plan.ts";
import { planGraph } from "../../src/plan/plan.ts";
import { Evaluator, Player } from "../../src/run/player.ts";
import { Random } from "../support/random.ts";

const evaluator = new Evaluator();
const player = new Player();

function run(graph: BoundGraph, x: Float32Array): Float32Array {
  const loaded = player.load(planGraph(graph));
  player.arena.f32.set(x, loaded.inputs[0] >> 2);
  player.play(loaded);
  const [{ value }] = graph.outputs;
  const count = value.type.shape.reduce((a, b) => a * b, 1);
  const y = player.arena.f32.slice(loaded.outputs[0] >> 2, (loaded.outputs[0] >> 2) + count);
  player.unload(loaded);
  return y;
}

const words = (graph: BoundGraph) => planGraph(graph).records.map((r) => r.name);

test("a transpose sinks until it meets the one that undoes it", () => {
  const b = new Builder(evaluator.evaluate);
  const x = b.input("x", "float32", [2, 3, 5]);
  const turned = b.emit("transpose", [x], { permutation: [0, 2, 1] });
  const half = b.emit("slice", [turned], { axes: [1], starts: [1], ends: [4] });
  const two = b.constant(Float32Array.of(2), "float32", []);
  const sum = b.emit("binary", [b.emit("unary", [half], { function: "abs" }), two], { function: "mul" });
  b.output("y", b.emit("transpose", [sum], { permutation: [0, 2, 1] }));
  const graph = b.graph();
  expect(words(graph)).toEqual(["CopyRecord", "UnaryRecord", "BinaryRecord"]); // the slice alone is a copy
  const numbers = new Random(1).floats(30, 1);
  const want = Array.from(
    { length: 18 },
    (_, i) => 2 * Math.abs(numbers[Math.floor(i / 9) * 15 + Math.floor((i % 9) / 3) * 5 + 1 + (i % 3)]),
  );
  expect([...run(graph, numbers)]).toEqual(want.map(Math.fround));
});

test("what moves only axes of size 1 moves nothing", () => {
  const b = new Builder(evaluator.evaluate);
  const x = b.input("x", "float32", [1, 4, 1, 3]);
  b.output("y", b.emit("unary", [b.emit("transpose", [x], { permutation: [2, 1, 3, 0] })], { function: "neg" }));
  expect(words(b.graph())).toEqual(["UnaryRecord"]);
});

test("two of different turns do not sink together", () => {
  const b = new Builder(evaluator.evaluate);
  const x = b.input("x", "float32", [3, 3]);
  b.output("y", b.emit("binary", [x, b.emit("transpose", [x], { permutation: [1, 0] })], { function: "sub" }));
  const y = run(b.graph(), Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9));
  expect([...y]).toEqual([0, -2, -4, 2, 0, -2, 4, 2, 0]);
});
