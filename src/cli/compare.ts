import type { Command } from "commander";
import type { Items, Model, RunOptions } from "../index.ts";
import { argMax, compareGraphs } from "./compare-graphs.ts";
import { about, loadModel, readBytes, readTensors } from "./files.ts";
import type { GraphOptions } from "./graphs.ts";
import { readInput } from "./input.ts";
import { examples, QUANTIZED, withSizes } from "./options.ts";
import { progress } from "./progress.ts";
import { writeJson } from "./terminal.ts";

interface Options extends GraphOptions {
  readonly input: string;
  readonly json?: boolean;
}

/** What comparing finds; `bits` where the models foresee the next id or byte of a sequence. */
interface Comparison {
  readonly sequences: number;
  /** Rows of outputs, and those whose largest output both models put in the same place. */
  readonly rows: number;
  readonly sameArgMax: number;
  readonly largestDifference: number;
  readonly meanDifference: number;
  readonly bitsPerItem?: readonly [number, number];
}

export function compareCommand(program: Command): void {
  withSizes(program.command("compare"))
    .description("run two models on the same data and report how far apart they are")
    .argument("<a>", "file of a model")
    .argument("<b>", "file of another with the same inputs and outputs, as a quantized or converted one")
    .requiredOption("-i, --input <file>", "safetensors file as for run, or a text file with a text a line")
    .option("--json", "one JSON object")
    .option("-d, --description <file>", "JSON file with the description, in place of the models' own")
    .option("--deterministic", "the build that gives the same bits on every machine")
    .addHelpText("after", examples(...QUANTIZED))
    .action(compare);
}

function compare(a: string, b: string, options: Options): void {
  const graphs = compareGraphs(a, b, options.input, options);
  if (graphs) {
    give(graphs, options);
    return;
  }
  const { model } = loadModel(a, options);
  const { model: other } = loadModel(b, options);
  if (model.inputSize !== other.inputSize || model.outputSize !== other.outputSize) {
    throw new Error(
      `${b}: expected ${model.inputSize} inputs and ${model.outputSize} outputs, as ${a}, got ${other.inputSize} and ${other.outputSize}`,
    );
  }
  const found = about(options.input, () => measure(model, other, sequencesOf(model, options.input)));
  give(found, options);
}

function give(found: Comparison, { json }: Options): void {
  if (json) writeJson(found);
  else process.stdout.write(page(found));
}

function sequencesOf(model: Model, path: string): { x: Items; options: RunOptions }[] {
  if (path.endsWith(".safetensors")) return [readInput(model, readTensors(path).tensors)];
  const texts = new TextDecoder("utf-8", { fatal: true })
    .decode(readBytes(path))
    .split(/\r?\n/)
    .filter((line) => line !== "");
  if (texts.length === 0) throw new Error("expected a text a line, got none");
  return texts.map((x) => ({ x, options: {} }));
}

function measure(a: Model, b: Model, sequences: readonly { x: Items; options: RunOptions }[]): Comparison {
  const width = a.outputSize;
  const foresees = isLanguageModel(a);
  const bits = [0, 0] as [number, number];
  let [rows, sameArgMax, largest, sum, items] = [0, 0, 0, 0, 0];
  const bar = progress(sequences.length, "sequences");
  for (const [i, { x, options }] of sequences.entries()) {
    bar.to(i);
    const outputs = [a.run(x, options).output, b.run(x, options).output];
    for (let at = 0; at < outputs[0].length; at += width, rows++) {
      const [p, q] = outputs.map((o) => o.subarray(at, at + width));
      if (argMax(p) === argMax(q)) sameArgMax++;
      for (let i = 0; i < width; i++) {
        const d = p[i] === q[i] ? 0 : Math.abs(p[i] - q[i]); // two infinities agree
        largest = Math.max(largest, d); // NaN stays
        sum += d;
      }
    }
    if (!foresees || typeof x !== "string") continue;
    const ids = new TextEncoder().encode(x);
    for (let t = 1; t < ids.length; t++, items++)
      outputs.forEach((o, i) => (bits[i] -= Math.log2(o[(t - 1) * width + ids[t]])));
  }
  bar.end();
  const bitsPerItem = items > 0 ? ([bits[0] / items, bits[1] / items] as const) : undefined;
  return {
    sequences: sequences.length,
    rows,
    sameArgMax,
    largestDifference: largest,
    meanDifference: sum / rows / width,
    bitsPerItem,
  };
}

/** Every output is the probability of one of the inputs to come next. */
function isLanguageModel({ layers, inputSize, outputSize, description }: Model): boolean {
  return (
    description.input === "bytes" &&
    inputSize === outputSize &&
    layers[layers.length - 1].type === "softmax" &&
    !layers.some((l) => l.type === "last")
  );
}

function page({ sequences, rows, sameArgMax, largestDifference, meanDifference, bitsPerItem }: Comparison): string {
  const lines = [
    `${sequences.toLocaleString("en-US")} input${sequences === 1 ? "" : "s"}, ${rows.toLocaleString("en-US")} rows of outputs`,
    `largest difference  ${largestDifference.toExponential(2)}`,
    `mean difference     ${meanDifference.toExponential(2)}`,
    `same arg-max        ${sameArgMax.toLocaleString("en-US")} of ${rows.toLocaleString("en-US")}, ${((100 * sameArgMax) / rows).toFixed(2)} %`,
  ];
  if (bitsPerItem) {
    const [a, b] = bitsPerItem;
    lines.push(`bits per byte       ${a.toFixed(5)} and ${b.toFixed(5)}, ${b >= a ? "+" : ""}${(b - a).toFixed(5)}`);
  }
  return `${lines.join("\n")}\n`;
}
