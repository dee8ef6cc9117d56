// What every host runs: the whole of the package with nothing of the host's but a clock.
// Weights and inputs are drawn, so that a worklet, which can fetch nothing, has them too.
import type { Model, Stream, Tensor } from "unrolled";
import { Random } from "../support/random.ts";

export type Unrolled = typeof import("unrolled");

/** What a host is asked: to go on with a saved state, and how often to time a step. */
export interface Job {
  /** Steps that the stream has behind it, and its state in hexadecimal digits, "" at the start. */
  readonly steps: number;
  readonly state: string;
  /** Rounds of 10,000 timed steps, on which builds. */
  readonly rounds: number;
  readonly time: readonly ("best" | "base")[];
  /** base.wasm, compiled elsewhere. */
  readonly module?: object;
}

/** What a host answers. */
export interface Report {
  readonly build: string;
  readonly passed: number;
  readonly failures: readonly string[];
  /** Of every bit that came out of the deterministic build. */
  readonly hash: string;
  /** The stream's state after LEG steps more, and the hash of what it gave on the way. */
  readonly state: string;
  readonly leg: string;
  /** A step of a (64, 64) LSTM, the least of the rounds, on the builds asked for. */
  readonly microseconds: { readonly best?: number; readonly base?: number };
}

/** Steps that a host goes on with the stream it is given. */
export const LEG = 24;

const GATES = { rnn: 1, lstm: 4, gru: 3 } as const;

interface Shape {
  readonly cell: keyof typeof GATES;
  readonly inputs: number;
  readonly hidden: number;
  readonly layers?: number;
  readonly bidirectional?: boolean;
}

/** The tensors of a stack of cells, named as PyTorch names them; zeros without a seed. */
function cells(u: Unrolled, seed: number | undefined, prefix: string, { cell, inputs, hidden, layers = 1, bidirectional = false }: Shape): Tensor[] {
  const random = seed === undefined ? undefined : new Random(seed);
  const rows = GATES[cell] * hidden;
  const suffixes = bidirectional ? ["", "_reverse"] : [""];
  const draw = (count: number) => random?.floats(count, 1 / Math.sqrt(hidden)) ?? new Float32Array(count);
  return Array.from({ length: layers }, (_, l) => {
    const width = l === 0 ? inputs : hidden * suffixes.length;
    return suffixes.flatMap((suffix) =>
      ([["weight_ih", [rows, width]], ["weight_hh", [rows, hidden]], ["bias_ih", [rows]], ["bias_hh", [rows]]] as const).map(([name, shape]) =>
        u.tensor(`${prefix}${name}_l${l}${suffix}`, shape, draw(shape.reduce((a, b) => a * b, 1))),
      ),
    );
  }).flat();
}

/** The (64, 64) LSTM that is timed and handed from host to host. */
function subject(u: Unrolled, options: { deterministic?: boolean; module?: object } = {}): Model {
  return u.Model.fromTensors(cells(u, 64, "", { cell: "lstm", inputs: 64, hidden: 64 }), options);
}

/** A classifier of texts: every kind of layer, and a file with a description. */
function classifier(u: Unrolled): Uint8Array {
  const random = new Random(5);
  const layers = [
    { type: "embedding", weights: "embedding" },
    { type: "gru", weights: "cell" },
    { type: "last" },
    { type: "linear", weights: "head" },
    { type: "softmax" },
  ];
  const tensors = [
    u.tensor("embedding.weight", [256, 13], random.floats(256 * 13, 1)),
    ...cells(u, 6, "cell.", { cell: "gru", inputs: 13, hidden: 33 }),
    u.tensor("head.weight", [5, 33], random.floats(5 * 33, 1)),
    u.tensor("head.bias", [5], random.floats(5, 1)),
  ];
  return u.writeSafetensors(tensors, { unrolled: JSON.stringify({ format: "unrolled/1", input: "bytes", labels: ["α", "b", "c", "d", "e"], layers }) });
}

const TEXT = "Grüße, 世界 \u{1f30d} \ud800!";

/** The state after `steps` steps in one host, in hexadecimal digits. */
export function stateAfter(u: Unrolled, steps: number): string {
  using model = subject(u, { deterministic: true });
  const stream = model.stream();
  for (let t = 0; t < steps; t += LEG) goOn(stream, t, new Hash());
  return toHex(stream.save());
}

