import { InvalidArgumentError, type Command } from "commander";
import type { Model } from "../index.ts";
import { loadModel, type LoadOptions } from "./files.ts";
import { textsOf } from "./texts.ts";

interface Options extends LoadOptions {
  readonly top: number;
  readonly json?: boolean;
}

export function classifyCommand(program: Command): void {
  program
    .command("classify")
    .description("print the most probable labels of texts")
    .argument("<model>", "safetensors file of a classifier of texts")
    .argument("[texts...]", "the texts; with none, each line of standard input")
    .option("-n, --top <count>", "labels a text", parseCount, 3)
    .option("--json", 'an object a text: {"input", "top": [{"label", "probability"}]}')
    .option("-d, --description <file>", "JSON file with the description, in place of the model's own")
    .option("--deterministic", "the build that gives the same bits on every machine")
    .addHelpText("after", '\nExample:\n  unrolled classify examples/models/language-id-lstm.safetensors "Guten Morgen" "Buenos días"')
    .action(classify);
}

async function classify(path: string, args: string[], options: Options): Promise<void> {
  const { model } = loadModel(path, options);
  checkClassifier(path, model);
  let warm = false;
  for await (const text of textsOf(args)) {
    if (!options.json && !warm) warm = warmUp(model, text);
    const start = performance.now();
    const { output } = model.run(text);
    const elapsed = performance.now() - start;
    const top = topOf(output, model.description.labels, options.top);
    process.stdout.write(options.json ? `${JSON.stringify({ input: text, top })}\n` : block(text, top, elapsed));
  }
}

/** Labels and probabilities, the most probable first. */
function topOf(output: Float32Array, labels: readonly string[] | undefined, count: number): { label: string; probability: number }[] {
  return Array.from(output, (probability, i) => ({ label: labels?.[i] ?? String(i), probability }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, count);
}

function block(text: string, top: readonly { label: string; probability: number }[], elapsed: number): string {
  const bytes = Buffer.byteLength(text);
  const labels = top.map(({ label, probability }) => `${label} ${(100 * probability).toFixed(1)} %`);
  return `${text}\n  ${labels.join("   ")}   (${bytes} bytes, ${((1000 * elapsed) / bytes).toFixed(1)} µs a byte)\n`;
}

/** Runs until the engine's code is compiled for speed, so that the clock shows the steady pace. */
function warmUp(model: Model, text: string): true {
  for (const end = performance.now() + 30; performance.now() < end;) model.run(text);
  return true;
}

/** One row of probabilities a text, or the labels mean nothing. */
function checkClassifier(path: string, { layers, description }: Model): void {
  const types = layers.map((l) => l.type);
  if (description.input !== "bytes" || !types.includes("last") || types[types.length - 1] !== "softmax") {
    throw new Error(`${path}: expected a classifier of texts (input "bytes", layers with last, softmax at the end), got input ${JSON.stringify(description.input ?? "features")}, layers ${types.join(", ")}`);
  }
}

function parseCount(value: string): number {
  const count = Number(value);
  if (!Number.isSafeInteger(count) || count < 1) throw new InvalidArgumentError("Expected a whole number of at least 1.");
  return count;
}
