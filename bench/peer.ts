import type { Case } from "./cases.ts";
import type { Net } from "./weights.ts";

/** A workload, ready to be called. Output of `check`: `[B, T, D*H]` from the zero state. */
export interface Workload {
  readonly check: () => Float32Array | Promise<Float32Array>;
  readonly call: () => void | Promise<void>;
  readonly asynchronous?: boolean;
  /** Present when the outputs cannot be the reference's: why. */
  readonly differs?: string;
  /** Present when the peer runs the case in a way that the reader should know. */
  readonly note?: string;
}

/** What a peer says of a case that it cannot run. */
export interface Unsupported {
  readonly unsupported: string;
}

export type Prepare = (c: Case, net: Net, x: Float32Array) => Promise<Workload | Unsupported>;

export const PEERS = [
  "unrolled",
  "unrolled-int8",
  "unrolled-int16",
  "onnxruntime-web",
  "onnxruntime-web-int8",
  "tfjs",
  "brain.js",
  "plain",
] as const;
export type PeerName = (typeof PEERS)[number];

/** This engine alone, for the table of integers. */
export const INTEGER_PEERS = PEERS.slice(0, 3);

export const REFERENCE_PEER: PeerName = "onnxruntime-web";
/** Not a peer: the loops that say how fast the weights can be read and used at all. */
export const LIMIT = "limit";
