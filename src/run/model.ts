import { checkBoolean, checkList, checkOptions, readOptions } from "../check.ts";
import { readSafetensors } from "../formats/safetensors.ts";
import { buildNet, checkOpen, type Net } from "../model/build.ts";
import { checkDescription, parseDescription, type Description } from "../layers/description.ts";
import { inferDescription } from "../model/infer.ts";
import { checkPrecision, checkTensor, Tensors, type Tensor } from "../tensors/tensor.ts";
import type { Layer } from "../layers/layer.ts";
import type { Region } from "../memory/plan.ts";
import type { Kernels } from "../wasm/kernels.ts";
import { checkClassifier, labelRows, type Label } from "./classify.ts";
import { batchesOf } from "./encode.ts";
import { forecastRows } from "./forecast.ts";
import { readGenerateOptions, type Generated, type GenerateOptions } from "./generate.ts";
import { showAs } from "./inspect.ts";
import type { Items } from "./items.ts";
import type { ModelOptions, RunOptions, RunResult } from "./options.ts";
import { Runner } from "./runner.ts";
import { checkGenerator } from "./sampling.ts";
import { scoreItems, type Score } from "./score.ts";
import { Stream } from "./stream.ts";
import { traceItems, type Trace, type TraceReport } from "./trace.ts";

const RUN = ["batch", "lengths", "state", "output", "into"] as const;

/** A trained net, ready to run. */
export class Model {
  readonly #net: Net;
  readonly #runner: Runner;

  private constructor(net: Net) {
    if (!net?.arena)
      throw new TypeError("new Model: expected Model.fromSafetensors(file) or Model.fromTensors(tensors), got new");
    this.#net = net;
    this.#runner = new Runner(net);
  }

