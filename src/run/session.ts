import { FormatError } from "../check.ts";
import { Builder, Unknown } from "../graph/builder.ts";
import type { Constant, Port, Type } from "../graph/graph.ts";
import type { Arena } from "../memory/arena.ts";
import { planGraph } from "../plan/plan.ts";
import { readFeed, readOutput, sameValues, type Feed, type SessionTensor } from "./feeds.ts";
import { Evaluator, Player, type Loaded } from "./player.ts";

/** What a file says its net is: a graph for each set of types. */
export interface Program {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** Writes the graph; an input that comes with its numbers becomes a constant. */
  build(builder: Builder, types: ReadonlyMap<string, Type | Constant>): void;
}

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

export type Feeds = { readonly [name: string]: Feed };

export type Outputs = { [name: string]: SessionTensor };

export interface SessionRunOptions {
  /** Arrays that outputs are written into, by name: nothing is allocated for these. */
  readonly into?: { readonly [name: string]: SessionTensor["data"] };
}

/** Plans that a session keeps; the one that was used longest ago goes. */
const MOST_PLANS = 16;

/** A graph for one set of sizes, in memory. */
interface Bound {
  /** In the order of the session's inputs. */
  readonly types: readonly Type[];
  /** Inputs whose numbers the graph was made for. */
  readonly pinned: ReadonlyMap<string, Constant>;
  readonly loaded: Loaded;
  /** Where each of the session's inputs stands in the plan; -1 for one that is pinned or not used. */
  readonly addresses: readonly number[];
  readonly outputs: readonly { readonly name: string; readonly type: Type; readonly address: number }[];
}

/** A net with named inputs and outputs, ready to run. */
export class Session {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly #program: Program;
  readonly #player: Player;
  readonly #evaluator: Evaluator;
  readonly #dims: { readonly [name: string]: number };
  readonly #constants = new Map<string, Constant>();
  /** Inputs that a graph could not be made without. */
  readonly #pins = new Set<string>();
  readonly #bound: Bound[] = [];
  #open = true;

  constructor(program: Program, { dims = {}, constants = {}, deterministic = false, module }: SessionOptions = {}) {
    this.#program = program;
    this.inputs = program.inputs;
    this.outputs = program.outputs;
    this.#dims = dims;
    this.#player = new Player(deterministic, module);
    this.#evaluator = new Evaluator(deterministic, module);
    for (const [name, feed] of Object.entries(constants)) {
      const port = this.inputs.find((p) => p.name === name);
      if (!port) throw new TypeError(`constants: expected names of inputs: ${this.#names()}, got ${name}`);
      this.#constants.set(name, readFeed(name, feed, port, this.#dims));
    }
  }

  /**
   * Runs the net once. Feeds are typed arrays or `{ type, dims, data }`, by the inputs' names; outputs are
   * fresh arrays, or those of `into`. Throws TypeError or RangeError where a feed is not what its input takes,
   * FormatError where the graph cannot run at these sizes.
   */
  run(feeds: Feeds, { into }: SessionRunOptions = {}): Outputs {
    if (!this.#open) throw new TypeError("session: expected an open session, got a disposed one");
    const read = this.#read(feeds);
    const bound = this.#boundFor(read);
    const { arena } = this.#player;
    bound.addresses.forEach((address, i) => {
      if (address >= 0) write(arena, address, read[i].data);
    });
    this.#player.play(bound.loaded);
    const outputs: Outputs = {};
    for (const { name, type, address } of bound.outputs) outputs[name] = readOutput(arena, address, name, type, into?.[name]);
    return outputs;
  }

  /** Lets the memory go; the session refuses use from here on. */
  dispose(): void {
    this.#open = false;
    this.#bound.length = 0;
    this.#player.close();
    this.#evaluator.close();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #names(): string {
    return this.inputs.map((p) => p.name).join(", ");
  }

  /** The feeds, checked, in the order of the inputs. */
  #read(feeds: Feeds): Constant[] {
    for (const name of Object.keys(feeds)) {
      if (!this.inputs.some((p) => p.name === name)) throw new TypeError(`feeds: expected ${this.#names()}, got ${name}`);
    }
    const read = this.inputs.map((port) => this.#constants.get(port.name) ?? readFeed(port.name, feeds[port.name], port, this.#dims));
    this.#checkDims(read);
    return read;
  }

  #boundFor(read: readonly Constant[]): Bound {
    const found = this.#bound.findIndex((b) => fits(b, this.inputs, read));
    if (found >= 0) {
      const [bound] = this.#bound.splice(found, 1);
      this.#bound.unshift(bound);
      return bound;
    }
    const bound = this.#bind(read);
    this.#bound.unshift(bound);
    if (this.#bound.length > MOST_PLANS) this.#player.unload(this.#bound.pop()!.loaded);
    return bound;
  }

  /** A dim of one name has one size. */
  #checkDims(read: readonly Constant[]): void {
    const sizes = new Map<string, number>(Object.entries(this.#dims));
    this.inputs.forEach((port, i) => port.dims.forEach((dim, axis) => {
      if (typeof dim !== "string" || read[i].shape.length !== port.dims.length) return;
      const size = sizes.get(dim) ?? read[i].shape[axis];
      if (size !== read[i].shape[axis]) throw new RangeError(`${port.name}: expected ${dim} of ${size}, got ${read[i].shape[axis]}`);
      sizes.set(dim, size);
    }));
  }

  /** Makes the graph for these types; where it cannot be made without an input's numbers, for these numbers. */
  #bind(read: readonly Constant[]): Bound {
    for (;;) {
      const types = new Map<string, Type | Constant>();
      this.inputs.forEach((port, i) => {
        const { dtype, shape } = read[i];
        types.set(port.name, this.#pins.has(port.name) || this.#constants.has(port.name) ? copyOf(read[i]) : { dtype, shape });
      });
      const builder = new Builder(this.#evaluator.evaluate);
      try {
        this.#program.build(builder, types);
      } catch (error) {
        if (!(error instanceof Unknown)) throw error;
        const more = error.inputs.filter((name) => !this.#pins.has(name));
        if (more.length === 0) throw new FormatError("unsupported", error.message);
        for (const name of more) this.#pins.add(name);
        continue;
      }
      const graph = builder.graph();
      const loaded = this.#player.load(planGraph(graph));
      const addressOf = (name: string) => {
        const at = graph.inputs.findIndex((v) => v.name === name);
        return at < 0 ? -1 : loaded.inputs[at];
      };
      return {
        types: read.map(({ dtype, shape }) => ({ dtype, shape })),
        pinned: new Map([...types].filter((entry): entry is [string, Constant] => "data" in entry[1])),
        loaded,
        addresses: this.inputs.map((port) => addressOf(port.name)),
        outputs: graph.outputs.map(({ name, value }, i) => ({ name, type: value.type, address: loaded.outputs[i] })),
      };
    }
  }
}

function copyOf(constant: Constant): Constant {
  return { ...constant, data: constant.data.slice() };
}

function fits({ types, pinned }: Bound, ports: readonly Port[], read: readonly Constant[]): boolean {
  return ports.every((port, i) => {
    const { shape } = read[i];
    if (types[i].shape.length !== shape.length || types[i].shape.some((d, axis) => d !== shape[axis])) return false;
    const pin = pinned.get(port.name);
    return !pin || sameValues(pin.data, read[i].data);
  });
}

function write(arena: Arena, address: number, data: Float32Array | Int32Array): void {
  if (data instanceof Float32Array) arena.f32.set(data, address >> 2);
  else arena.i32.set(data, address >> 2);
}
