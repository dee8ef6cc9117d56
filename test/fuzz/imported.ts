// Mutated models of Keras and TensorFlow.js: of their bytes, of their HDF5, of their JSON.
import { readZip } from "../../src/formats/zip.ts";
import type { Graph } from "../../src/graph/graph.ts";
import { FormatError } from "../../src/index.ts";
import { kerasModels, sessionOf, tfjs, tfjsModels, type Imported } from "../support/imported.ts";
import type { Random } from "../support/random.ts";
import { zipOf } from "../support/zip.ts";
import type { Tally } from "./attack.ts";
import { mutateBytes, mutateTree } from "./mutate.ts";

/** Milliseconds that a file of a few kilobytes may take. */
const PATIENCE = 2000;

/** Elements of the input that is fed. */
const MOST_FED = 4096;

export function importedCorpus(): Imported[] {
  return [...kerasModels(), ...tfjsModels()].filter((m) => m.says === null);
}

/** JSON that differs in one to three places. */
function mutateJson(random: Random, bytes: Uint8Array): Uint8Array {
  if (random.next() < 0.1) return mutateBytes(random, bytes);
  const tree = JSON.parse(new TextDecoder().decode(bytes));
  for (let n = random.integer(1, 3); n > 0; n--) mutateTree(random, tree);
  return new TextEncoder().encode(JSON.stringify(tree));
}

/** An HDF5 whose configuration differs, of the same length; or whose bytes do. */
function mutateHdf5(random: Random, bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes).toString("latin1");
  const begin = text.indexOf('{"class_name"');
  if (begin < 0 || random.next() < 0.5) return mutateBytes(random, bytes);
  const end = text.indexOf("\0", begin);
  const config = mutateJson(random, bytes.subarray(begin, end));
  const out = bytes.slice();
  out.fill(0x20, begin, end).set(config.subarray(0, end - begin), begin);
  return out;
}

function mutate(random: Random, file: Uint8Array): Uint8Array {
  if (file[0] === 0x7b) return mutateJson(random, file);
  if (file[0] !== 0x50) return mutateHdf5(random, file);
  if (random.next() < 0.1) return mutateBytes(random, file);
  const zip = readZip(file);
  const parts = zip.names.map((name) => [name, zip.read(name)] as [string, Uint8Array]);
  const part = random.pick(parts);
  part[1] = part[0].endsWith(".json") ? mutateJson(random, part[1]) : mutateHdf5(random, part[1]);
  return zipOf(parts);
}

/** Reads one mutated model; throws unless it is refused as it should be, or its graph runs or is refused. */
export function attackImported(random: Random, corpus: readonly Imported[], tally: Tally): void {
  const model = random.pick(corpus);
  const files = [...model.files];
  const at = random.integer(0, files.length - 1);
  files[at] = at === 0 ? mutate(random, files[0]) : mutateBytes(random, files[at]);
  if (model.graph === tfjs && !isJson(files[0])) return;
  const begin = performance.now();
  tally.inputs++;
  try {
    run(model.graph(files));
    tally.accepted++;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    if (error.message.length > 5000 || error.message.includes("\n"))
      throw new Error(`expected a short line, got ${error.message}`, { cause: error });
    tally.refused[error.code] = (tally.refused[error.code] ?? 0) + 1;
  }
  const time = performance.now() - begin;
  if (time > PATIENCE) throw new Error(`${model.name}: ${time} ms`);
  tally.slowest = Math.max(tally.slowest, time);
}

function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder().decode(bytes));
    return true;
  } catch {
    return false;
  }
}

/** Runs a graph on zeros, where its input is small. */
function run(graph: Graph): void {
  const [{ dtype, dims }] = graph.inputs;
  const sizes = dims.map((d) => (typeof d === "number" ? d : 2));
  const count = sizes.reduce((a, b) => a * b, 1);
  if (count > MOST_FED || count === 0) return;
  using session = sessionOf(graph);
  session.run({
    x:
      dtype === "int32"
        ? { type: "int32", dims: sizes, data: new Int32Array(count) }
        : { type: "float32", dims: sizes, data: new Float32Array(count) },
  });
}
