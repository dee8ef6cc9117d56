import { checkFloats, kindOf } from "../check.ts";
import type { GraphProgram, LoadedBlock } from "./graph-program.ts";
import { loadWords, saveWords } from "./saved-words.ts";

/** What a stream leaves behind when it is forgotten. */
interface Slot {
  readonly program: GraphProgram;
  readonly address: number;
}

const forgotten = typeof FinalizationRegistry === "function" ? new FinalizationRegistry<Slot>(release) : undefined;

function release({ program, address }: Slot): void {
  if (program.player.arena.memory) program.player.arena.release(address, program.words * 4);
}

/** One state of a graph, which advances a timestep at a time. */
export class GraphStream {
  readonly #program: GraphProgram;
  /** The block of one row. */
  readonly #one: LoadedBlock;
  /** The state's address; 0 once it is given back. */
  #state: number;

  /** @internal */
  constructor(program: GraphProgram, saved?: Uint8Array) {
    const words = saved === undefined ? program.initial : loadWords(saved, program.words, program.fingerprint());
    this.#program = program;
    this.#one = program.blocks[program.blocks.length - 1];
    this.#state = program.player.arena.allocate(program.words * 4);
    program.player.arena.i32.set(words, this.#state >> 2);
    forgotten?.register(this, { program, address: this.#state }, this);
  }

  /**
   * One timestep: x [inputSize] floats, or an id, to y [outputSize]. Returns `y`.
   * Without `y` a new array is made; with it nothing is allocated.
   * Throws TypeError or RangeError, with the state as it was.
   */
  step(x: ArrayLike<number> | number, y: Float32Array = new Float32Array(this.#program.outputSize)): Float32Array {
    const { inputSize, outputSize, ids } = this.#program;
    this.#check();
    if (!(y instanceof Float32Array) || y.length !== outputSize) checkFloats("y", y, outputSize);
    if (ids && inputSize === 1 && typeof x === "number") this.#write(this.#one, x, 0);
    else {
      if (typeof x !== "object" || x === null)
        throw new TypeError(`x: expected ${inputSize} numbers, got ${kindOf(x)}`);
      if (x.length !== inputSize) throw new RangeError(`x: expected ${inputSize} values, got ${x.length}`);
      this.#read(this.#one, x, 0);
    }
    this.#play(this.#one);
    this.#give(this.#one, y, 0);
    return y;
  }

  /**
   * A block of timesteps in few calls: input [n, inputSize] to output [n, outputSize], bit for bit as `step` gives
   * them. Nothing is allocated where `output` is given; it may be `input`. Returns `output`.
   * Throws TypeError or RangeError, with the state as it was, or for an id that is none, behind the rows before it.
   */
  process(input: ArrayLike<number>, output?: Float32Array): Float32Array {
    const { inputSize, outputSize, blocks } = this.#program;
    this.#check();
    if (typeof input !== "object" || input === null)
      throw new TypeError(`input: expected an array of numbers, got ${kindOf(input)}`);
    const steps = input.length / inputSize;
    if (steps !== Math.trunc(steps))
      throw new RangeError(`input: expected rows of ${inputSize} values, got ${input.length} values`);
    if (output === undefined) output = new Float32Array(steps * outputSize);
    if (!(output instanceof Float32Array) || output.length !== steps * outputSize)
      checkFloats("output", output, steps * outputSize);
    let t = 0;
    for (let b = 0; b < blocks.length; b++) {
      const block = blocks[b];
      for (; t + block.rows <= steps; t += block.rows) {
        this.#read(block, input, t * inputSize);
        this.#play(block);
        this.#give(block, output, t * outputSize);
      }
    }
    return output;
  }

  /** Back to the state before the first timestep. */
  reset(): void {
    this.#check();
    this.#program.player.arena.i32.set(this.#program.initial, this.#state >> 2);
  }

  /** The state as bytes: versioned, tied to the graph and its weights, the same on every machine. */
  save(): Uint8Array {
    this.#check();
    const { player, words, fingerprint } = this.#program;
    return saveWords(player.arena.i32.subarray(this.#state >> 2, (this.#state >> 2) + words), fingerprint());
  }

  /** Continues from saved bytes. Throws FormatError, with the state as it was, where they are not this model's. */
  load(saved: Uint8Array): void {
    this.#check();
    const { player, words, fingerprint } = this.#program;
    player.arena.i32.set(loadWords(saved, words, fingerprint()), this.#state >> 2);
  }

  /** A stream in the same state, which goes its own way. */
  clone(): GraphStream {
    this.#check();
    const stream = new GraphStream(this.#program);
    const from = this.#state >> 2;
    this.#program.player.arena.i32.copyWithin(stream.#state >> 2, from, from + this.#program.words);
    return stream;
  }

  /** Gives the state's memory back; the stream refuses use from here on. */
  dispose(): void {
    if (this.#state === 0) return;
    forgotten?.unregister(this);
    release({ program: this.#program, address: this.#state });
    this.#state = 0;
  }

  /** The same, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #check(): void {
    if (!this.#program.player.arena.memory) throw new TypeError("stream: expected an open model, got a disposed one");
    if (this.#state === 0) throw new TypeError("stream: expected an open stream, got a disposed one");
  }

  /** A block's rows of `from`, from `at` on. */
  #read(block: LoadedBlock, from: ArrayLike<number>, at: number): void {
    const count = block.rows * this.#program.inputSize;
    if (this.#program.ids) {
      for (let k = 0; k < count; k++) this.#write(block, from[at + k], k);
      return;
    }
    const { f32 } = this.#program.player.arena;
    for (let k = 0, to = block.x; k < count; k++) f32[to + k] = from[at + k];
  }

  #write({ x }: LoadedBlock, id: number, k: number): void {
    if (id !== (id | 0)) throw new RangeError(`x: expected a whole number that int32 holds, got ${id}`);
    this.#program.player.arena.i32[x + k] = id;
  }

  /** Plays a block from the state to the next. */
  #play({ loaded, from, to }: LoadedBlock): void {
    const { player, counts, places } = this.#program;
    const { i32 } = player.arena;
    const state = this.#state >> 2;
    for (let i = 0; i < counts.length; i++) i32.copyWithin(from[i], state + places[i], state + places[i] + counts[i]);
    player.play(loaded);
    for (let i = 0; i < counts.length; i++) i32.copyWithin(state + places[i], to[i], to[i] + counts[i]);
  }

  #give({ rows, y }: LoadedBlock, output: Float32Array, at: number): void {
    const {
      player: { arena },
      floats,
      outputSize,
    } = this.#program;
    const values = floats ? arena.f32 : arena.i32;
    for (let k = 0, count = rows * outputSize; k < count; k++) output[at + k] = values[y + k];
  }
}
