/// <reference lib="esnext.disposable" preserve="true" />
import { checkFloats, kindOf } from "../check.ts";
import { checkOpen, type Net } from "../model/build.ts";
import { checkId, checkItem, overlap, readNumbers } from "./items.ts";
import { loadState, saveState } from "./save.ts";
import { CHUNK_ROWS, type Workspace } from "./workspace.ts";

/** What a forgotten stream leaves behind. */
interface Slot {
  readonly net: Net;
  readonly address: number;
}

/** workerd has none before compatibility date 2025-05-05: there a stream's memory comes back by `dispose` alone. */
const forgotten = typeof FinalizationRegistry === "function" ? new FinalizationRegistry<Slot>(release) : undefined;

function release({ net, address }: Slot): void {
  if (net.open) net.arena.release(address, net.stateSize * 4);
}

/** Copies `from` to `out` at `at`: by `set` from 8 elements on, where its 15 ns are less than the loop's. */
function copyTo(out: Float32Array | Int32Array, at: number, from: ArrayLike<number>): void {
  if (from.length >= 8) out.set(from, at);
  else for (let k = 0; k < from.length; k++) out[at + k] = from[k];
}

/** Whether each value is written where it was read. */
function isInPlace(input: ArrayLike<number>, output: Float32Array, alike: boolean): boolean {
  return alike && input instanceof Float32Array && input.byteOffset === output.byteOffset;
}

/** What a stream stands on, and its state's address. @internal */
export interface Inside {
  readonly net: Net;
  readonly workspace: Workspace;
  readonly state: number;
}

/** Throws TypeError where stream or model is disposed. @internal */
export let insideOf: (stream: Stream) => Inside;

/** Of a disposed stream too. @internal */
export let layersOf: (stream: Stream) => Net["layers"];

/** One recurrent state on a model's weights, which advances a timestep at a time. */
export class Stream {
  readonly #net: Net;
  readonly #workspace: Workspace;
  readonly #ids: boolean;
  readonly #inputs: number;
  readonly #outputs: number;
  #state: number;