  static {
    showAs(Model, "Model", (model) => model.#net.layers);
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
    checkList("tensors", tensors);
    const {
      deterministic = false,
      module,
      weights,
      ...given
    } = readOptions(options, ["deterministic", "module", "weights", "format", "input", "labels", "layers"]);
    checkBoolean("deterministic", deterministic);
    checkPrecision(weights);
    tensors = tensors.map(checkTensor);
    const description = checkDescription(
      given.layers
        ? given
        : { ...(json === undefined ? inferDescription(new Tensors(tensors)) : parseDescription(json)), ...given },
    );
    return new Model(buildNet(description, tensors, deterministic, module, weights));
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
  get states(): readonly {
    readonly weights: string;
    readonly cells: number;
    readonly h: number;
    readonly c: number;
  }[] {
    return this.#net.layers
      .filter((l) => l.directions)
      .map(({ weights, records }) => ({ weights, cells: records.length, ...records[0].state! }));
  }

  /** What runs and where it stands: the build, the memory's bytes, and its regions. */
  get memory(): { readonly build: string; readonly bytes: number; readonly regions: readonly Region[] } {
    const { build, arena, regions } = this.#net;
    return { build, bytes: arena.bytes, regions };
  }

  /** Runs one sequence, or a batch of them, each from its first timestep to its last. */
  run(x: Items, options: RunOptions = {}): RunResult {
    this.#check();
    checkOptions(options, RUN);
    const { batch, lengths, state, output, into } = options;
    const program = output === "last" && this.#endsInCell() ? this.#net.summary : this.#net.program;
    return this.#runner.run(x, program, batch, lengths, state, output, into);
  }

  /** The final hidden state of the last cell, both directions' for a bidirectional one: [width], or [batch, width]. */
  encode(x: Items, options: Pick<RunOptions, "batch" | "lengths" | "state"> = {}): Float32Array {
    this.#check();
    const { batch, lengths, state } = readOptions(options, ["batch", "lengths", "state"]);
    return this.#runner.run(x, this.#net.summary, batch, lengths, state).output;
  }

  /** The final hidden states of many sequences of any lengths, in their order: [width] each, the same bits as `encode`. */
  encodeBatch(inputs: readonly Items[]): Float32Array[] {
    this.#check();
    checkList("inputs", inputs);
    const rows: Float32Array[] = [];
    const { outputSize } = this.#net.summary;
    for (const { items, lengths, order } of batchesOf(this.#net, inputs)) {
      const all = this.encode(items, { batch: lengths.length, lengths });
      order.forEach((i, row) => (rows[i] = all.slice(row * outputSize, (row + 1) * outputSize)));
    }
    return rows;
  }

  /**
   * The `top` most probable labels (default 3) of a sequence, the most probable first; for a net without `last`,
   * whose outputs name each item, those of every timestep. Who knows which, says so: `classify<Label[]>(x)`,
   * `classify<Label[][]>(x)`. Logits go through softmax.
   * Throws TypeError for a net that ends in neither linear nor softmax.
   */
  classify<Labels extends Label[] | Label[][] = Label[] | Label[][]>(
    x: Items,
    options: { readonly top?: number } = {},
  ): Labels {
    const { top = 3 } = readOptions(options, ["top"]);
    checkClassifier(this.#net);
    const rows = labelRows(this.#net, this.run(x).output, top);
    return (this.#net.layers.some((l) => l.type === "last") ? rows[0] : rows) as Labels;
  }

  /**
   * How probable a sequence of ids or bytes is to a net that foresees the next one, from the zero state.
   * Throws TypeError for a net on features, one that runs backward, or one with `last`.
   */
  score(x: Items): Score {
    this.#check();
    return scoreItems(this.#net, this.#runner.workspace, () => this.#runner.begin(1), x);
  }

  /** Items that follow the prompt from the zero state: Stream.generate says how. */
  generate(options: GenerateOptions): Generated {
    options = readGenerateOptions(options);
    const stream = this.#promptedStream(options);
    try {
      return stream.generate(options);
    } finally {
      stream.dispose();
    }
  }

  /** The same in pieces of `each` items (default 1), made when they are asked for. */
  *generateEach(options: GenerateOptions & { readonly each?: number }): Generator<Generated, void, void> {
    options = readGenerateOptions(options, ["each"]);
    const stream = this.#promptedStream(options);
    try {
      yield* stream.generateEach(options);
    } finally {
      stream.dispose();
    }
  }

  /**
   * Goes on with a series [T, features] of a net from features to as many features: [steps, features], each
   * output fed back as the next item. Row 0 is the output at the series' last item. Throws TypeError for another net.
   */
  forecast(series: Items, options: { readonly steps: number }): Float32Array {
    this.#check();
    const { steps } = readOptions(options, ["steps"]);
    return forecastRows(this.#net, this.#runner.workspace, () => this.#runner.begin(1), series, steps);
  }

  /** What the cells and their gates do over a sequence from the zero state. Not fast: `report` hears how far it is. */
  trace(x: Items, report?: TraceReport): Trace {
    this.#check();
    return traceItems(this.#net, this.#runner.workspace, () => this.#runner.begin(1), x, report);
  }

  /** A new recurrent state on these weights, zero or as saved. Throws TypeError for a bidirectional net. */
  stream(saved?: Uint8Array): Stream {
    this.#check();
    if (this.#net.bidirectional) {
      throw new TypeError("stream: expected a net that runs forward, got one that also runs backward: use run");
    }
    return new Stream(this.#net, this.#runner.workspace, saved);
  }

  /** Lets the memory go; model and streams refuse use from here on. */
  dispose(): void {
    this.#net.open = false;
    this.#net.kernels = {} as Kernels; // these hold the memory too
    this.#runner.workspace.close();
    this.#net.arena.close();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #promptedStream(options: GenerateOptions): Stream {
    this.#check();
    checkGenerator(this.#net);
    if (options.prompt === undefined) throw new TypeError("prompt: expected a text or ids, got undefined");
    return this.stream();
  }

  #endsInCell(): boolean {
    return this.#net.layers[this.#net.layers.length - 1].directions > 0;
  }

  #check(): void {
    checkOpen("model", this.#net);
  }
}
