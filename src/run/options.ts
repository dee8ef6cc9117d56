import type { Description } from "../layers/description.ts";
import type { Region } from "../memory/plan.ts";
import type { State } from "./state.ts";

/** A description, where the file has none or another is wanted, and how to run. */
export interface ModelOptions extends Partial<Description> {
  /** Runs the base build, whose bits are the same on every runtime and processor. Default false. */
  readonly deterministic?: boolean;
  /**
   * A WebAssembly.Module of `unrolled/base.wasm` or `unrolled/relaxed.wasm`, or what `compile` gave on another
   * thread. Default: compiled from the bytes in the package, once a process.
   */
  readonly module?: object;
}

/** How to run sequences. */
export interface RunOptions {
  /** Sequences in x, one after the other. Without it x is one sequence, and outputs have no batch dimension. */
  readonly batch?: number;
  /** Timesteps of each sequence, at least 1, where they differ. */
  readonly lengths?: ArrayLike<number>;
  /** The state to begin with. Default zero. */
  readonly state?: State;
  /** Every timestep's output, or only each sequence's last. Default "all". */
  readonly output?: "all" | "last";
  /** Arrays of an earlier, equally shaped run to write into: then no array is made. */
  readonly into?: RunResult;
}

/** What a run gives. */
export interface RunResult {
  /**
   * [steps, outputSize], or [batch, steps, outputSize] with zeros past each length.
   * For a net with `last`, and for `output: "last"`, [outputSize] or [batch, outputSize]:
   * the final hidden state where the net ends in a cell, else the last timestep's output.
   */
  readonly output: Float32Array;
  /** The state after each sequence's last timestep. */
  readonly state: State;
}

/** A recurrent layer's part of the states. */
export interface StateSize {
  /** Prefix of the layer's tensors. */
  readonly weights: string;
  /** Layers * directions. */
  readonly cells: number;
  /** Features of a cell's hidden state. */
  readonly h: number;
  /** Units of an LSTM's cell state, 0 where there is none. */
  readonly c: number;
}

/** A model's memory. */
export interface MemoryUse {
  /** The module that runs: "base", "relaxed", or one of integers. */
  readonly build: string;
  /** Of the whole memory. */
  readonly bytes: number;
  /** What stands where. */
  readonly regions: readonly Region[];
}
