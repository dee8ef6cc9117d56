import type { GateOrder } from "../pack/gates.ts";
import type { Group } from "../pack/panels.ts";

export { Flag, Kind } from "../abi/layout.ts";

/** Layers of a net at most, every depth and direction of a stack counted. */
export const MOST_LAYERS = 1000;

/** A region of floats that a layer wants, and how to fill it. */
export interface Weights {
  readonly size: number;
  /** `group`: which vectors the build wants side by side. */
  write(out: Float32Array, group: Group): void;
}

/** One record for the kernels: the words of Layer in assembly/abi.ts in elements, addresses still open. */
export interface LayerRecord {
  readonly kind: number;
  readonly flags: number;
  /** Features of a row of x, and outputs (a cell's hidden units). */
  readonly inputs: number;
  readonly units: number;
  /** First column in a row of y, and that row's columns. */
  readonly column: number;
  readonly columns: number;
  readonly weights?: Weights;
  /** Elements of one packed panel, where weights are float32. */
  readonly panel?: number;
  /** Weights are integers. */
  readonly integers?: boolean;
  /** A cell's panels of pre-activations. */
  readonly panels?: number;
  /** More panels: W_hr of a projected LSTM, the candidate of a GRU that resets before. */
  readonly second?: Weights;
  readonly peepholes?: Weights;
  readonly clip?: number;
  readonly alpha?: number;
  readonly beta?: number;
  /** How a cell's gates stand in `weights`, and its candidate's in `second`. */
  readonly gates?: GateOrder;
  readonly candidate?: GateOrder;
  /** A cell's state: features of h and of c. */
  readonly state?: { readonly h: number; readonly c: number };
  /** The cell whose h a `last` keeps. */
  readonly of?: LayerRecord;
}

/** A layer of the net: what goes in, what comes out, and the records that compute it. */
export interface Layer extends LayerFacts {
  readonly records: readonly LayerRecord[];
}

/** What a layer is. */
export interface LayerFacts {
  /** Its type in the description. */
  readonly type: string;
  /** Prefix of its tensors' names, "" where it has none. */
  readonly weights: string;
  /** Features of an item; for an embedding the size of its vocabulary. */
  readonly inputSize: number;
  /** Features of a row that it gives. */
  readonly outputSize: number;
  /** 1 or 2 for a cell, 0 for other layers. */
  readonly directions: number;
  /** Trained numbers. */
  readonly parameters: number;
}
