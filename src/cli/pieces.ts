import type { Model, RunOptions, RunResult, State } from "../index.ts";
import { concatenate, type Input } from "./input.ts";
import { progress } from "./progress.ts";

/** Rows of a batch, or timesteps of one sequence, between two looks at the clock. */
const ROWS = 32;
const STEPS = 1024;

/** What `Model.run` gives, with a bar: rows of a batch, or timesteps of a net that runs forward, are run in turns. */
export function runInPieces(model: Model, input: Input, output: RunOptions["output"]): RunResult {
  if (input.batch !== undefined) return runRows(model, input, input.batch, output);
  return runsForward(model) ? runSteps(model, input, output) : model.run(input.x, { ...input.options, output });
}

function runsForward(model: Model): boolean {
  try {
    model.stream().dispose();
    return true;
  } catch {
    return false;
  }
}

/** Each piece goes on from the state of the one before. */
function runSteps(model: Model, { x, steps, options }: Input, output: RunOptions["output"]): RunResult {
  const bar = progress(steps, "timesteps");
  const width = x.length / steps;
  const outputs: Float32Array[] = [];
  let { state } = options;
  for (let t = 0; t < steps; t += STEPS) {
    const result = model.run(x.slice(t * width, (t + STEPS) * width), { state, output });
    if (output === "last" || summed(model)) outputs.pop();
    outputs.push(result.output);
    state = result.state;
    bar.to(Math.min(t + STEPS, steps));
  }
  bar.end();
  return { output: concatenate(outputs), state: state! };
}

/** The rows of a batch do not know of each other. */
function runRows(model: Model, { x, options }: Input, batch: number, output: RunOptions["output"]): RunResult {
  const bar = progress(batch, "sequences");
  const size = x.length / batch;
  const results: RunResult[] = [];
  for (let row = 0; row < batch; row += ROWS) {
    const end = Math.min(row + ROWS, batch);
    const state = options.state && rowsOf(model, options.state, batch, row, end);
    const lengths = options.lengths && Array.from(options.lengths).slice(row, end);
    results.push(model.run(x.slice(row * size, end * size), { state, lengths, batch: end - row, output }));
    bar.to(end);
  }
  bar.end();
  const state = joined(
    model,
    results.map((r) => r.state),
    batch,
  );
  return { output: concatenate(results.map((r) => r.output)), state };
}

/** Whether a sequence gives one row. */
export const summed = (model: Model): boolean => model.layers.some((l) => l.type === "last");

/** Blocks of h, or of c, one a cell, in the order of State: features of one sequence. */
function blocks(model: Model, part: "h" | "c"): number[] {
  return model.states.flatMap((s) => (s[part] > 0 ? new Array<number>(s.cells).fill(s[part]) : []));
}

/** Rows `from` to `to` of a batch's state. */
function rowsOf(model: Model, state: State, batch: number, from: number, to: number): State {
  const part = (name: "h" | "c", values: Float32Array) => {
    let at = 0;
    return concatenate(
      blocks(model, name).map((size) => {
        const rows = values.subarray(at + from * size, at + to * size);
        at += batch * size;
        return rows;
      }),
    );
  };
  return state.c ? { h: part("h", state.h), c: part("c", state.c) } : { h: part("h", state.h) };
}

/** The state of a batch from those of its rows, ROWS at a time. */
function joined(model: Model, states: readonly State[], batch: number): State {
  const part = (name: "h" | "c") => {
    let at = 0;
    return concatenate(
      blocks(model, name).flatMap((size) => {
        const rows = states.map((state, i) => {
          const count = Math.min(ROWS, batch - i * ROWS);
          return state[name]!.subarray(at * count, (at + size) * count);
        });
        at += size;
        return rows;
      }),
    );
  };
  return states[0].c ? { h: part("h"), c: part("c") } : { h: part("h") };
}
