import type { Command } from "commander";
import type { Items, Label, Model } from "../index.ts";
import { printable } from "../text.ts";
import { loadModel } from "./files.ts";
import { examples, itemsOf, wholeNumber, withTexts, type TextOptions } from "./options.ts";
import { bold, writeJson } from "./terminal.ts";
import { textsOf } from "./texts.ts";

interface Options extends TextOptions {
  readonly top: number;
}

export function classifyCommand(program: Command): void {
  withTexts(
    program.command("classify"),
    "texts",
    'an object a text: {"input", "top": [{"label", "probability"}]}; without last, a list an item',
  )
    .description("print the most probable labels of texts")
    .option("-n, --top <count>", "labels a text", wholeNumber(1), 3)
    .addHelpText(
      "after",
      examples('unrolled classify examples/models/language-id-lstm.safetensors "Guten Morgen" "Buenos días"'),
    )
    .action(classify);
}

async function classify(path: string, args: string[], options: Options): Promise<void> {
  const { model } = loadModel(path, options);
  const each = !model.layers.some((l) => l.type === "last");
  checkClassifier(path, model);
  let warm = false;
  for await (const text of textsOf(args, options.file)) {
    const items = itemsOf(model, text);
    if (!options.json && !warm) warm = warmUp(model, items);
    const start = performance.now();
    const top = model.classify<Label[] | Label[][]>(items, { top: options.top });
    const elapsed = performance.now() - start;
    if (options.json) writeJson({ input: text, top });
    else process.stdout.write(each ? tags(text, top as Label[][]) : block(model, text, top as Label[], elapsed));
  }
}

const percent = (top: readonly Label[]) =>
  top
    .map(({ label, probability }, i) =>
      (i === 0 ? bold : String)(`${printable(label)} ${(100 * probability).toFixed(1)} %`),
    )
    .join("   ");

/** A line an item. */
function tags(text: string, rows: readonly (readonly Label[])[]): string {
  return `${printable(text)}\n${rows.map((top, t) => `  ${t}  ${percent(top)}`).join("\n")}\n`;
}

function block({ description }: Model, text: string, top: readonly Label[], elapsed: number): string {
  if (description.input !== "bytes") return `${printable(text)}\n  ${percent(top)}\n`;
  const bytes = Buffer.byteLength(text);
  return `${printable(text)}\n  ${percent(top)}   (${bytes} bytes, ${((1000 * elapsed) / bytes).toFixed(1)} µs a byte)\n`;
}

/** Runs until the engine's code is compiled for speed, so that the clock shows the steady pace. */
function warmUp(model: Model, text: Items): true {
  for (const end = performance.now() + 30; performance.now() < end;) model.run(text);
  return true;
}

/** Labels, or their numbers, mean something only where the net was made to classify. */
function checkClassifier(path: string, { layers, description }: Model): void {
  const types = layers.map((l) => l.type);
  const end = types[types.length - 1];
  const classifies = description.labels !== undefined || types.includes("last");
  if (!classifies || (end !== "softmax" && end !== "linear")) {
    throw new Error(
      `${path}: expected a classifier of texts (labels, or layers with last; linear or softmax at the end), got layers ${types.join(", ")}${description.labels ? "" : " without labels"}`,
    );
  }
}
