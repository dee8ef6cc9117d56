// A session's run into the caller's arrays, and the module that it runs on.
import { expect, test } from "vitest";
import { compile as compileGraphs, sessionFromSafetensors, graphFromSafetensors, writeGraph } from "../../src/graph.ts";
import { GraphWriter } from "../../src/graph/writer.ts";
import { compile, Model, tensor } from "../../src/index.ts";

/** sum = a + b over rows of 2, and whether a is the greater. */
function file(): Uint8Array {
  const g = new GraphWriter();
  const a = g.input("a", "float32", ["rows", 2]);
  const b = g.input("b", "float32", ["rows", 2]);
  g.output("sum", g.node("binary", [a, b], { function: "add" }), "float32", ["rows", 2]);
  g.output("greater", g.node("binary", [a, b], { function: "greater" }), "bool", ["rows", 2]);
  return writeGraph(g.graph());
}

const rows = (...values: number[]) => Float32Array.from(values);

test("run into arrays: the same object while sizes and arrays stay, whatever its feeds are", () => {
  using session = sessionFromSafetensors(file());
  const into = { sum: new Float32Array(2), greater: new Uint8Array(2) };
  const first = session.run({ a: rows(1, 2), b: rows(3, 1) }, { into });
  expect(into).toEqual({ sum: rows(4, 3), greater: Uint8Array.of(0, 1) });
  expect(first.sum).toEqual({ type: "float32", dims: [1, 2], data: into.sum });
  const b = { type: "float32" as const, dims: [1, 2], data: rows(0, 9) };
  expect(session.run({ a: rows(5, 6), b }, { into })).toBe(first);
  expect(into).toEqual({ sum: rows(5, 15), greater: Uint8Array.of(1, 0) });

  const fresh = session.run({ a: rows(1, 1), b: rows(1, 1) });
  expect(fresh.sum.data).toEqual(rows(2, 2));
  expect(first.sum.data).toEqual(rows(5, 15));

  const more = { sum: new Float32Array(4), greater: new Uint8Array(4) };
  const larger = session.run({ a: rows(1, 2, 3, 4), b: rows(1, 1, 1, 1) }, { into: more });
  expect(larger).not.toBe(first);
  expect(larger.sum).toEqual({ type: "float32", dims: [2, 2], data: rows(2, 3, 4, 5) });
  expect(first.sum.dims).toEqual([1, 2]);
  const again = session.run({ a: rows(0, 0), b: rows(7, 7) }, { into });
  expect(again.sum).toEqual({ type: "float32", dims: [1, 2], data: rows(7, 7) });
});

test("after a good run all that is wrong is refused as before it", () => {
  using session = sessionFromSafetensors(file());
  const good = { a: rows(1, 2), b: rows(3, 4) };
  const into = { sum: new Float32Array(2) };
  session.run(good, { into });
  const data = rows(1, 2);
  const refused: [object, object, string][] = [
    [{ ...good, c: data }, {}, "feeds: expected a, b, got c"],
    [{ a: data }, {}, "b: expected a tensor, got none"],
    [{ ...good, b: rows(1, 2, 3) }, {}, "b: expected [rows, 2], got 3 values"],
    [{ ...good, b: rows(1, 2, 3, 4) }, {}, "b: expected rows of 1, got 2"],
    [{ ...good, b: Int32Array.of(1, 2) }, {}, "b: expected Float32Array for float32, got Int32Array"],
    [{ ...good, b: { type: "int32", dims: [1, 2], data } }, {}, 'b: expected a tensor of float32, got "int32"'],
    [{ ...good, b: { type: "float32", dims: [2, 1], data } }, {}, "b: expected [rows, 2], got [2, 1]"],
    [{ ...good, b: { type: "float32", dims: [1, 2], data: rows(1) } }, {}, "b: expected 2 values for [1, 2], got 1"],
    [good, { into: { sun: data } }, "into: expected sum, greater, got sun"],
    [good, { into: { sum: rows(1) } }, "into.sum: expected 2 values, got 1"],
    [good, { into: { greater: data } }, "into.greater: expected Uint8Array, got Float32Array"],
  ];
  for (const [feeds, options, message] of refused) expect(() => session.run(feeds as never, options)).toThrow(message);
  session.dispose();
  expect(() => session.run(good, { into })).toThrow("session: expected an open session, got a disposed one");
});

test("compile gives the module of graphs; another is refused by its name", () => {
  const feeds = { a: rows(1, 2), b: rows(3, 4) };
  const { sum } = sessionFromSafetensors(file()).run(feeds);
  for (const deterministic of [false, true]) {
    const module = compileGraphs({ deterministic });
    expect(compileGraphs({ deterministic })).toBe(module);
    expect(sessionFromSafetensors(file(), { module, deterministic }).run(feeds).sum).toEqual(sum);
  }
  const base = compile({ deterministic: true });
  const refusal = "module: expected full.wasm or fullRelaxed.wasm for a graph, got base.wasm";
  expect(() => sessionFromSafetensors(file(), { module: base })).toThrow(refusal);
  expect(() => sessionFromSafetensors(file(), { module: compile({ integers: true }) })).toThrow("got integer.wasm");
  const g = new GraphWriter();
  g.output("y", g.node("unary", [g.input("x", "float32", [1, "time", 3])], { function: "exp" }));
  expect(() => graphFromSafetensors(writeGraph(g.graph()), { module: base })).toThrow(refusal);
  // @ts-expect-error
  expect(() => compileGraphs({ integers: true })).toThrow("integers: expected one of deterministic");
  // @ts-expect-error
  expect(() => sessionFromSafetensors(file(), { modul: base })).toThrow(/^modul: expected one of .*module/);
});

test("a model of layers runs on the module of graphs too", () => {
  const weights = (name: string, ...shape: [number, number]) =>
    tensor(
      name,
      shape,
      Float32Array.from({ length: shape[0] * shape[1] }, (_, i) => Math.sin(i)),
    );
  const tensors = [weights("weight_ih_l0", 8, 3), weights("weight_hh_l0", 8, 2)];
  const x = rows(1, 2, 3, 4, 5, 6);
  for (const deterministic of [false, true]) {
    const module = compileGraphs({ deterministic });
    const expected = Model.fromTensors(tensors, { deterministic }).run(x);
    expect(Model.fromTensors(tensors, { deterministic, module }).run(x)).toEqual(expected);
  }
});
