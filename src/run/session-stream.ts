import { kindOf } from "../check.ts";
import { fingerprintBound, type Fingerprint } from "../bind/fingerprint.ts";
import type { Constant, Port } from "../graph/graph.ts";
import { countOf, isFloat } from "../ops/op.ts";
import type { Program } from "../bind/program.ts";
import type { Binding, Bindings } from "./bindings.ts";
import { readFeed, readOutput, type Feed, type SessionData } from "./feeds.ts";
import { loadWords, saveWords } from "./saved-words.ts";

export interface StreamOptions {
  /** Which output becomes which input of the next step. */
  readonly carry: { readonly [output: string]: string };
  /** Inputs whose values never change. */
  readonly constants?: { readonly [name: string]: Feed };
}

/** One carried value: where the graph reads and writes it, and where it is kept between steps. */
interface Carried {
  /** The input's place among all: the order in which a state is saved. */
  readonly place: number;
  readonly input: number;
  readonly output: number;
  readonly bytes: number;
  readonly kept: number;
}

/** Calls of a graph one after the other, the state inside. */
export class SessionStream {
  readonly #bindings: Bindings;
  readonly #inputs: readonly Port[];
  readonly #outputs: readonly Port[];
  readonly #binding: Binding;
  /** Addresses of the inputs that a step gives, and their elements. */
  readonly #addresses: readonly number[];
  readonly #counts: readonly number[];
  readonly #carried: readonly Carried[];
  readonly #results: Binding["outputs"];
  #print: Fingerprint | undefined;
  #open = true;

