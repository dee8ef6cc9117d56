// Mutated files of `unrolled/2`: of their bytes, of the header, of the graph within it.
import { FormatError, readSafetensors, writeSafetensors } from "../../src/index.ts";
import { sessionFromSafetensors, writeGraph } from "../../src/graph.ts";
import { fromOnnx } from "../../src/onnx.ts";
import { randomGraph } from "../support/graphs.ts";
import type { Random } from "../support/random.ts";
import type { Tally } from "./attack.ts";
import { mutate, mutateTree } from "./mutate.ts";
import { feedsFor, onnxCorpus } from "./onnx.ts";

/** Milliseconds that a file of a few kilobytes may take. */
const PATIENCE = 2000;

/** Graphs of random layers, and those of ONNX files that need no numbers of their inputs. */
export function graphCorpus(count: number): Uint8Array[] {
  const converted = onnxCorpus().flatMap((file) => {
    using session = fromOnnx(file);
    const dims: Record<string, number> = {};
    for (const port of session.inputs) for (const d of port.dims) if (typeof d === "string") dims[d] = 2;
    if ("samples" in dims) dims.samples = 64;
    try {
      return [writeGraph(session.graph(dims))];
    } catch (error) {
      if (error instanceof FormatError) return [];
      throw error;
    }
  });
  if (converted.length < 3) throw new Error(`expected graphs of ONNX files, got ${converted.length}`);
  return [...Array.from({ length: count }, (_, seed) => writeGraph(randomGraph(seed))), ...converted];
}

/** A file whose graph differs in one place or two. */
function mutateGraph(random: Random, file: Uint8Array): Uint8Array {
  const { tensors, metadata } = readSafetensors(file);
  const tree = JSON.parse(metadata.get("unrolled")!);
  for (let n = random.integer(1, 2); n > 0; n--) mutateTree(random, tree);
  return writeSafetensors(tensors, { unrolled: JSON.stringify(tree) });
}

/** Opens and runs one mutated file; throws unless it is refused as it should be, or runs. */
export function attackGraph(random: Random, corpus: readonly Uint8Array[], tally: Tally): void {
  const original = random.pick(corpus);
  const file = random.next() < 0.7 ? mutateGraph(random, original) : mutate(random, original);
  const begin = performance.now();
  tally.inputs++;
  try {
    using session = sessionFromSafetensors(file);
    const feeds = feedsFor(random, session.inputs);
    if (feeds) session.run(feeds);
    tally.accepted++;
  } catch (error) {
    if (error instanceof RangeError && /expected indices and whole numbers in range/.test(error.message)) return; // numbers that were fed
    if (!(error instanceof FormatError)) throw error;
    if (error.message.length > 5000 || error.message.includes("\n"))
      throw new Error(`expected a short line, got ${error.message.length} characters`, { cause: error });
    tally.refused[error.code] = (tally.refused[error.code] ?? 0) + 1;
  }
  const time = performance.now() - begin;
  if (time > PATIENCE) throw new Error(`${time} ms for ${file.length} bytes`);
  tally.slowest = Math.max(tally.slowest, time);
}
