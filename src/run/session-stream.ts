import { kindOf } from "../check.ts";
import type { Fingerprint } from "../bind/fingerprint.ts";
import type { Carry, Port } from "../graph/graph.ts";
import type { Program } from "../bind/program.ts";
import type { Bindings } from "./bindings.ts";
import type { Feed, SessionData } from "./feeds.ts";
import { loadWords, saveWords } from "./saved-words.ts";
import { bindStream, openDims, sizesOf, type Carried, type Sizes, type StreamBinding } from "./stream-binding.ts";

/** How a stream's steps hang together. */
export interface StreamOptions {
  /** Which output becomes which input of the next step. Default what the graph's file says. */
  readonly carry?: Carry;
  /** Inputs whose values never change. */
  readonly constants?: { readonly [name: string]: Feed };
}

/** Calls of a graph one after the other, the state inside. */
export class SessionStream {
  readonly #bindings: Bindings;
  readonly #bind: (sizes: Sizes) => StreamBinding;
  readonly #dims: Sizes;
  /** The inputs that a step gives. */
  readonly #inputs: readonly Port[];
  /** Undefined until the first step gives the sizes that are open. */
  #bound: StreamBinding | undefined;
  /** A state that waits for the sizes. */
  #saved: Uint8Array | undefined;
  #print: Fingerprint | undefined;
  #open = true;

