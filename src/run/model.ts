import { checkFloats, FormatError, shown } from "../check.ts";
import { readSafetensors } from "../formats/safetensors.ts";
import { buildNet, type Net, type Program } from "../model/build.ts";
import { checkDescription, type Description } from "../model/description.ts";
import { checkPrecision, type Precision } from "../pack/matrix.ts";
import { inferDescription } from "../model/infer.ts";
import { Tensors, type Tensor } from "../model/tensor.ts";
import type { Layer } from "../layers/layer.ts";
import type { Region } from "../memory/plan.ts";
import { schedule } from "./batch.ts";
import { readItems, type Items } from "./items.ts";
import { runSequences } from "./sequence.ts";
import { checkState, emptyState, readState, writeState, type State } from "./state.ts";
import { Stream } from "./stream.ts";
import { Workspace } from "./workspace.ts";

/** A description, where the file has none or another is wanted, and how to run. */
export interface ModelOptions extends Partial<Description> {
  /** Runs the base build, whose bits are the same on every runtime and processor. Default false. */
  readonly deterministic?: boolean;
  /**
   * How matrices are kept: "int8" and "int16" quantize them as they load, one scale a row, and x and h
   * at every timestep, with at most 15 bits; biases, gates and cell states stay float32. A row of x or h with
   * NaN or Infinity gives NaN. Default: as the file has them (`unrolled quantize` writes integers).
   */
  readonly weights?: Precision;
}

/** How to run sequences. */
export interface RunOptions {
  /** Sequences in x, one after the other. Without it x is one sequence, and outputs have no batch dimension. */
  readonly batch?: number;
  /** Timesteps of each sequence, at least 1, where they differ. */
  readonly lengths?: ArrayLike<number>;
  /** The state to begin with. Default zero. */
  readonly state?: State;
  /** Every timestep's output, or only each sequence's last. Default "all". */
  readonly output?: "all" | "last";
  /** Arrays of an earlier, equally shaped run to write into: then nothing is allocated. */
  readonly into?: RunResult;
}

/** What a run gives. */
export interface RunResult {
  /**
   * [steps, outputSize], or [batch, steps, outputSize] with zeros past each length.
   * For a net with `last`, and for `output: "last"`, [outputSize] or [batch, outputSize]:
   * the final hidden state where the net ends in a cell, else the last timestep's output.
   */
  readonly output: Float32Array;
  /** The state after each sequence's last timestep. */
  readonly state: State;
}

/** A trained net, ready to run. */
export class Model {
  readonly #net: Net;
  readonly #workspace: Workspace;
  #state = 0;
  #batch = 0;

  private constructor(net: Net) {
    this.#net = net;
    this.#workspace = new Workspace(net);
  }

  /**
   * Loads a safetensors file: PyTorch's state_dict, and the description under the
   * metadata key `unrolled`, in `options`, or inferred where the tensors leave one
   * reading. Throws FormatError where file or description cannot be run exactly.
   */
  static fromSafetensors(file: Uint8Array | ArrayBuffer, options: ModelOptions = {}): Model {
    const { tensors, metadata } = readSafetensors(file instanceof ArrayBuffer ? new Uint8Array(file) : file);
    return Model.fromTensors(tensors, options, metadata.get("unrolled"));
  }

  /** The same from tensors already read; `json` is a description's text. */
  static fromTensors(tensors: readonly Tensor[], options: ModelOptions = {}, json?: string): Model {
    const { deterministic = false, weights, ...given } = options;
    checkPrecision(weights);
    const description = checkDescription(given.layers ? given : { ...(json === undefined ? inferDescription(new Tensors(tensors)) : parse(json)), ...given });
    return new Model(buildNet(description, tensors, deterministic, weights));
  }

  /** What the net is made of. */
  get layers(): readonly Pick<Layer, "type" | "weights" | "inputSize" | "outputSize" | "parameters" | "directions">[] {
    return this.#net.layers;
  }

  get description(): Description {
    return this.#net.description;
  }

