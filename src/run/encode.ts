import type { Net } from "../model/build.ts";
import { readItems, type Items, type Sequence } from "./items.ts";

/** Sequences that run together: a batch of like lengths keeps its padding small. */
const TOGETHER = 64;

/** Sequences of one length, padded with zeros, and where they stand among the inputs. */
export interface Batch {
  readonly items: Float32Array | Int32Array;
  readonly lengths: number[];
  readonly order: number[];
}

/** Ragged inputs as batches, the longest first. Checks all of them before the first is given. */
export function batchesOf(net: Net, inputs: readonly Items[]): Batch[] {
  const sequences = inputs.map((x, i) => readItems(net, x, `inputs[${i}]`));
  const order = sequences.map((_, i) => i).sort((i, j) => sequences[j].count - sequences[i].count);
  const batches: Batch[] = [];
  for (let at = 0; at < order.length; at += TOGETHER) batches.push(pad(net, sequences, order.slice(at, at + TOGETHER)));
  return batches;
}

function pad(net: Net, sequences: readonly Sequence[], order: number[]): Batch {
  const { count, width } = sequences[order[0]];
  const Values = net.layers[0].type === "embedding" ? Int32Array : Float32Array;
  const items = new Values(order.length * count * width);
  order.forEach((i, row) => items.set(sequences[i].values, row * count * width));
  return { items, lengths: order.map((i) => sequences[i].count), order };
}