  /** @internal */
  constructor(program: Program, bindings: Bindings, dims: Sizes, options: StreamOptions) {
    const { carry = program.carried, constants = {} } = options;
    const names = (ports: readonly Port[]) => ports.map((p) => p.name).join(", ");
    if (!carry) throw new TypeError(`carry: expected names of outputs: ${names(program.outputs)}, got none`);
    for (const [output, input] of Object.entries(carry)) {
      if (!program.outputs.some((p) => p.name === output))
        throw new TypeError(`carry: expected names of outputs: ${names(program.outputs)}, got ${output}`);
      if (!program.inputs.some((p) => p.name === input))
        throw new TypeError(`carry.${output}: expected the name of an input: ${names(program.inputs)}, got ${input}`);
    }
    for (const name of Object.keys(constants)) {
      if (!program.inputs.some((p) => p.name === name))
        throw new TypeError(`constants: expected names of inputs: ${names(program.inputs)}, got ${name}`);
    }
    const results = program.outputs.filter((p) => !Object.hasOwn(carry, p.name));
    if (results.length !== 1)
      throw new TypeError(`stream: expected one output beside those that are carried, got ${results.length}`);
    const fed = new Set([...Object.values(carry), ...Object.keys(constants)]);
    this.#bindings = bindings;
    this.#dims = dims;
    this.#inputs = program.inputs.filter((p) => !fed.has(p.name));
    this.#bind = (sizes) => bindStream(program, bindings, sizes, carry, constants);
    if (openDims(this.#inputs, dims).length === 0) this.#bound = this.#bind(dims);
  }

  /**
   * One step: x holds the numbers of the one input that is neither carried nor constant, or feeds by name; y takes
   * those of the one output that is not carried. With `y` nothing is allocated, but for sizes that are open: the first
   * step gives them. Returns `y`, or a fresh array. Throws TypeError or RangeError, with the state as it was.
   */
  step<Y extends SessionData = Float32Array>(x: SessionData | { readonly [name: string]: SessionData }, y?: Y): Y {
    this.#check();
    const alone = ArrayBuffer.isView(x);
    if (alone && this.#inputs.length !== 1)
      throw new TypeError(`x: expected feeds by name: ${this.#inputs.map((p) => p.name).join(", ")}, got ${kindOf(x)}`);
    const bound = this.#bound ?? this.#first(x);
    if (this.#saved) this.load(this.#saved);
    for (let i = 0; i < this.#inputs.length; i++) this.#write(bound, i, alone ? x : x?.[this.#inputs[i].name]);
    const { arena } = this.#bindings.player;
    const { binding, carried } = bound;
    for (const c of carried) if (c.input >= 0) arena.i32.copyWithin(c.input >> 2, c.kept >> 2, (c.kept + c.bytes) >> 2);
    this.#bindings.player.play(binding.loaded);
    for (const c of carried) arena.i32.copyWithin(c.kept >> 2, c.output >> 2, (c.output + c.bytes) >> 2);
    return binding.outputs[bound.result].read(arena, y).data as Y;
  }

  /** Back to the zero state. */
  reset(): void {
    this.#check();
    this.#saved = undefined;
    for (const { kept, bytes } of this.#bound?.carried ?? [])
      this.#bindings.player.arena.i32.fill(0, kept >> 2, (kept + bytes) >> 2);
  }

  /**
   * The state as bytes: versioned, tied to the graph at these sizes and its weights, the same on every machine.
   * Throws TypeError where sizes are open and no step has given them.
   */
  save(): Uint8Array {
    this.#check();
    const bound = this.#bound;
    if (!bound) throw new TypeError(`stream: expected ${this.#openNames()} in dims, or a step before save`);
    if (this.#saved) this.load(this.#saved);
    return saveWords(
      Int32Array.from(bound.carried.flatMap((c) => Array.from(this.#kept(c)))),
      this.#fingerprint(bound),
    );
  }

  /**
   * Continues from saved bytes. Throws FormatError, with the state as it was, where they are not this graph's: where
   * sizes are open, at the step that gives them.
   */
  load(saved: Uint8Array): void {
    this.#check();
    const bound = this.#bound;
    if (!bound) {
      if (!(saved instanceof Uint8Array)) throw new TypeError(`state: expected a Uint8Array, got ${kindOf(saved)}`);
      this.#saved = saved.slice();
      return;
    }
    const count = bound.carried.reduce((sum, c) => sum + c.bytes / 4, 0);
    const words = loadWords(saved, count, this.#fingerprint(bound));
    this.#saved = undefined;
    let at = 0;
    for (const c of bound.carried) this.#kept(c).set(words.subarray(at, (at += c.bytes / 4)));
  }

  /** Gives the state's memory back; the stream refuses use from here on. */
  dispose(): void {
    if (!this.#open) return;
    this.#open = false;
    for (const { kept, bytes } of this.#bound?.carried ?? []) this.#bindings.player.arena.release(kept, bytes);
  }

  /** The same, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #check(): void {
    if (!this.#open) throw new TypeError("stream: expected an open stream, got a disposed one");
  }

  #kept({ kept, bytes }: Carried): Int32Array {
    return this.#bindings.player.arena.i32.subarray(kept >> 2, (kept + bytes) >> 2);
  }

  #fingerprint({ binding }: StreamBinding): Fingerprint {
    return (this.#print ??= binding.fingerprint());
  }

  #openNames(): string {
    return openDims(this.#inputs, this.#dims).join(", ");
  }

  /** Binds the sizes that the first step's numbers give. */
  #first(x: SessionData | { readonly [name: string]: SessionData }): StreamBinding {
    const feeds = this.#inputs.map(({ name }) => (ArrayBuffer.isView(x) ? x : x?.[name]));
    feeds.forEach((data, i) => checkKind(this.#inputs[i], data));
    const counts = feeds.map((data) => data!.length);
    return (this.#bound = this.#bind(sizesOf(this.#inputs, counts, this.#dims)));
  }

  #write({ addresses, counts }: StreamBinding, i: number, data: SessionData | undefined): void {
    const port = this.#inputs[i];
    checkKind(port, data);
    if (data!.length !== counts[i])
      throw new RangeError(`${port.name}: expected ${counts[i]} values, got ${data!.length}`);
    const at = addresses[i] >> 2;
    if (addresses[i] < 0) return;
    const { f32, i32 } = this.#bindings.player.arena;
    if (data instanceof Float32Array) f32.set(data, at);
    else for (let k = 0; k < data!.length; k++) i32[at + k] = Number(data![k]);
  }
}

function checkKind({ name, dtype }: Port, data: SessionData | undefined): void {
  const fits =
    dtype === "float32" ? data instanceof Float32Array : data instanceof Int32Array || data instanceof BigInt64Array;
  if (!fits)
    throw new TypeError(
      `${name}: expected ${dtype === "float32" ? "a Float32Array" : "an Int32Array or BigInt64Array"}, got ${kindOf(data)}`,
    );
}