  /** @internal */
  constructor(
    program: Program,
    bindings: Bindings,
    dims: { readonly [name: string]: number },
    { carry, constants = {} }: StreamOptions,
  ) {
    const names = (ports: readonly Port[]) => ports.map((p) => p.name).join(", ");
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
    this.#bindings = bindings;
    const fed = new Set(Object.values(carry));
    const read = program.inputs.map((port): Constant => {
      if (Object.hasOwn(constants, port.name)) return readFeed(port.name, constants[port.name], port, dims);
      const shape = port.dims.map((d) => (typeof d === "number" ? d : (dims[d] ?? 1)));
      return {
        dtype: port.dtype,
        shape,
        data: isFloat(port.dtype) ? new Float32Array(countOf(shape)) : new Int32Array(countOf(shape)),
      };
    });
    bindings.pin(Object.keys(constants));
    this.#binding = bindings.for(read);
    bindings.hold(this.#binding);
    const open = program.inputs
      .map((port, i) => ({ port, i }))
      .filter(({ port }) => !fed.has(port.name) && !Object.hasOwn(constants, port.name));
    this.#inputs = open.map(({ port }) => port);
    this.#addresses = open.map(({ i }) => this.#binding.addresses[i]);
    this.#counts = open.map(({ i }) => countOf(read[i].shape));
    this.#outputs = program.outputs.filter((p) => !Object.hasOwn(carry, p.name));
    this.#results = this.#outputs.map((p) => this.#binding.outputs.find((o) => o.name === p.name)!);
    this.#carried = Object.entries(carry)
      .map(([output, input]) => {
        const i = program.inputs.findIndex((p) => p.name === input);
        const from = this.#binding.outputs.find((o) => o.name === output)!;
        if (from.type.shape.join() !== read[i].shape.join())
          throw new RangeError(
            `carry.${output}: expected the shape of ${input}, [${read[i].shape}], got [${from.type.shape}]`,
          );
        const bytes = 4 * countOf(read[i].shape);
        return {
          input: this.#binding.addresses[i],
          output: from.address,
          bytes,
          place: i,
          kept: bindings.player.arena.allocate(bytes),
        };
      })
      .sort((a, b) => a.place - b.place);
  }

  /**
   * One step: x holds the numbers of the one input that is neither carried nor constant, or feeds by name; y takes
   * those of the one output that is not carried. With `y` nothing is allocated. Returns `y`, or a fresh array.
   * Throws TypeError or RangeError, with the state as it was.
   */
  step<Y extends SessionData = Float32Array>(x: SessionData | { readonly [name: string]: SessionData }, y?: Y): Y {
    this.#check();
    const { player } = this.#bindings;
    if (ArrayBuffer.isView(x)) {
      if (this.#inputs.length !== 1)
        throw new TypeError(
          `x: expected feeds by name: ${this.#inputs.map((p) => p.name).join(", ")}, got ${kindOf(x)}`,
        );
      this.#write(0, x);
    } else for (let i = 0; i < this.#inputs.length; i++) this.#write(i, x?.[this.#inputs[i].name]);
    const [result] = this.#results;
    if (this.#results.length !== 1)
      throw new TypeError(`stream: expected one output beside those that are carried, got ${this.#results.length}`);
    const { arena } = player;
    for (const c of this.#carried)
      if (c.input >= 0) arena.i32.copyWithin(c.input >> 2, c.kept >> 2, (c.kept + c.bytes) >> 2);
    player.play(this.#binding.loaded);
    for (const c of this.#carried) arena.i32.copyWithin(c.kept >> 2, c.output >> 2, (c.output + c.bytes) >> 2);
    return readOutput(arena, result.address, result.name, result.type, y).data as Y;
  }

  /** Back to the zero state. */
  reset(): void {
    this.#check();
    for (const { kept, bytes } of this.#carried)
      this.#bindings.player.arena.i32.fill(0, kept >> 2, (kept + bytes) >> 2);
  }

  /** The state as bytes: versioned, tied to the graph at these sizes and its weights, the same on every machine. */
  save(): Uint8Array {
    this.#check();
    return saveWords(Int32Array.from(this.#carried.flatMap((c) => Array.from(this.#kept(c)))), this.#fingerprint());
  }

  /** Continues from saved bytes. Throws FormatError, with the state as it was, where they are not this graph's. */
  load(saved: Uint8Array): void {
    this.#check();
    const words = loadWords(
      saved,
      this.#carried.reduce((sum, c) => sum + c.bytes / 4, 0),
      this.#fingerprint(),
    );
    let at = 0;
    for (const c of this.#carried) this.#kept(c).set(words.subarray(at, (at += c.bytes / 4)));
  }

  /** Gives the state's memory back; the stream refuses use from here on. */
  dispose(): void {
    if (!this.#open) return;
    this.#open = false;
    for (const { kept, bytes } of this.#carried) this.#bindings.player.arena.release(kept, bytes);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #check(): void {
    if (!this.#open) throw new TypeError("stream: expected an open stream, got a disposed one");
  }

  #kept({ kept, bytes }: Carried): Int32Array {
    return this.#bindings.player.arena.i32.subarray(kept >> 2, (kept + bytes) >> 2);
  }

  #fingerprint(): Fingerprint {
    return (this.#print ??= fingerprintBound(this.#binding.graph));
  }

  #write(i: number, data: SessionData | undefined): void {
    const { name, dtype } = this.#inputs[i];
    if (
      dtype === "float32"
        ? !(data instanceof Float32Array)
        : !(data instanceof Int32Array || data instanceof BigInt64Array)
    ) {
      throw new TypeError(
        `${name}: expected ${dtype === "float32" ? "a Float32Array" : "an Int32Array or BigInt64Array"}, got ${kindOf(data)}`,
      );
    }
    if (data!.length !== this.#counts[i])
      throw new RangeError(`${name}: expected ${this.#counts[i]} values, got ${data!.length}`);
    const at = this.#addresses[i] >> 2;
    if (this.#addresses[i] < 0) return;
    const { f32, i32 } = this.#bindings.player.arena;
    if (data instanceof Float32Array) f32.set(data, at);
    else for (let k = 0; k < data!.length; k++) i32[at + k] = Number(data![k]);
  }
}