  static {
    layersOf = (stream) => stream.#net.layers;
    insideOf = (stream) => {
      stream.#check();
      return { net: stream.#net, workspace: stream.#workspace, state: stream.#state };
    };
  }

  /** @internal */
  constructor(net: Net, workspace: Workspace, saved: Uint8Array | undefined) {
    if (net.bidirectional)
      throw new TypeError("stream: expected a net that runs forward, got one that also runs backward: use run");
    this.#net = net;
    this.#workspace = workspace;
    this.#ids = net.layers[0].type === "embedding";
    this.#inputs = net.layers[0].inputSize;
    this.#outputs = net.program.outputSize;
    const slot = { net, address: net.arena.allocate(net.stateSize * 4) };
    this.#state = slot.address;
    forgotten?.register(this, slot, this);
    if (saved !== undefined) {
      try {
        loadState(net, slot.address, saved);
      } catch (error) {
        this.dispose();
        throw error;
      }
    }
  }

  /**
   * One timestep: x [inputSize] floats, or an id, to y [outputSize]. Returns `y`.
   * Without `y` a new array is made; with it nothing is allocated.
   * Throws TypeError or RangeError, with the state as it was.
   */
  step(x: ArrayLike<number> | number, y: Float32Array = new Float32Array(this.#outputs)): Float32Array {
    const net = this.#net;
    const workspace = this.#workspace;
    const outputs = this.#outputs;
    // A getter may dispose.
    if (!this.#ids && typeof x === "object" && x !== null && !ArrayBuffer.isView(x)) x = readNumbers(x, "x", false);
    if (this.#state === 0 || !net.open) this.#check();
    if (!(y instanceof Float32Array) || y.length !== outputs) checkFloats("y", y, outputs);
    if (this.#ids) {
      if (typeof x !== "number") throw new TypeError(`x: expected an id, got ${kindOf(x)}`);
      checkId("x", x, this.#inputs);
      net.arena.i32[workspace.a >> 2] = x;
    } else {
      if (typeof x !== "object" || x === null)
        throw new TypeError(`x: expected an array of ${this.#inputs} features, got ${kindOf(x)}`);
      if (x.length !== this.#inputs) checkItem(net, x);
      copyTo(net.arena.f32, workspace.a >> 2, x);
    }
    const { address, records } = net.program;
    const result = net.kernels.forward(
      address,
      records,
      this.#state,
      workspace.a,
      workspace.b,
      workspace.scratch,
      1,
      1,
      0,
      1,
    );
    copyTo(y, 0, workspace.result(result, outputs));
    return y;
  }

  /**
   * A block of timesteps in few calls: input [n, inputSize] floats, or n ids, to
   * output [n, outputSize], bit for bit as `step` gives them. Nothing is allocated where
   * `output` is given; it may be `input` where both have one size. Returns `output`.
   * Throws TypeError or RangeError, with the state as it was.
   */
  process(input: ArrayLike<number>, output?: Float32Array): Float32Array {
    const net = this.#net;
    const { program, arena, kernels } = net;
    const { a, b, scratch } = this.#workspace;
    const ids = this.#ids;
    const width = ids ? 1 : this.#inputs;
    const outputs = this.#outputs;
    if (ids || input?.length === 0 || !ArrayBuffer.isView(input)) input = readNumbers(input, "input", ids);
    if (this.#state === 0 || !net.open) this.#check();
    const steps = input.length / width;
    if (steps !== Math.trunc(steps))
      throw new RangeError(`input: expected rows of ${width} features, got ${input.length} values`);
    if (output === undefined) output = new Float32Array(steps * outputs);
    if (!(output instanceof Float32Array) || output.length !== steps * outputs)
      checkFloats("output", output, steps * outputs);
    if (overlap(input, output) && !isInPlace(input, output, width === outputs)) {
      throw new TypeError("output: expected input itself or memory apart from it, got an array that shares a part");
    }
    if (ids) for (let t = 0; t < steps; t++) checkId("input", input[t], this.#inputs, t);
    const { f32, i32 } = arena;
    const most = program.body < program.records ? 1 : CHUNK_ROWS; // `last` gives one row a call
    for (let t = 0; t < steps; t += most) {
      const rows = Math.min(most, steps - t);
      const values = rows * width;
      const from = t * width;
      const into = a >> 2;
      if (values === input.length) copyTo(ids ? i32 : f32, into, input);
      else if (ids) for (let k = 0; k < values; k++) i32[into + k] = input[from + k];
      else for (let k = 0; k < values; k++) f32[into + k] = input[from + k];
      const result = kernels.forward(program.address, program.records, this.#state, a, b, scratch, rows, 1, 0, rows);
      const to = t * outputs;
      const made = rows * outputs;
      if (made === output.length) copyTo(output, 0, this.#workspace.view(result, made));
      else for (let k = 0; k < made; k++) output[to + k] = f32[(result >> 2) + k];
    }
    return output;
  }

  /** Back to the zero state. */
  reset(): void {
    this.#check();
    const at = this.#state >> 2;
    this.#net.arena.f32.fill(0, at, at + this.#net.stateSize);
  }

  /** The state as bytes: versioned, tied to this model's weights, the same on every machine. */
  save(): Uint8Array {
    this.#check();
    return saveState(this.#net, this.#state);
  }

  /** Continues from saved bytes. Throws FormatError, with the state as it was, where they are not this model's. */
  load(saved: Uint8Array): void {
    this.#check();
    loadState(this.#net, this.#state, saved);
  }

  /** A stream in the same state, which goes its own way. */
  clone(): this {
    this.#check();
    const stream = new (this.constructor as new (...stand: ConstructorParameters<typeof Stream>) => this)(
      this.#net,
      this.#workspace,
      undefined,
    );
    const from = this.#state >> 2;
    this.#net.arena.f32.copyWithin(stream.#state >> 2, from, from + this.#net.stateSize);
    return stream;
  }

  /** Gives the state's memory back; the stream refuses use from here on. */
  dispose(): void {
    if (this.#state === 0) return;
    forgotten?.unregister(this);
    release({ net: this.#net, address: this.#state });
    this.#state = 0;
  }

  /** The same, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #check(): void {
    checkOpen("stream", this.#net);
    if (this.#state === 0) throw new TypeError("stream: expected an open stream, got a disposed one");
  }
}
