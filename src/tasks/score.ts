import { checkOpen } from "../model/build.ts";
import { checkId, readItems, type Items } from "../run/items.ts";
import { runnerOf, type Model } from "../run/model.ts";
import { CHUNK_ROWS } from "../run/workspace.ts";
import { checkForward, checkTokens, feed, logitsOf } from "./feed.ts";

/** How well a net foresees a sequence. The first item has no prediction and is not counted. */
export interface Score {
  /** Items counted. */
  readonly items: number;
  /** -log2 of the sequence's probability: the sum of -log2 p(item | those before). */
  readonly bits: number;
  /** bits / items; 0 where no item is counted. */
  readonly bitsPerItem: number;
  /** 2 ** bitsPerItem */
  readonly perplexity: number;
  /** ln p(item | those before), [items], from the second item on. */
  readonly logProbabilities: Float64Array;
}

/** Scores a sequence from the zero state, CHUNK_ROWS items a call. */
export function score(model: Model, x: Items): Score {
  const runner = runnerOf(model);
  const { net, workspace } = runner;
  checkTokens("score", net);
  checkForward("score", net);
  if (net.layers.some((l) => l.type === "last"))
    throw new TypeError("score: expected a net with an output every timestep, got one with last");
  const program = logitsOf(net);
  const ids = Int32Array.from(readItems(net, x).values);
  checkOpen("model", net);
  const state = runner.begin(1);
  const outputs = program.outputSize;
  ids.forEach((id, i) => i > 0 && checkId("x", id, outputs, i));
  const items = ids.length - 1;
  const logProbabilities = new Float64Array(items);
  const logits = new Float32Array(Math.min(items, CHUNK_ROWS) * outputs);
  for (let t = 0; t < items; t += CHUNK_ROWS) {
    const end = Math.min(t + CHUNK_ROWS, items);
    feed(net, workspace, program, { values: ids.subarray(t, end), width: 1, count: end - t }, state, logits);
    for (let i = t; i < end; i++) logProbabilities[i] = logProbability(logits, (i - t) * outputs, outputs, ids[i + 1]);
  }
  const bits = items > 0 ? -logProbabilities.reduce((a, b) => a + b) / Math.LN2 : 0;
  const bitsPerItem = items > 0 ? bits / items : 0;
  return { items, bits, bitsPerItem, perplexity: 2 ** bitsPerItem, logProbabilities };
}

/** x_id - max x - ln sum exp(x - max x), in float64. */
function logProbability(x: Float32Array, at: number, count: number, id: number): number {
  let top = -Infinity;
  for (let k = at; k < at + count; k++) if (x[k] > top) top = x[k];
  let sum = 0;
  for (let k = at; k < at + count; k++) sum += Math.exp(x[k] - top);
  return x[at + id] - top - Math.log(sum);
}
