import { FormatError, readOptions } from "../check.ts";
import { Unknown } from "../bind/builder.ts";
import type { Constant, Graph, Port, Type } from "../graph/graph.ts";
import { unbind } from "../bind/unbind.ts";
import type { Program } from "../bind/program.ts";
import { Bindings, type Binding } from "./bindings.ts";
import { dataAs, readFeed, writeFeed, type Feed, type SessionData, type SessionTensor } from "./feeds.ts";
import { SessionStream, type StreamOptions } from "./session-stream.ts";

/** What is known of a net before it runs, and how to run. */
export interface SessionOptions {
  /** Sizes of the dims that have names. */
  readonly dims?: { readonly [name: string]: number };
  /** Inputs whose values never change. */
  readonly constants?: { readonly [name: string]: Feed };
  /** The same bits on every runtime and processor. Default false. */
  readonly deterministic?: boolean;
  /**
   * `unrolled/full.wasm` or `unrolled/fullRelaxed.wasm` as a module, or what `compile` of `unrolled/graph` gave on
   * another thread.
   */
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
  readonly #ports: ReadonlySet<string>;
  /** Whether the length of an input's array gives its shape. */
  readonly #bare: readonly boolean[];
  /** What a run is fed. */
  readonly #given: (SessionData | undefined)[];
  /** What the last run into arrays gave. */
  #result: Outputs = {};
  #open = true;

  constructor(program: Program, options: SessionOptions = {}) {
    const {
      dims = {},
      constants = {},
      deterministic = false,
      module,
    } = readOptions(options, ["dims", "constants", "deterministic", "module"]);
    this.#program = program;
    this.#options = options;
    this.inputs = program.inputs;
    this.outputs = program.outputs;
    this.#dims = dims;
    this.#ports = new Set(this.inputs.map((p) => p.name));
    this.#bare = this.inputs.map(
      (p) => p.dims.filter((d) => typeof d === "string" && !Object.hasOwn(dims, d)).length < 2,
    );
    this.#given = this.inputs.map(() => undefined);
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
   * fresh arrays, or those of `into`. Where sizes and `into` are those of the run before, nothing is allocated, but for
   * int64 and uint64, and the result is the same object. Throws TypeError or RangeError where a feed is not what its
   * input takes, FormatError where the graph cannot run at these sizes.
   */
  run(feeds: Feeds, { into }: SessionRunOptions = {}): Outputs {
    this.#check();
    let binding = this.#again(feeds);
    if (!binding) {
      const read = this.#read(feeds);
      binding = this.#bindings.for(read);
      for (let i = 0; i < read.length; i++) this.#given[i] = read[i].data;
    }
    const { player } = this.#bindings;
    const { addresses } = binding;
    for (let i = 0; i < addresses.length; i++)
      if (addresses[i] >= 0) writeFeed(player.arena, addresses[i], this.inputs[i].name, this.#given[i]!);
    this.#given.fill(undefined);
    player.play(binding.loaded);
    return this.#give(binding, into);
  }

  /**
   * A stream of calls whose state stays inside: outputs named in `carry`, or in the file, become the next step's
   * inputs, from zero. Sizes that neither the session's `dims` nor the graph gives are those of the first step: an
   * input's last such size, those before it 1. Throws TypeError for a name that is none.
   */
  stream(options: StreamOptions = {}): SessionStream {
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
      return unbind(this.#bindings.bound(types), this.#program.carried);
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

  /** The binding of the run before, where these feeds are plainly of its sizes; what they hold is in #given then. */
  #again(feeds: Feeds): Binding | undefined {
    const binding = this.#bindings.latest;
    if (!binding || typeof feeds !== "object") return undefined;
    for (const name in feeds) if (!this.#ports.has(name)) return undefined;
    for (let i = 0; i < this.inputs.length; i++) {
      const port = this.inputs[i];
      if (this.#constants.has(port.name)) continue;
      const data = dataAs(feeds[port.name], port, binding.types[i].shape, binding.counts[i], this.#bare[i]);
      if (!data || binding.pinned.has(port.name)) return undefined;
      this.#given[i] = data;
    }
    return binding;
  }

  /** The outputs: the object of the run before where it has these arrays. */
  #give({ outputs }: Binding, into: SessionRunOptions["into"]): Outputs {
    const { arena } = this.#bindings.player;
    for (const name in into)
      if (!this.outputs.some((p) => p.name === name))
        throw new TypeError(`into: expected ${this.outputs.map((p) => p.name).join(", ")}, got ${name}`);
    let result = into ? this.#result : {};
    for (let i = 0; i < outputs.length; i++) {
      const { name } = outputs[i];
      const tensor = outputs[i].read(arena, into?.[name]);
      if (result[name] === tensor) continue;
      if (result === this.#result) result = { ...result };
      result[name] = tensor;
    }
    if (into) this.#result = result;
    return result;
  }

  /** The feeds, checked, in the order of the inputs. */
  #read(feeds: Feeds): Constant[] {
    for (const name of Object.keys(feeds)) {
      if (!this.#ports.has(name)) throw new TypeError(`feeds: expected ${this.#names()}, got ${name}`);
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
