// The process that quiet.test.ts measures: node --expose-gc quiet.ts WHAT COUNT
import { PerformanceObserver } from "node:perf_hooks";
import { Model, type RunResult } from "../../src/index.ts";
import { bind } from "../../src/bind/bind.ts";
import { GraphWriter } from "../../src/graph/writer.ts";
import { GraphModel } from "../../src/run/graph-model.ts";
import { Session, type SessionData } from "../../src/graph.ts";
import { graphOf, LAYERS } from "../support/graphs.ts";
import { Random } from "../support/random.ts";
import { weights } from "../support/weights.ts";

const H = 24;
const IN = 7;

/** LSTM, GRU and linear on random weights: what a user streams through. */
export function quietModel(): Model {
  const random = new Random(7);
  const of = (name: string, ...shape: number[]) => weights({ [name]: shape }, random, 0.3)[0];
  return Model.fromTensors(
    [
      of("a.weight_ih_l0", 4 * H, IN),
      of("a.weight_hh_l0", 4 * H, H),
      of("a.bias_ih_l0", 4 * H),
      of("a.bias_hh_l0", 4 * H),
      of("b.weight_ih_l0", 3 * H, H),
      of("b.weight_hh_l0", 3 * H, H),
      of("head.weight", 5, H),
      of("head.bias", 5),
    ],
    {
      layers: [
        { type: "lstm", weights: "a" },
        { type: "gru", weights: "b" },
        { type: "linear", weights: "head" },
      ],
    },
  );
}

/** A GRU over 3 rows from a state, and where each row is largest: two inputs, two outputs, floats and integers. */
function quietSession(): [Session, { x: Float32Array; h: Float32Array }] {
  const random = new Random(5);
  const g = new GraphWriter();
  const x = g.input("x", "float32", ["batch", 3, 6]);
  const h = g.input("h", "float32", [1, 1, 8]);
  const of = (...shape: number[]) => g.constant(random.floats(24 * shape[2], 0.4), "float32", shape);
  const rows = g.node("transpose", [x], { permutation: [1, 0, 2] }, "rows");
  const [y, hn] = g.nodes("gru", [rows, of(1, 24, 6), of(1, 24, 8), "", "", "", h], {}, "gru", 2);
  const at = g.node("arg_reduce", [y], { function: "max", axis: 2 }, "at");
  g.output("at", g.node("cast", [at], { to: "int32" }, "at"), "int32");
  g.output("hn", hn);
  const graph = g.graph();
  const { inputs, outputs } = graph;
  const session = new Session({ inputs, outputs, build: (builder, types) => bind(graph, builder, types) });
  return [session, { x: random.floats(18, 1), h: random.floats(8, 1) }];
}

export interface Measured {
  /** Bytes that the heap grew by while no collection ran. */
  readonly bytes: number;
  readonly collections: number;
  readonly sameBuffer: boolean;
  readonly seconds: number;
}

const keep: unknown[] = [];

/** What there is to measure: each gives a function that does it once. */
const ways: Record<string, (model: Model) => (i: number) => void> = {
  step(model) {
    const stream = model.stream();
    const x = new Random(1).floats(IN, 1);
    const y = new Float32Array(5);
    return () => stream.step(x, y);
  },
  "step on many streams"(model) {
    const streams = Array.from({ length: 64 }, () => model.stream());
    const x = new Random(1).floats(IN, 1);
    const y = new Float32Array(5);
    return (i) => streams[(i * 37) & 63].step(x, y);
  },
  "run into"(model) {
    const x = new Random(1).floats(2 * 50 * IN, 1);
    const into: RunResult = model.run(x, { batch: 2 });
    const options = { batch: 2, into, state: into.state };
    return () => model.run(x, options);
  },
  "step of a graph"() {
    const model = new GraphModel(graphOf(new Random(3), [LAYERS.lstm, LAYERS.conv, LAYERS.residual]));
    const stream = model.stream();
    const x = new Random(1).floats(model.inputSize, 1);
    const y = new Float32Array(model.outputSize);
    return () => stream.step(x, y);
  },
  "blocks of a graph"() {
    const model = new GraphModel(graphOf(new Random(3), [LAYERS.conv, LAYERS.unary]));
    const stream = model.stream();
    const x = new Random(1).floats(9 * model.inputSize, 1);
    const y = new Float32Array(9 * model.outputSize);
    return () => stream.process(x, y);
  },
  "run of a session"() {
    const [session, feeds] = quietSession();
    const options = { into: Object.fromEntries(Object.entries(session.run(feeds)).map(([k, { data }]) => [k, data])) };
    return () => session.run(feeds, options);
  },
  "run of a session on tensors"() {
    const [session, arrays] = quietSession();
    const of = (data: SessionData, dims: number[]) => ({ type: "float32" as const, data, dims });
    const feeds = { x: of(arrays.x, [1, 3, 6]), h: of(arrays.h, [1, 1, 8]) };
    const options = { into: Object.fromEntries(Object.entries(session.run(feeds)).map(([k, { data }]) => [k, data])) };
    return () => session.run(feeds, options);
  },
  "step of a session"() {
    const [session, { x }] = quietSession();
    const stream = session.stream({ carry: { hn: "h" } });
    const y = new Int32Array(3);
    return () => stream.step(x, y);
  },
  "step that allocates"(model) {
    const stream = model.stream();
    const x = new Random(1).floats(IN, 1);
    return () => stream.step(x);
  },
  "step that keeps a little"(model) {
    const stream = model.stream();
    const x = new Random(1).floats(IN, 1);
    const y = new Float32Array(5);
    return (i) => {
      stream.step(x, y);
      if (i % 20 === 0) keep.push({ i });
    };
  },
  "streams that grow the memory"(model) {
    const x = new Random(1).floats(IN, 1);
    const y = new Float32Array(5);
    return (i) => {
      const stream = model.stream();
      stream.step(x, y);
      if (i < 500) keep.push(stream);
      else stream.dispose();
    };
  },
};

export async function measure(what: string, count: number): Promise<Measured> {
  const model = quietModel();
  const once = ways[what](model);
  for (let i = 0; i < 20_000 && i < count; i++) once(i); // compiled, inline caches warm
  await new Promise((resolve) => setTimeout(resolve, 50)); // the optimizing compiler's own garbage
  let collections = 0;
  const observer = new PerformanceObserver((list) => (collections += list.getEntries().length));
  const seen = model.run(new Float32Array(IN)).output.length; // the workspace has its size
  globalThis.gc!();
  await new Promise((resolve) => setTimeout(resolve, 50));
  observer.observe({ entryTypes: ["gc"] });
  const before = process.memoryUsage().heapUsed;
  const memory = model.memory.bytes;
  const start = performance.now();
  for (let i = 0; i < count; i++) once(i);
  const seconds = (performance.now() - start) / 1000;
  const bytes = process.memoryUsage().heapUsed - before;
  await new Promise((resolve) => setTimeout(resolve, 20)); // entries come late
  observer.disconnect();
  return { bytes, collections, sameBuffer: model.memory.bytes === memory && seen > 0, seconds };
}

if (process.argv[1] === import.meta.filename) {
  const { describe = "step", count = "1000000" } = { describe: process.argv[2], count: process.argv[3] };
  console.log(JSON.stringify(await measure(describe, Number(count))));
}
