import { FormatError } from "../check.ts";
import { bind } from "../bind/bind.ts";
import type { Dim, Graph } from "../graph/graph.ts";
import { countOf } from "../ops/op.ts";
import { loadProgram, type GraphProgram } from "./graph-program.ts";
import { GraphStream } from "./graph-stream.ts";
import type { SessionData } from "./feeds.ts";
import { Session } from "./session.ts";

/** How to run. */
export interface GraphModelOptions {
  /** The same bits on every runtime and processor. Default false. */
  readonly deterministic?: boolean;
  /**
   * `unrolled/full.wasm` or `unrolled/fullRelaxed.wasm` as a module, or what `compile` of `unrolled/graph` gave on
   * another thread.
   */
  readonly module?: object;
}

/** What a run gives. */
export interface GraphResult {
  /** Row-major. */
  readonly output: Float32Array;
  /** The output's shape. */
  readonly dims: readonly number[];
}

/** A net of any ops with one input `x` and one output: [batch, time, features], or [batch, time] of ids. */
export class GraphModel {
  /** The net as data. */
  readonly graph: Graph;
  readonly #session: Session;
  readonly #input: string;
  readonly #output: string;
  #program: GraphProgram | undefined;

  constructor(graph: Graph, options: GraphModelOptions = {}) {
    const [inputs, outputs] = [graph.inputs, graph.outputs];
    if (inputs.length !== 1 || outputs.length !== 1) {
      throw new FormatError(
        "unsupported",
        `graph: expected one input and one output, got inputs ${inputs.map((p) => p.name).join(", ")} and outputs ${outputs.map((p) => p.name).join(", ")}`,
      );
    }
    this.graph = graph;
    this.#input = inputs[0].name;
    this.#output = outputs[0].name;
    this.#session = new Session({ inputs, outputs, build: (builder, types) => bind(graph, builder, types) }, options);
  }

  /** The input's sizes: numbers, or the names of those that a run gives. */
  get inputDims(): readonly Dim[] {
    return this.graph.inputs[0].dims;
  }

  /** The build that runs: base or relaxed. @internal */
  get build(): string {
    return this.#session.build;
  }

  /**
   * Runs a batch of sequences of one length: x holds them one after the other, in the shape of `dims`, or of
   * `inputDims` with `batch` sequences (default 1). Throws TypeError or RangeError where x is not that,
   * FormatError where the net cannot run at this size.
   */
  run(
    x: SessionData,
    { batch = 1, dims }: { readonly batch?: number; readonly dims?: readonly number[] } = {},
  ): GraphResult {
    const port = this.graph.inputs[0];
    const shape = dims ?? this.#shapeOf(x.length, batch);
    const { data, dims: to } = this.#session.run({ [this.#input]: { type: port.dtype, dims: shape, data: x } })[
      this.#output
    ];
    return { output: data as Float32Array, dims: to };
  }

  /** Values of a timestep that a stream takes. Throws FormatError where the net does not stream. */
  get inputSize(): number {
    return this.#streamed().inputSize;
  }

  /** Values of a timestep that a stream gives. Throws FormatError where the net does not stream. */
  get outputSize(): number {
    return this.#streamed().outputSize;
  }

  /**
   * One sequence, a timestep or a block of them at a time: what each gives is bit for bit its row of `run`. It begins
   * where `run` does, or goes on from a saved state. Throws FormatError, with the node, where the net needs the whole
   * sequence, or the state is not this model's. The first stream of a model takes the time to make its graph.
   */
  stream(saved?: Uint8Array): GraphStream {
    return new GraphStream(this.#streamed(), saved);
  }

  /** Lets the memory go; the model refuses use from here on. */
  dispose(): void {
    this.#session.dispose();
  }

  /** The same, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #streamed(): GraphProgram {
    const { player, evaluator } = this.#session.bindings;
    return (this.#program ??= loadProgram(this.graph, player, evaluator));
  }

  /** The first size is the batch, one other may be open. */
  #shapeOf(count: number, batch: number): number[] {
    const rest = this.inputDims.slice(1);
    const known = batch * countOf(rest.filter((d) => typeof d === "number"));
    if (rest.filter((d) => typeof d === "string").length > 1 || !Number.isInteger(count / known)) {
      throw new RangeError(`x: expected [${[batch, ...rest].join(", ")}], got ${count} values`);
    }
    return [batch, ...rest.map((d) => (typeof d === "number" ? d : count / known))];
  }
}
