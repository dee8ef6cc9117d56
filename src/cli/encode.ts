import type { Command } from "commander";
import { loadModel } from "./files.ts";
import { examples, itemsOf, withTexts, type TextOptions } from "./options.ts";
import { writeJson } from "./terminal.ts";
import { textsOf } from "./texts.ts";

export function encodeCommand(program: Command): void {
  withTexts(program.command("encode"), "texts", 'an object a text: {"input", "vector"}')
    .description("print the final hidden state of texts: a vector a text")
    .addHelpText(
      "after",
      examples('unrolled encode examples/models/language-id-lstm.safetensors "Guten Morgen" "Guten Abend" --json'),
    )
    .action(encode);
}

async function encode(path: string, args: string[], options: TextOptions): Promise<void> {
  const { model } = loadModel(path, options);
  for await (const input of textsOf(args, options.file)) {
    const vector = Array.from(model.encode(itemsOf(model, input)));
    if (options.json) writeJson({ input, vector });
    else process.stdout.write(`${vector.join(" ")}\n`);
  }
}
