// What every host runs: the whole of the package with nothing of the host's but a clock.
import type { Model } from "unrolled";
import { Random } from "../support/random.ts";
import { difference, equal, Hash, refuses, same, within } from "./expect.ts";
import { cells, classifier, subject, type Shape, type Unrolled } from "./nets.ts";
import { fromHex, goOn, toHex } from "./relayed.ts";

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

const SHAPES: Shape[] = [
  { cell: "rnn", inputs: 7, hidden: 17 },
  { cell: "lstm", inputs: 3, hidden: 31, layers: 2 },
  { cell: "gru", inputs: 16, hidden: 8, layers: 2 },
  { cell: "lstm", inputs: 5, hidden: 9, bidirectional: true },
  { cell: "gru", inputs: 1, hidden: 65, bidirectional: true },
];

const TEXT = "Grüße, 世界 \u{1f30d} \ud800!";

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

  for (const shape of SHAPES) {
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
    const ids = [...Array(70).keys()];
    const stream = model.stream();
    const steps = ids.map((id) => stream.step(id));
    steps.forEach((row, t) =>
      equal(
        `block, row ${t}`,
        model
          .stream()
          .process(ids)
          .subarray(t * row.length, (t + 1) * row.length),
        row,
      ),
    );
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
    refuses(u, "header", "expected a header of UTF-8 JSON", () =>
      u.readSafetensors(Uint8Array.of(4, 0, 0, 0, 0, 0, 0, 0, 123, 34, 255, 34)),
    );
    refuses(u, "tensor", "no layer uses spare", () =>
      u.Model.fromTensors([...cells(u, 1, "", SHAPES[0]), u.tensor("spare", [1], new Float32Array(1))], {
        layers: [{ type: "rnn", weights: "" }],
      }),
    );
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
