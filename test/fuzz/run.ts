// npm run fuzz [-- COUNT [FIRST SEED [READER]]]: a million mutated files of each reader.
import { Random } from "../support/random.ts";
import { attack, corpus, type Tally } from "./attack.ts";
import { attackCapture } from "./captures.ts";
import { attackForeign, foreignCorpus } from "./foreign.ts";
import { attackGraph, graphCorpus } from "./graphs.ts";
import { attackImported, importedCorpus } from "./imported.ts";
import { attackOnnx, onnxCorpus } from "./onnx.ts";

const count = Number(process.argv[2] ?? 1_000_000);
const first = Number(process.argv[3] ?? 1);
const only = process.argv[4];
const files = corpus(400);
const foreign = foreignCorpus();
const imported = importedCorpus();
const onnx = onnxCorpus();
const graphs = graphCorpus();
const attacks: Record<string, (seed: number, tally: Tally) => void> = {
  safetensors: (seed, tally) => attack(seed, files, tally),
  foreign: (seed, tally) => attackForeign(seed, foreign, tally),
  imported: (seed, tally) => attackImported(new Random(seed), imported, tally),
  captures: (seed, tally) => attackCapture(new Random(seed), tally),
  onnx: (seed, tally) => attackOnnx(new Random(seed), onnx, tally),
  graphs: (seed, tally) => attackGraph(new Random(seed), graphs, tally),
};

for (const [name, attackOne] of Object.entries(attacks)) {
  if (only && name !== only) continue;
  const tally: Tally = { inputs: 0, accepted: 0, refused: {}, slowest: 0 };
  const start = performance.now();
  let most = 0;
  for (let seed = first; seed < first + count; seed++) {
    try {
      attackOne(seed, tally);
    } catch (error) {
      throw new Error(`${name}, seed ${seed}: ${error}`, { cause: error });
    }
    if (tally.inputs % 10_000 === 0) {
      most = Math.max(most, process.memoryUsage().rss);
      await new Promise((resolve) => setImmediate(resolve)); // finalizers run
      if (tally.inputs % 100_000 === 0)
        console.log(`${name}: ${tally.inputs} inputs, ${Math.round((performance.now() - start) / 1000)} s`);
    }
  }
  console.log(
    name,
    JSON.stringify({
      ...tally,
      seconds: Math.round((performance.now() - start) / 1000),
      mostMemoryMB: Math.round(most / 2 ** 20),
    }),
  );
}
