import { checkFloats, checkObject, shown } from "../check.ts";
import { checkOpen, type Net, type Program } from "../model/build.ts";
import { schedule } from "./batch.ts";
import { checkApart, readItems, type Items } from "./items.ts";
import type { RunOptions, RunResult } from "./options.ts";
import { runSequences } from "./sequence.ts";
import { checkState, emptyState, readParts, readState, writeState, type State } from "./state.ts";
import { Workspace } from "./workspace.ts";

/** Runs whole sequences on a net, each from a state of its own. */
export class Runner {
  readonly workspace: Workspace;
  readonly net: Net;
  #state = 0;
  #batch = 0;

  constructor(net: Net) {
    this.net = net;
    this.workspace = new Workspace(net);
  }

  /** Runs one sequence, or a batch, through a program of the net. */
  run(
    x: Items,
    program: Program,
    batch = 1,
    given?: RunOptions["lengths"],
    from?: State,
    output: RunOptions["output"] = "all",
    target?: RunResult,
  ): RunResult {
    if (output !== "all" && output !== "last")
      throw new TypeError(`output: expected "all" or "last", got ${shown(output)}`);
    const { net } = this;
    const items = readItems(net, x);
    const lengths = given && Array.from(given);
    const state = from === undefined ? undefined : readParts("state", from);
    if (target !== undefined) checkObject("into", target, "{ output, state }");
    const written = target?.output;
    const end = target && readParts("into.state", target.state);
    checkOpen("model", net); // no code of the caller's runs from here on
    const s = schedule(net, this.workspace, items.count, batch, lengths);
    if (state) checkState("state", net, state, batch);
    const rows = program.body < program.records || output === "last" ? batch : items.count;
    if (end) {
      checkFloats("into.output", written, rows * program.outputSize);
      checkState("into.state", net, end, batch);
      checkApart(items, written!, end);
    }
    const y = written ?? new Float32Array(rows * program.outputSize);
    const after = end ?? emptyState(net, batch);
    const at = this.begin(batch);
    if (state) writeState(net, at, state, batch, s.order);
    if (target && lengths) y.fill(0);
    runSequences(net, this.workspace, program, items, s, at, y, output === "all");
    readState(net, at, after, batch, s.order);
    return target ?? { output: y, state: after };
  }

  /** A block for `batch` sequences' states, zero. */
  begin(batch: number): number {
    const { arena, stateSize } = this.net;
    if (batch > this.#batch) {
      const larger = arena.allocate(batch * stateSize * 4); // may throw: then all stays as it was
      if (this.#state) arena.release(this.#state, this.#batch * stateSize * 4);
      this.#state = larger;
      this.#batch = batch;
    }
    arena.f32.fill(0, this.#state >> 2, (this.#state >> 2) + batch * stateSize);
    return this.#state;
  }
}
