import { FormatError } from "../check.ts";
import { Unknown } from "../bind/builder.ts";
import type { Constant, Graph, Port, Type } from "../graph/graph.ts";
import { unbind } from "../bind/unbind.ts";
import type { Arena } from "../memory/arena.ts";
import type { Program } from "../bind/program.ts";
import { Bindings } from "./bindings.ts";
import { readFeed, readOutput, type Feed, type SessionData, type SessionTensor } from "./feeds.ts";
import { SessionStream, type StreamOptions } from "./session-stream.ts";

/** What is known of a net before it runs, and how to run. */
export interface SessionOptions {
  /** Sizes of the dims that have names. */
  readonly dims?: { readonly [name: string]: number };
  /** Inputs whose values never change. */
  readonly constants?: { readonly [name: string]: Feed };
  /** The same bits on every runtime and processor. Default false. */
  readonly deterministic?: boolean;
  /** A compiled module, from `compile`. */
  readonly module?: object;
}

/** Values by the names of the inputs. */
export type Feeds = { readonly [name: string]: Feed };

/** Values by the names of the outputs. */
export type Outputs = { [name: string]: SessionTensor };

/** How to run once. */
export interface SessionRunOptions {
  /** Arrays that outputs are written into, by name: nothing is allocated for these. */
  readonly into?: { readonly [name: string]: SessionData };
}

/** A net with named inputs and outputs, ready to run. */
export class Session {
  /** What `run` takes. */
  readonly inputs: readonly Port[];
  /** What `run` gives. */
  readonly outputs: readonly Port[];
  readonly #program: Program;
  readonly #bindings: Bindings;
  readonly #options: SessionOptions;
  readonly #dims: { readonly [name: string]: number };
  readonly #constants = new Map<string, Constant>();
  #open = true;

  constructor(program: Program, options: SessionOptions = {}) {
    const { dims = {}, constants = {}, deterministic = false, module } = options;
    this.#program = program;
    this.#options = options;
    this.inputs = program.inputs;
    this.outputs = program.outputs;
    this.#dims = dims;
    const named = new Set(this.inputs.flatMap((p) => p.dims.filter((d) => typeof d === "string")));
    for (const name of Object.keys(dims)) {
      if (!named.has(name))
        throw new TypeError(`dims: expected names of sizes: ${[...named].join(", ") || "none"}, got ${name}`);
    }
    for (const [name, feed] of Object.entries(constants)) {
      const port = this.inputs.find((p) => p.name === name);
      if (!port) throw new TypeError(`constants: expected names of inputs: ${this.#names()}, got ${name}`);
      this.#constants.set(name, readFeed(name, feed, port, this.#dims));
    }
    this.#bindings = new Bindings(program, this.#constants.keys(), deterministic, module);
  }

  /** @internal */
  get bindings(): Bindings {
    this.#check();
    return this.#bindings;
  }

  /** The build that runs: base or relaxed. @internal */
  get build(): string {
    return this.bindings.player.build;
  }

  /**
   * Runs the net once. Feeds are typed arrays or `{ type, dims, data }`, by the inputs' names; outputs are
   * fresh arrays, or those of `into`. Throws TypeError or RangeError where a feed is not what its input takes,
   * FormatError where the graph cannot run at these sizes.
   */
  run(feeds: Feeds, { into }: SessionRunOptions = {}): Outputs {
    this.#check();
    const read = this.#read(feeds);
    const binding = this.#bindings.for(read);
    const { player } = this.#bindings;
    const { arena } = player;
    binding.addresses.forEach((address, i) => {
      if (address >= 0) write(arena, address, read[i].data);
    });
    player.play(binding.loaded);
    const outputs: Outputs = {};
    for (const { name, type, address } of binding.outputs)
      outputs[name] = readOutput(arena, address, name, type, into?.[name]);
    return outputs;
  }

  /**
   * A stream of calls whose state stays inside: outputs named in `carry` become the next step's inputs, from zero.
   * Sizes that neither the session's `dims` nor the graph gives are those of the first step: an input's last such size,
   * those before it 1. Throws TypeError for a name that is none.
   */
  stream(options: StreamOptions): SessionStream {
    this.#check();
    return new SessionStream(this.#program, this.#bindings, this.#dims, {
      ...options,
      constants: { ...this.#options.constants, ...options.constants },
    });
  }

  /**
   * The graph that runs at these sizes, as data: dims bound, what is known computed, `constants` within. `dims` adds to
   * the session's. Throws TypeError for a size that is not given, FormatError where an input's numbers must be known.
   */
  graph(dims: { readonly [name: string]: number } = {}): Graph {
    this.#check();
    const sizes: { readonly [name: string]: number } = { ...this.#dims, ...dims };
    const types = new Map(
      this.inputs.map((port): [string, Type | Constant] => {
        const shape = port.dims.map((d) => {
          const size = typeof d === "number" ? d : sizes[d];
          if (size === undefined && !this.#constants.has(port.name))
            throw new TypeError(`${port.name}: expected a size for ${d} in dims, got none`);
          return size;
        });
        return [port.name, this.#constants.get(port.name) ?? { dtype: port.dtype, shape }];
      }),
    );
    try {
      return unbind(this.#bindings.bound(types));
    } catch (error) {
      throw error instanceof Unknown ? new FormatError("unsupported", `${error.message}: give it in constants`) : error;
    }
  }

  /** Lets the memory go; the session and its streams refuse use from here on. */
  dispose(): void {
    this.#open = false;
    this.#bindings.close();
  }

  /** The same, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #check(): void {
    if (!this.#open) throw new TypeError("session: expected an open session, got a disposed one");
  }

  #names(): string {
    return this.inputs.map((p) => p.name).join(", ");
  }

  /** The feeds, checked, in the order of the inputs. */
  #read(feeds: Feeds): Constant[] {
    for (const name of Object.keys(feeds)) {
      if (!this.inputs.some((p) => p.name === name))
        throw new TypeError(`feeds: expected ${this.#names()}, got ${name}`);
    }
    const read = this.inputs.map(
      (port) => this.#constants.get(port.name) ?? readFeed(port.name, feeds[port.name], port, this.#dims),
    );
    this.#checkDims(read);
    return read;
  }

  /** A dim of one name has one size. */
  #checkDims(read: readonly Constant[]): void {
    const sizes = new Map<string, number>(Object.entries(this.#dims));
    this.inputs.forEach((port, i) =>
      port.dims.forEach((dim, axis) => {
        if (typeof dim !== "string" || read[i].shape.length !== port.dims.length) return;
        const size = sizes.get(dim) ?? read[i].shape[axis];
        if (size !== read[i].shape[axis])
          throw new RangeError(`${port.name}: expected ${dim} of ${size}, got ${read[i].shape[axis]}`);
        sizes.set(dim, size);
      }),
    );
  }
}

/** Copies numbers to an address. */
function write(arena: Arena, address: number, data: Float32Array | Int32Array): void {
  if (data instanceof Float32Array) arena.f32.set(data, address >> 2);
  else arena.i32.set(data, address >> 2);
}
