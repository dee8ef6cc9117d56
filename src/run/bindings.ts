import { FormatError } from "../check.ts";
import { Builder, Unknown } from "../bind/builder.ts";
import { fingerprintBound, type Fingerprint } from "../bind/fingerprint.ts";
import type { Constant, Port, Type } from "../graph/graph.ts";
import type { Program } from "../bind/program.ts";
import { fused } from "../passes/fuse.ts";
import { planGraph, type BoundGraph } from "../plan/plan.ts";
import { OutputPlace, sameValues } from "./feeds.ts";
import { Evaluator, Player, type Loaded } from "./player.ts";

/** A graph for one set of sizes, in memory. */
export interface Binding {
  /** In the order of the program's inputs. */
  readonly types: readonly Type[];
  /** Elements of each. */
  readonly counts: readonly number[];
  /** Inputs whose numbers the graph was made for. */
  readonly pinned: ReadonlyMap<string, Constant>;
  /** What tells its graph from every other, which is made again for it: its constants are let go. */
  fingerprint(): Fingerprint;
  readonly loaded: Loaded;
  /** Where each of the program's inputs stands; -1 for one that is pinned or not used. */
  readonly addresses: readonly number[];
  readonly outputs: readonly OutputPlace[];
}

/** Bindings that are kept; the one that was used longest ago goes. */
const MOST = 16;

/** The graphs of a program, one for each set of sizes that it was run with, on one memory. */
export class Bindings {
  readonly player: Player;
  readonly #program: Program;
  readonly evaluator: Evaluator;
  /** Inputs that a graph cannot be made without. */
  readonly #pins: Set<string>;
  readonly #kept: Binding[] = [];
  /** Bindings that streams hold, which stay whatever else is run. */
  readonly #held = new Set<Binding>();

  constructor(program: Program, pinned: Iterable<string>, deterministic: boolean, module: object | undefined) {
    this.#program = program;
    this.#pins = new Set(pinned);
    this.player = new Player(deterministic, module);
    this.evaluator = new Evaluator(this.player);
  }

  /** The binding of the run before. */
  get latest(): Binding | undefined {
    return this.#kept[0];
  }

  /** The binding for these feeds, in the order of the program's inputs. */
  for(read: readonly Constant[]): Binding {
    const { inputs } = this.#program;
    const found = this.#kept.findIndex((b) => fits(b, inputs, read));
    const binding = found >= 0 ? this.#kept.splice(found, 1)[0] : this.#bind(read);
    this.#kept.unshift(binding);
    if (this.#kept.length > MOST) {
      const oldest = this.#kept.pop()!;
      if (!this.#held.has(oldest)) this.player.unload(oldest.loaded);
    }
    return binding;
  }

  /** Makes graphs for the numbers of these inputs from here on. */
  pin(names: readonly string[]): void {
    for (const name of names) this.#pins.add(name);
  }

  /** Keeps a binding in memory as long as the bindings are open. */
  hold(binding: Binding): void {
    this.#held.add(binding);
  }

  /** The graph for these types. Throws Unknown where it cannot be made without an input's numbers. */
  bound(types: ReadonlyMap<string, Type | Constant>): BoundGraph {
    const builder = new Builder(this.evaluator.evaluate);
    this.#program.build(builder, types);
    return builder.graph();
  }

  #fingerprint(types: ReadonlyMap<string, Type | Constant>): () => Fingerprint {
    return () => fingerprintBound(this.bound(types));
  }

  close(): void {
    this.#kept.length = 0;
    this.#held.clear();
    this.player.close();
  }

  /** Makes the graph for these types; where it cannot be made without an input's numbers, for these numbers. */
  #bind(read: readonly Constant[]): Binding {
    const { inputs } = this.#program;
    for (;;) {
      const types = new Map<string, Type | Constant>();
      inputs.forEach((port, i) => {
        const { dtype, shape, data } = read[i];
        types.set(port.name, this.#pins.has(port.name) ? { dtype, shape, data: data.slice() } : { dtype, shape });
      });
      let graph: BoundGraph;
      try {
        graph = this.bound(types);
      } catch (error) {
        if (!(error instanceof Unknown)) throw error;
        const more = error.inputs.filter((name) => !this.#pins.has(name));
        if (more.length === 0) throw new FormatError("unsupported", error.message);
        for (const name of more) this.#pins.add(name);
        continue;
      }
      const loaded = this.player.load(planGraph(fused(graph)));
      return {
        types: read.map(({ dtype, shape }) => ({ dtype, shape })),
        counts: read.map(({ data }) => data.length),
        pinned: new Map([...types].filter((entry): entry is [string, Constant] => "data" in entry[1])),
        fingerprint: this.#fingerprint(types),
        loaded,
        addresses: inputs.map(({ name }) => {
          const at = graph.inputs.findIndex((v) => v.name === name);
          return at < 0 ? -1 : loaded.inputs[at];
        }),
        outputs: graph.outputs.map(({ name, value }, i) => new OutputPlace(name, value.type, loaded.outputs[i])),
      };
    }
  }
}

function fits({ types, pinned }: Binding, ports: readonly Port[], read: readonly Constant[]): boolean {
  return ports.every((port, i) => {
    const { shape } = read[i];
    if (types[i].shape.length !== shape.length || types[i].shape.some((d, axis) => d !== shape[axis])) return false;
    const pin = pinned.get(port.name);
    return !pin || sameValues(pin.data, read[i].data);
  });
}