/** The first answer of a fresh host: a (64, 64) LSTM and one step. Drawing weights would take longer than all of it. */
export function firstAnswer(u: Unrolled): number {
  using model = u.Model.fromTensors(cells(u, undefined, "", { cell: "lstm", inputs: 64, hidden: 64 }));
  return model.stream().step(new Float32Array(64))[0];
}

export function suite(u: Unrolled, job: Job, now: () => number): Report {
  const failures: string[] = [];
  const bits = new Hash();
  let passed = 0;
  const check = (name: string, run: () => void) => {
    try {
      run();
      passed++;
    } catch (error) {
      failures.push(`${name}: ${(error as Error)?.message ?? error}`);
    }
  };

  const shapes: Shape[] = [
    { cell: "rnn", inputs: 7, hidden: 17 },
    { cell: "lstm", inputs: 3, hidden: 31, layers: 2 },
    { cell: "gru", inputs: 16, hidden: 8, layers: 2 },
    { cell: "lstm", inputs: 5, hidden: 9, bidirectional: true },
    { cell: "gru", inputs: 1, hidden: 65, bidirectional: true },
  ];
  for (const shape of shapes) {
    const name = `${shape.bidirectional ? "bidirectional " : ""}${shape.cell} (${shape.inputs}, ${shape.hidden})`;
    const x = new Random(1).floats(shape.inputs * 130, 1);
    const tensors = cells(u, 2, "", shape);
    check(`${name} runs, and relaxed is near base`, () => {
      using base = u.Model.fromTensors(tensors, { deterministic: true });
      using best = u.Model.fromTensors(tensors);
      const { output } = base.run(x);
      same("build", base.memory.build, "base");
      within("relaxed - base", difference(output, best.run(x).output), 1e-5);
      bits.add(output);
      bits.add(base.run(x, { batch: 2, lengths: [65, 31] }).output);
    });
    if (shape.bidirectional) continue;
    check(`${name} gives the same bits step by step, in a block, as a sequence`, () => {
      using model = u.Model.fromTensors(tensors);
      const { output } = model.run(x);
      const stream = model.stream();
      const row = new Float32Array(model.outputSize);
      const bytes = model.memory.bytes;
      for (let t = 0; t < 130; t++) {
        stream.step(x.subarray(t * shape.inputs, (t + 1) * shape.inputs), row);
        equal(`step ${t}`, row, output.subarray(t * row.length, (t + 1) * row.length));
      }
      stream.reset();
      equal("block", stream.process(x), output);
      same("memory", model.memory.bytes, bytes);
    });
  }

  check("a model file with every kind of layer, and a text", () => {
    using model = u.Model.fromSafetensors(classifier(u), { deterministic: true });
    same("labels", model.description.labels?.join(), "α,b,c,d,e");
    same("layers", model.layers.map((l) => l.type).join(), "embedding,gru,last,linear,softmax");
    const { output } = model.run(TEXT);
    within("sum - 1", Math.abs(output.reduce((a, b) => a + b) - 1), 1e-6);
    bits.add(output);
    bits.add(model.encode(TEXT));
  });

  check("a module compiled by the user", () => {
    const x = new Random(3).floats(64 * 4, 1);
    using own = subject(u, { deterministic: true });
    using given = subject(u, { deterministic: true, module: job.module ?? u.compile({ deterministic: true }) });
    equal("output", given.run(x).output, own.run(x).output);
    refuses(u, TypeError, "module: expected a WebAssembly.Module", () => subject(u, { module: {} }));
  });

  check("errors say what was expected", () => {
    const file = classifier(u);
    refuses(u, "truncated", "safetensors: ", () => u.Model.fromSafetensors(file.subarray(0, 400)));
    refuses(u, "header", "expected a header of UTF-8 JSON", () => u.readSafetensors(Uint8Array.of(4, 0, 0, 0, 0, 0, 0, 0, 123, 34, 255, 34)));
    refuses(u, "tensor", "no layer uses spare", () => u.Model.fromTensors([...cells(u, 1, "", shapes[0]), u.tensor("spare", [1], new Float32Array(1))], { layers: [{ type: "rnn", weights: "" }] }));
    const model = subject(u);
    const stream = model.stream();
    const other = u.Model.fromTensors(cells(u, 7, "", { cell: "lstm", inputs: 64, hidden: 64 }));
    refuses(u, RangeError, "x: expected 64", () => stream.step(new Float32Array(63)));
    refuses(u, RangeError, "input: expected rows of 64", () => stream.process(new Float32Array(65)));
    refuses(u, RangeError, "output: expected 128", () => stream.process(new Float32Array(128), new Float32Array(127)));
    refuses(u, "state", "state: expected a state of model", () => other.stream(stream.save()));
    model.dispose();
    refuses(u, TypeError, "disposed", () => stream.step(new Float32Array(64)));
  });

  let state = "";
  const leg = new Hash();
  check("a stream goes on where another host left it", () => {
    using model = subject(u, { deterministic: true });
    const stream = job.state === "" ? model.stream() : model.stream(fromHex(job.state));
    goOn(stream, job.steps, leg);
    state = toHex(stream.save());
  });

  check("a state saved by one build goes on in the other", () => {
    using base = subject(u, { deterministic: true });
    using best = subject(u);
    const stream = base.stream();
    goOn(stream, 0, new Hash());
    best.stream(stream.save());
  });

  let build = "none";
  const microseconds: { best?: number; base?: number } = {};
  check("the build is the host's best", () => {
    using best = subject(u);
    using base = subject(u, { deterministic: true });
    build = best.memory.build;
    if (job.time.includes("best")) microseconds.best = timeStep(best, job.rounds, now);
    if (job.time.includes("base")) microseconds.base = timeStep(base, job.rounds, now);
  });
  return { build, passed, failures, hash: bits.value, state, leg: leg.value, microseconds };
}

