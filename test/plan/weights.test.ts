// Packed weights: shared by what they are made of, never by where that stands.
import { expect, test } from "vitest";
import { Builder } from "../../src/bind/builder.ts";
import type { Value } from "../../src/graph/value.ts";
import { fromOnnx } from "../../src/onnx.ts";
import { planGraph } from "../../src/plan/plan.ts";
import { Evaluator, Player } from "../../src/run/player.ts";
import { FLOAT, floats, node, onnx, port } from "../support/onnx.ts";
import { Random } from "../support/random.ts";

test("two LSTMs of the same matrices, their peepholes in one buffer", () => {
  const [player, evaluator] = [new Player(), new Evaluator()];
  const random = new Random(3);
  const b = new Builder(evaluator.evaluate);
  const constant = (data: Float32Array, ...shape: number[]) => b.constant(data, "float32", shape);
  const x = b.input("x", "float32", [2, 1, 1]);
  const [ih, hh] = [constant(random.floats(8, 1), 1, 8, 1), constant(random.floats(16, 1), 1, 8, 2)];
  const all = random.floats(12, 1);
  const lstm = (peepholes: Value) =>
    b.emit("lstm", [x, ih, hh, undefined, undefined, undefined, undefined, undefined, peepholes], {});
  const halves = [all.subarray(0, 6), all.subarray(6)];
  for (const [i, half] of halves.entries()) b.output(`within ${i}`, lstm(constant(half, 1, 6)));
  for (const [i, half] of halves.entries()) b.output(`alone ${i}`, lstm(constant(half.slice(), 1, 6)));
  const loaded = player.load(planGraph(b.graph()));
  player.arena.f32.set([0.5, -1], loaded.inputs[0] >> 2);
  player.play(loaded);
  const outputs = loaded.outputs.map((at) => [...player.arena.f32.subarray(at >> 2, (at >> 2) + 4)]);
  expect(outputs.slice(0, 2)).toEqual(outputs.slice(2));
  expect(outputs[0]).not.toEqual(outputs[1]);
});

test("a file's weights are packed once for all sizes, though their numbers are let go and read anew", () => {
  const size = 64;
  const w = floats("w", [size, size], [...new Random(1).floats(size * size, 1)]);
  const file = onnx({
    node: [node("MatMul", ["x", "w"], ["y"])],
    initializer: [w],
    input: [port("x", FLOAT, ["rows", size])],
    output: [port("y", FLOAT, ["rows", size])],
  });
  using session = fromOnnx(file);
  const run = (rows: number) =>
    session.run({ x: { type: "float32", dims: [rows, size], data: new Float32Array(rows * size).fill(1) } });
  const first = run(1).y.data;
  const bytes = session.bindings.player.arena.bytes;
  for (let rows = 2; rows < 10; rows++) expect((run(rows).y.data as Float32Array).slice(0, size)).toEqual(first);
  expect(session.bindings.player.arena.bytes).toBeLessThanOrEqual(bytes + 65536);
});
