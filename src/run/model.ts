import { checkBoolean, checkList, checkOptions, readOptions } from "../check.ts";
import { readSafetensors } from "../formats/safetensors.ts";
import { buildNet, checkOpen, type Net } from "../model/build.ts";
import { checkDescription, parseDescription, type Description } from "../layers/description.ts";
import { inferDescription } from "../model/infer.ts";
import { checkPrecision, checkTensor, Tensors, type Tensor } from "../tensors/tensor.ts";
import type { LayerFacts } from "../layers/layer.ts";
import type { IntegerMaker, Precisions } from "../pack/matrix.ts";
import type { Kernels } from "../wasm/kernels.ts";
import { batchesOf } from "./encode.ts";
import type { Items } from "./items.ts";
import type { MemoryUse, ModelOptions, RunOptions, RunResult, StateSize } from "./options.ts";
import { Runner } from "./runner.ts";
import { Stream } from "./stream.ts";

const RUN = ["batch", "lengths", "state", "output", "into"] as const;

/**
 * A net from tensors, its description given, in the file's JSON, or inferred; without `maker` one of floats. @internal
 */
export function openNet(
  tensors: readonly Tensor[],
  options: ModelOptions & { readonly weights?: Precisions },
  json: string | undefined,
  maker?: IntegerMaker,
): Net {
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
  return buildNet(description, tensors, { deterministic, module, weights }, maker);
}

/** What a model stands on. Throws TypeError where it is disposed. @internal */
export let runnerOf: (model: Model) => Runner;

/** A trained net, ready to run. */
export class Model {
  readonly #net: Net;
  readonly #runner: Runner;

  static {
    runnerOf = (model) => {
      model.#check();
      return model.#runner;
    };
  }

  /** Of fromSafetensors and fromTensors. */
  protected constructor(net: unknown) {
    if (!(net as Net)?.arena)
      throw new TypeError("new Model: expected Model.fromSafetensors(file) or Model.fromTensors(tensors), got new");
    this.#net = net as Net;
    this.#runner = new Runner(this.#net);
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
    return new Model(openNet(tensors, options, json));
  }

  /** What the net is made of. */
  get layers(): readonly LayerFacts[] {
    return this.#net.layers;
  }

  /** The file's, as given, or as inferred, with the defaults of what it left out. */
  get description(): Description {
    return this.#net.description;
  }

  /** Features of an item; for ids and bytes, how many there are. */
  get inputSize(): number {
    return this.#net.layers[0].inputSize;
  }

  /** Features of a row of the output. */
  get outputSize(): number {
    return this.#net.program.outputSize;
  }

  /**
   * The recurrent layers' states, in the order in which State holds them:
   * h is [cells, (batch,) h] and an LSTM's c [cells, (batch,) c], cells = layers * directions.
   */
  get states(): readonly StateSize[] {
    return this.#net.layers
      .filter((l) => l.directions)
      .map(({ weights, records }) => ({ weights, cells: records.length, ...records[0].state! }));
  }

  /** What runs and where it stands. */
  get memory(): MemoryUse {
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

  /**
   * The final hidden states of many sequences of any lengths, in their order: [width] each, the same bits as `encode`.
   */
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

  /** A new recurrent state on these weights, zero or as saved. Throws TypeError for a bidirectional net. */
  stream(saved?: Uint8Array): Stream {
    this.#check();
    return new Stream(this.#net, this.#runner.workspace, saved);
  }

  /** Lets the memory go; model and streams refuse use from here on. */
  dispose(): void {
    this.#net.open = false;
    this.#net.kernels = {} as Kernels; // these hold the memory too
    this.#runner.workspace.close();
    this.#net.arena.close();
  }

  /** The same, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #endsInCell(): boolean {
    return this.#net.layers[this.#net.layers.length - 1].directions > 0;
  }

  #check(): void {
    checkOpen("model", this.#net);
  }
}