/** LEG steps from step `from` on; each step's input depends on its number alone. */
function goOn(stream: Stream, from: number, hash: Hash): void {
  for (let t = from; t < from + LEG; t++) hash.add(stream.step(new Random(1000 + t).floats(64, 1)));
}

/** Microseconds a step. */
function timeStep(model: Model, rounds: number, now: () => number): number {
  const stream = model.stream();
  const x = new Random(4).floats(64, 1);
  const y = new Float32Array(64);
  for (let i = 0; i < 10_000; i++) stream.step(x, y);
  const times = Array.from({ length: rounds }, () => {
    const start = now();
    for (let i = 0; i < 10_000; i++) stream.step(x, y);
    return (now() - start) / 10;
  });
  return Math.min(...times);
}

/** FNV-1a of the bits of floats. */
class Hash {
  #hash = 0x811c9dc5;

  add(values: Float32Array): void {
    for (const word of new Uint32Array(values.buffer, values.byteOffset, values.length)) this.#hash = Math.imul(this.#hash ^ word, 0x01000193);
  }

  get value(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, "0");
  }
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

function fromHex(digits: string): Uint8Array {
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}

function difference(a: Float32Array, b: Float32Array): number {
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    const d = Math.abs(a[i] - b[i]);
    if (!(d <= worst)) worst = Number.isNaN(d) ? Infinity : d;
  }
  return worst;
}

function same(label: string, got: unknown, expected: unknown): void {
  if (got !== expected) throw new Error(`${label}: expected ${expected}, got ${got}`);
}

function within(label: string, got: number, bound: number): void {
  if (!(got <= bound)) throw new Error(`${label}: expected at most ${bound}, got ${got}`);
}

function equal(label: string, got: Float32Array, expected: Float32Array): void {
  same(`${label} length`, got.length, expected.length);
  const at = got.findIndex((value, i) => !Object.is(value, expected[i]));
  if (at >= 0) throw new Error(`${label}[${at}]: expected ${expected[at]}, got ${got[at]}`);
}

/** `kind`: the error's class, or a FormatError's code. */
function refuses(u: Unrolled, kind: string | (new () => Error), text: string, run: () => void): void {
  try {
    run();
  } catch (error) {
    const known = typeof kind === "string" ? error instanceof u.FormatError && error.code === kind : error instanceof kind;
    if (!known || !(error as Error).message.includes(text)) throw new Error(`expected ${String(kind)} with "${text}", got ${error}`);
    return;
  }
  throw new Error(`expected an error with "${text}", got none`);
}
