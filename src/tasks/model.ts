import { readSafetensors } from "../formats/read.ts";
import { integers } from "../pack/integers.ts";
import type { Items } from "../run/items.ts";
import { Model as CoreModel, openNet, runnerOf } from "../run/model.ts";
import type { ModelOptions as CoreOptions } from "../run/options.ts";
import type { Precisions, Tensor } from "../tensors/tensor.ts";
import { classify, type Label } from "./classify.ts";
import { forecast } from "./forecast.ts";
import { generate, generateEach } from "./generate.ts";
import type { Generated, GenerateOptions } from "./generation.ts";
import { showAs } from "./inspect.ts";
import { score, type Score } from "./score.ts";
import { Stream } from "./stream.ts";
import { trace, type Trace, type TraceReport } from "./trace.ts";

/** A description, where the file has none or another is wanted, and how to run. */
export interface ModelOptions extends CoreOptions {
  /**
   * A WebAssembly.Module of `unrolled/base.wasm` or `unrolled/relaxed.wasm`, for integers of
   * `unrolled/integer.wasm`, or what `compile` gave on another thread. Default: compiled from the bytes in the package,
   * once a process.
   */
  readonly module?: object;
  /**
   * How matrices are kept: "int8" and "int16" quantize them as they load, symmetric, one scale a row, and x and
   * h at every timestep, to at most 15 bits of the row's largest; biases, gates and cell states stay float32.
   * A row of x or h with NaN or Infinity gives NaN. Bits are the same on every runtime and processor, also of layers
   * that stay float32 beside them: `{ lstm: "int8" }` names layers by their `weights`, all others are as the file has
   * them. Default: as the file has them; `unrolled quantize` writes integers.
   */
  readonly weights?: Precisions;
}

/** A trained net, ready to run. */
export class Model extends CoreModel {
  static {
    showAs(Model, "Model", (model) => model.layers);
  }

  /**
   * Loads a safetensors file: PyTorch's state_dict, and the description under the
   * metadata key `unrolled`, in `options`, or inferred where the tensors leave one
   * reading. Throws FormatError where file or description cannot be run exactly.
   */
  static override fromSafetensors(file: Uint8Array | ArrayBuffer, options: ModelOptions = {}): Model {
    const { tensors, metadata } = readSafetensors(file instanceof ArrayBuffer ? new Uint8Array(file) : file);
    return Model.fromTensors(tensors, options, metadata.get("unrolled"));
  }

  /** The same from tensors already read; `json` is a description's text. */
  static override fromTensors(tensors: readonly Tensor[], options: ModelOptions = {}, json?: string): Model {
    return new Model(openNet(tensors, options, json, integers));
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
    return classify(this, x, options) as Labels;
  }

  /**
   * How probable a sequence of ids or bytes is to a net that foresees the next one, from the zero state.
   * Throws TypeError for a net on features, one that runs backward, or one with `last`.
   */
  score(x: Items): Score {
    return score(this, x);
  }

  /** Items that follow the prompt from the zero state: Stream.generate says how. */
  generate(options: GenerateOptions): Generated {
    return generate(this, options);
  }

  /** The same in pieces of `each` items (default 1), made when they are asked for. */
  generateEach(options: GenerateOptions & { readonly each?: number }): Generator<Generated, void, void> {
    return generateEach(this, options);
  }

  /**
   * Goes on with a series [T, features] of a net from features to as many features: [steps, features], each
   * output fed back as the next item. Row 0 is the output at the series' last item. Throws TypeError for another net.
   */
  forecast(series: Items, options: { readonly steps: number }): Float32Array {
    return forecast(this, series, options);
  }

  /** What the cells and their gates do over a sequence from the zero state. Not fast: `report` hears how far it is. */
  trace(x: Items, report?: TraceReport): Trace {
    return trace(this, x, report);
  }

  /** A new recurrent state on these weights, zero or as saved. Throws TypeError for a bidirectional net. */
  override stream(saved?: Uint8Array): Stream {
    const { net, workspace } = runnerOf(this);
    return new Stream(net, workspace, saved);
  }
}
