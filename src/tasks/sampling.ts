import { checkCount, kindOf } from "../check.ts";
import type { Net } from "../model/build.ts";
import { encodeUtf8 } from "../text.ts";
import { checkId, type Items } from "../run/items.ts";
import { checkForward, checkTokens } from "./feed.ts";

/** How each item is chosen: p = softmax(logits / temperature), cut to topK, then to topP, then drawn. */
export interface SamplingOptions {
  /** Default 1. At 0 the most probable item is taken, of equal ones the lowest id. */
  readonly temperature?: number;
  /** Keeps the k most probable items; of equal ones the lowest ids. Default all. */
  readonly topK?: number;
  /**
   * Of the items that topK keeps, their probabilities summing to 1, keeps the fewest and most probable that sum
   * to at least p, above 0 and at most 1; of equal ones the lowest ids. Default 1, all.
   */
  readonly topP?: number;
  /** Where the random numbers begin, from 0 to 2^32 - 1. The same seed gives the same items. Default 0. */
  readonly seed?: number;
  /** Ends with the item that completes this text or these ids, or one of several. They stay in the result. */
  readonly stop?: Items | readonly Items[];
}

/** The same as assembly/run/predict.ts wants it. */
export interface Sampling {
  /** 1 / temperature, or 0. */
  readonly scale: number;
  readonly topK: number;
  readonly topP: number;
  readonly seed: number;
  /** [length, ids...] each, then 0. */
  readonly stops: Int32Array;
  /** Ids of the longest stop. */
  readonly longest: number;
}

const MOST_IDS = 0x7fffffff;

/** Throws TypeError unless the net gives what it takes. @internal */
export function checkGenerator(net: Net): void {
  checkTokens("generate", net);
  checkForward("generate", net);
  const bytes = net.description.input === "bytes";
  if (net.description.labels)
    throw new TypeError(
      `generate: expected a net whose outputs are ${bytes ? "bytes" : "ids"}, got one whose outputs are labels`,
    );
  const most = bytes ? 256 : net.layers[0].inputSize;
  const { outputSize } = net.program;
  if (outputSize > most)
    throw new TypeError(
      `generate: expected at most ${most} outputs, one ${bytes ? "a byte" : "an id"}, got ${outputSize}`,
    );
}

/** Checks all options. @internal */
export function readSampling(
  net: Net,
  { temperature = 1, topK = MOST_IDS, topP = 1, seed = 0, stop = [] }: SamplingOptions,
): Sampling {
  checkNumber("temperature", temperature, "a number of at least 0", (t) => t >= 0 && t < Infinity);
  checkCount("topK", topK, 1);
  checkNumber("topP", topP, "a number above 0, at most 1", (p) => p > 0 && p <= 1);
  checkCount("seed", seed, 0);
  if (seed > 0xffffffff) throw new RangeError(`seed: expected at most 4294967295, got ${seed}`);
  const stops = listOf(stop).map((s, i) => stopIds(net, s, `stop[${i}]`));
  return {
    // A finite float32 above 0: the module takes 0 for the most probable item.
    scale: temperature === 0 ? 0 : Math.min(Math.max(1 / temperature, 1e-37), 3e38),
    topK: Math.min(topK, MOST_IDS),
    topP,
    seed,
    stops: Int32Array.from([...stops.flatMap((ids) => [ids.length, ...ids]), 0]),
    longest: stops.reduce((n, ids) => Math.max(n, ids.length), 0),
  };
}

/** A text, an array of ids, or a list of these. */
function listOf(stop: Items | readonly Items[]): readonly Items[] {
  if (typeof stop === "string") return [stop];
  if (typeof stop !== "object" || stop === null || typeof stop.length !== "number")
    throw new TypeError(`stop: expected a text, ids, or a list of these, got ${kindOf(stop)}`);
  return stop.length > 0 && typeof stop[0] === "number" ? [stop as Items] : (stop as readonly Items[]);
}

function stopIds(net: Net, stop: Items, label: string): number[] {
  if (typeof stop === "string" && net.description.input !== "bytes")
    throw new TypeError(`${label}: expected ids, got a text; only a net with input "bytes" takes one`);
  const ids = typeof stop === "string" ? [...encodeUtf8(stop)] : Array.from(stop);
  if (ids.length === 0) throw new RangeError(`${label}: expected at least one item, got none`);
  ids.forEach((id, i) => checkId(label, id, net.program.outputSize, i));
  return ids;
}

function checkNumber(label: string, value: unknown, expected: string, valid: (value: number) => boolean): void {
  if (typeof value !== "number") throw new TypeError(`${label}: expected a number, got ${kindOf(value)}`);
  if (!valid(value)) throw new RangeError(`${label}: expected ${expected}, got ${value}`);
}
