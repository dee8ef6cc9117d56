import { expect, test } from "vitest";
import { Builder } from "../../src/bind/builder.ts";
import { planGraph } from "../../src/plan/plan.ts";
import { walk } from "../../src/abi/walk.ts";

const none = new Builder(() => {
  throw new Error("nothing to compute");
});

function builder(): Builder {
  return new Builder(() => {
    throw new Error("nothing to compute");
  });
}

test("a chain needs room for two values, a view for none", () => {
  const b = builder();
  let x = b.input("x", "float32", [4, 16]);
  for (let i = 0; i < 10; i++)
    x = b.emit("unary", [b.emit("reshape", [x], { shape: [i % 2 ? 4 : 8, -1] })], { function: "tanh" });
  b.output("y", x);
  const plan = planGraph(b.graph());
  expect(plan.records.map((r) => r.name)).toEqual(Array<string>(10).fill("UnaryRecord"));
  expect(plan.bytes).toBeLessThanOrEqual(3 * 320);
});

test("nodes that no output needs are left out", () => {
  const b = builder();
  const x = b.input("x", "float32", [4]);
  b.emit("unary", [x], { function: "exp" });
  b.output("y", b.emit("unary", [x], { function: "tanh" }));
  expect(planGraph(b.graph()).records).toHaveLength(1);
});

test("weights of one kind are there once", () => {
  const b = builder();
  const x = b.input("x", "float32", [4, 3]);
  const w = b.constant(new Float32Array(9), "float32", [3, 3]);
  const bias = b.constant(new Float32Array(3), "float32", [3]);
  b.output("y", b.emit("linear", [b.emit("linear", [x, w]), w]));
  b.output("z", b.emit("linear", [x, w, bias]));
  expect(planGraph(b.graph()).weights).toHaveLength(2); // with and without the bias
});

test("an op, an attribute or a number of inputs that is none is refused by the node's name", () => {
  const x = none.input("x", "float32", [4]);
  expect(() => none.emit("fly", [x], {}, "n1")).toThrow(/^n1: expected an op that this engine has, got "fly"/);
  expect(() => none.emit("unary", [x], { function: "tanh", speed: 3 }, "n2")).toThrow(
    /^n2: attribute speed: expected one of function, alpha, beta/,
  );
  expect(() => none.emit("unary", [x, x], { function: "tanh" }, "n3")).toThrow(/^n3: expected 1 inputs, got 2/);
  expect(() => none.emit("binary", [x], { function: "add" }, "n4")).toThrow(/^n4: expected 2 inputs/);
  expect(() => none.input("big", "float32", [2 ** 20, 2 ** 20])).toThrow(/^big: expected at most/);
});

test("a walk joins the axes that all operands cross in even steps", () => {
  const at = { slot: { space: "values", bytes: 0, offset: 0 } as const, offset: 0 };
  const even = walk("n", [2, 3, 4], { at, steps: [12, 4, 1] }, { at, steps: [12, 4, 1] })!;
  expect([even.words.count, even.words.rank]).toEqual([24, 0]);
  const turned = walk("n", [2, 3, 4], { at, steps: [12, 4, 1] }, { at, steps: [1, 8, 2] })!;
  expect([turned.words.count, turned.words.rank, turned.words.aStep]).toEqual([12, 1, 8]);
  expect(walk("n", [2, 0], { at, steps: [0, 1] })).toBeUndefined();
});