  /** Features of an item; for ids and bytes, how many there are. */
  get inputSize(): number {
    return this.#net.layers[0].inputSize;
  }

  get outputSize(): number {
    return this.#net.program.outputSize;
  }

  /**
   * The recurrent layers' states, in the order in which State holds them:
   * h is [cells, (batch,) h] and an LSTM's c [cells, (batch,) c], cells = layers * directions.
   */
  get states(): readonly { readonly weights: string; readonly cells: number; readonly h: number; readonly c: number }[] {
    return this.#net.layers.filter((l) => l.directions).map(({ weights, records }) => ({ weights, cells: records.length, ...records[0].state! }));
  }

  /** What runs and where it stands: the build, the memory's bytes, and its regions. */
  get memory(): { readonly build: string; readonly bytes: number; readonly regions: readonly Region[] } {
    const { build, arena, regions } = this.#net;
    return { build, bytes: arena.bytes, regions };
  }

  /** Runs one sequence, or a batch of them, each from its first timestep to its last. */
  run(x: Items, options: RunOptions = {}): RunResult {
    const program = options.output === "last" && this.#endsInCell() ? this.#net.summary : this.#net.program;
    return this.#run(x, program, options);
  }

  /** The final hidden state of the last cell, both directions' for a bidirectional one: [width], or [batch, width]. */
  encode(x: Items, options: Pick<RunOptions, "batch" | "lengths" | "state"> = {}): Float32Array {
    return this.#run(x, this.#net.summary, options).output;
  }

  /** A new recurrent state on these weights, zero or as saved. Throws TypeError for a bidirectional net. */
  stream(saved?: Uint8Array): Stream {
    this.#check();
    if (this.#net.bidirectional) {
      throw new TypeError("stream: expected a net that runs forward, got one whose outputs need the whole sequence, as it also runs backward: use run");
    }
    return new Stream(this.#net, this.#workspace, saved);
  }

  /** Lets the memory go; model and streams refuse use from here on. */
  dispose(): void {
    this.#net.open = false;
    this.#net.arena.close();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #endsInCell(): boolean {
    return this.#net.layers[this.#net.layers.length - 1].directions > 0;
  }

  #run(x: Items, program: Program, { batch = 1, lengths, state, output = "all", into }: RunOptions): RunResult {
    this.#check();
    if (output !== "all" && output !== "last") throw new TypeError(`output: expected "all" or "last", got ${JSON.stringify(output)}`);
    const net = this.#net;
    const items = readItems(net, x);
    const s = schedule(net, this.#workspace, items.count, batch, lengths);
    if (state) checkState("state", net, state, batch);
    const rows = program.body < program.records || output === "last" ? batch : items.count;
    if (into) {
      checkFloats("into.output", into.output, rows * program.outputSize);
      checkState("into.state", net, into.state, batch);
      if (lengths) into.output.fill(0);
    }
    const result = into ?? { output: new Float32Array(rows * program.outputSize), state: emptyState(net, batch) };
    const at = this.#begin(batch);
    if (state) writeState(net, at, state, batch, s.order);
    runSequences(net, this.#workspace, program, items, s, at, result.output, output === "all");
    readState(net, at, result.state, batch, s.order);
    return result;
  }

  /** A block for `batch` sequences' states, zero. */
  #begin(batch: number): number {
    const { arena, stateSize } = this.#net;
    if (batch > this.#batch) {
      if (this.#state) arena.release(this.#state, this.#batch * stateSize * 4);
      this.#state = arena.allocate(batch * stateSize * 4);
      this.#batch = batch;
    }
    arena.f32.fill(0, this.#state >> 2, (this.#state >> 2) + batch * stateSize);
    return this.#state;
  }

  #check(): void {
    if (!this.#net.open) throw new TypeError("model: expected an open model, got a disposed one");
  }
}

function parse(json: string): Description {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new FormatError("description", `metadata key "unrolled": expected JSON: ${(error as Error).message}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new FormatError("description", `description: expected an object, got ${shown(value)}`);
  return value as Description; // checkDescription sees to the rest
}
