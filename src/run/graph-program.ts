import { fingerprint, type Fingerprint } from "../bind/fingerprint.ts";
import type { Graph } from "../graph/graph.ts";
import { countOf, isFloat } from "../ops/op.ts";
import { streamGraph } from "../passes/stream.ts";
import { fused } from "../passes/fuse.ts";
import { planGraph } from "../plan/plan.ts";
import type { Evaluator, Loaded, Player } from "./player.ts";

/** Rows of a block, the largest first. */
const SIZES = [128, 32, 8, 1];

/** A block in memory; addresses in words. */
export interface LoadedBlock {
  readonly rows: number;
  readonly loaded: Loaded;
  readonly x: number;
  readonly y: number;
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** What all streams of a graph share. */
export interface GraphProgram {
  readonly player: Player;
  readonly blocks: readonly LoadedBlock[];
  /** Words of each carried value, and where it begins in the state. */
  readonly counts: readonly number[];
  readonly places: readonly number[];
  readonly words: number;
  /** The state before the first row. */
  readonly initial: Int32Array;
  /** Values of a row. */
  readonly inputSize: number;
  readonly outputSize: number;
  /** The input is ids, the output is floats. */
  readonly ids: boolean;
  readonly floats: boolean;
  fingerprint(): Fingerprint;
}

/** Makes the graph of each block, loads them, and computes the state that streams begin from. */
export function loadProgram(graph: Graph, player: Player, evaluator: Evaluator): GraphProgram {
  const streamed = streamGraph(graph, SIZES, evaluator.evaluate);
  const counts = streamed.carried.map(({ shape }) => countOf(shape));
  const places = counts.map((_, i) => counts.slice(0, i).reduce((a, b) => a + b, 0));
  const words = counts.reduce((a, b) => a + b, 0);
  const initial = new Int32Array(words);
  const start = player.load(planGraph(fused(streamed.start)));
  try {
    player.play(start);
    counts.forEach((count, i) =>
      initial.set(player.arena.i32.subarray(start.outputs[i] >> 2, (start.outputs[i] >> 2) + count), places[i]),
    );
  } finally {
    player.unload(start);
  }
  let print: Fingerprint | undefined;
  return {
    player,
    counts,
    places,
    words,
    initial,
    blocks: streamed.blocks.map(({ rows, graph: bound }) => {
      const loaded = player.load(planGraph(fused(bound)));
      const [x, ...rest] = loaded.inputs.map((address) => address >> 2);
      const order = bound.inputs.slice(1).map(({ name }) => Number(name.slice("carried ".length)));
      const from = counts.map((_, i) => rest[order.indexOf(i)]);
      const at = (name: string) => loaded.outputs[bound.outputs.findIndex((o) => o.name === name)] >> 2;
      return { rows, loaded, x, y: at("output"), from, to: counts.map((_, i) => at(`carried ${i}`)) };
    }),
    inputSize: countOf(streamed.input.shape),
    outputSize: countOf(streamed.output.shape),
    ids: !isFloat(streamed.input.dtype),
    floats: isFloat(streamed.output.dtype),
    fingerprint: () => (print ??= fingerprint(graph)),
  };
}
