import type { Command } from "commander";
import type { Generated, GenerateError, GenerateOptions, Model } from "../index.ts";
import { loadModel } from "./files.ts";
import { examples, itemsOf, numberWithin, wholeNumber, withTexts, type TextOptions } from "./options.ts";
import { progress } from "./progress.ts";
import { visible, writeJson } from "./terminal.ts";
import { textsOf } from "./texts.ts";

interface Options extends TextOptions {
  readonly length: number;
  readonly temperature: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly seed: number;
  readonly stop?: string[];
}

/** Items made before some are shown. */
const EACH = 64;

export function generateCommand(program: Command): void {
  withTexts(program.command("generate"), "prompts", 'an object a prompt: {"prompt", "text"}')
    .description("go on with prompts, an item after the other")
    .option("-l, --length <count>", "items to make", wholeNumber(0), 200)
    .option(
      "-t, --temperature <number>",
      "divides the logits; 0 takes the most probable item",
      numberWithin(0, Number.MAX_VALUE),
      1,
    )
    .option("-k, --top-k <count>", "draws from the k most probable items", wholeNumber(1))
    .option(
      "-p, --top-p <number>",
      "draws from the fewest items that together have probability p",
      numberWithin(0, 1, true),
    )
    .option("-s, --seed <number>", "the same seed gives the same text", wholeNumber(0), 0)
    .option("--stop <texts...>", "ends with the first of these")
    .addHelpText(
      "after",
      examples(
        'unrolled generate examples/models/char-lm.safetensors "Time flies like " --length 200 --temperature 0.7 --seed 1',
      ),
    )
    .action(generate);
}

async function generate(path: string, args: string[], options: Options): Promise<void> {
  const { model } = loadModel(path, options);
  const { length, temperature, topK, topP, seed } = options;
  const stop = options.stop?.map((text) => itemsOf(model, text));
  for await (const prompt of textsOf(args, options.file)) {
    const how: GenerateOptions = { prompt: itemsOf(model, prompt), length, temperature, topK, topP, seed, stop };
    if (options.json) writeJson({ prompt, text: whole(model, how) });
    else await show(model, prompt, how);
  }
}

/** The text of a piece; of ids, their numbers. */
function textOf({ description }: Model, { ids, text }: Generated): string {
  return description.input === "bytes" ? text : Array.from(ids, (id) => ` ${id}`).join("");
}

function whole(model: Model, how: GenerateOptions): string {
  const bar = progress(how.length, "items");
  let text = "";
  let made = 0;
  for (const piece of model.generateEach({ ...how, each: 4096 })) {
    text += textOf(model, piece);
    bar.to((made += piece.ids.length));
  }
  bar.end();
  return model.description.input === "bytes" ? text : text.trimStart();
}

/** Pieces as they are made, the one in which a logit is no number last. */
function* pieces(model: Model, how: GenerateOptions & { readonly each: number }): Generator<Generated> {
  try {
    yield* model.generateEach(how);
  } catch (error) {
    const { generated } = error as GenerateError;
    if (generated?.ids.length) yield generated;
    throw error;
  }
}

/** The prompt and what follows, as it comes. */
async function show(model: Model, prompt: string, how: GenerateOptions): Promise<void> {
  const bar = progress(how.length, "items", { streamed: true });
  let made = 0;
  let first = prompt; // written with the first piece, so that a refusal stands alone
  for (const piece of pieces(model, { ...how, each: EACH })) {
    if (!process.stdout.write(visible(first + textOf(model, piece))))
      await new Promise<void>((drained) => process.stdout.once("drain", drained));
    first = "";
    bar.to((made += piece.ids.length));
  }
  bar.end();
  process.stdout.write(`${visible(first)}\n`);
}
