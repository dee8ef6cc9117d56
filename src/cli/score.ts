import type { Command } from "commander";
import { printable } from "../text.ts";
import { loadModel } from "./files.ts";
import { examples, itemsOf, withTexts, type TextOptions } from "./options.ts";
import { writeJson } from "./terminal.ts";
import { textsOf } from "./texts.ts";

export function scoreCommand(program: Command): void {
  withTexts(program.command("score"), "texts", 'an object a text: {"input", "bits", "bitsPerItem", "items"}')
    .description("print how well a language model foresees texts: bits, the fewer the more probable")
    .addHelpText("after", HELP)
    .action(score);
}

const HELP = `
The first item has no prediction and is not counted.
${examples('unrolled score examples/models/char-lm.safetensors "Time flies like an arrow" "Arrow an like flies time"')}`;

async function score(path: string, args: string[], options: TextOptions): Promise<void> {
  const { model } = loadModel(path, options);
  const unit = model.description.input === "bytes" ? "byte" : "item";
  for await (const input of textsOf(args, options.file)) {
    const { bits, bitsPerItem, items, perplexity } = model.score(itemsOf(model, input));
    const count = `${items} ${unit}${items === 1 ? "" : "s"}`;
    const each = `${bitsPerItem.toFixed(3)} bits a ${unit}   perplexity ${perplexity.toFixed(2)}`;
    if (options.json) writeJson({ input, bits, bitsPerItem, items });
    else process.stdout.write(`${printable(input)}\n  ${bits.toFixed(2)} bits   ${each}   ${count}\n`);
  }
}
