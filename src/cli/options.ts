import { InvalidArgumentError, type Command } from "commander";
import type { Items, Model } from "../index.ts";
import type { LoadOptions } from "./files.ts";

/** What the commands that read texts have in common. */
export interface TextOptions extends LoadOptions {
  readonly file?: string;
  readonly json?: boolean;
}

/** Adds MODEL, the texts and where else they come from. */
export function withTexts(command: Command, what: string, json: string): Command {
  return command
    .argument("<model>", "file with the weights")
    .argument(
      `[${what}...]`,
      `the ${what}; with none, each line of standard input. For a net on ids or features: its numbers, apart by spaces`,
    )
    .option("-f, --file <file>", `each line of a file, in place of the ${what}`)
    .option("--json", json)
    .option("-d, --description <file>", "JSON file with the description, in place of the model's own")
    .option("--deterministic", "the build that gives the same bits on every machine");
}

/** Adds what binds a graph's sizes and inputs. */
export function withSizes(command: Command): Command {
  const bound =
    (least: number) =>
    (text: string, all: { readonly [name: string]: number } = {}) => {
      const at = text.lastIndexOf("=");
      const value = at < text.length - 1 ? Number(text.slice(at + 1)) : NaN;
      if (at < 1 || Number.isNaN(value) || (least === 0 && !(Number.isSafeInteger(value) && value >= 0))) {
        throw new InvalidArgumentError(`Expected NAME=${least === 0 ? "SIZE" : "NUMBER"}.`);
      }
      return { ...all, [text.slice(0, at)]: value };
    };
  return command
    .option(
      "--dim <name=size>",
      "the size of a dimension of an ONNX file or a graph that has a name; again for others",
      bound(0),
    )
    .option(
      "--constant <name=number>",
      "the value of a graph's input that never changes, as sr=16000; again for others",
      bound(-Infinity),
    );
}

/** The end of a command's help: lines that run where the models are. */
export function examples(...lines: string[]): string {
  const indented = lines.map((line) => `  ${line}\n`).join("");
  return `\nExample:\n${indented}in a clone of the repository, where examples/models is; there it is npx unrolled.`;
}

/** An example of quantize and compare. */
export const QUANTIZED = [
  "unrolled quantize examples/models/char-lm.safetensors small.safetensors --weights int8",
  "unrolled compare examples/models/char-lm.safetensors small.safetensors --input examples/models/README.md",
];

/** A parser of whole numbers of at least `least`. */
export function wholeNumber(least: number): (value: string) => number {
  return (value) => {
    const number = value.trim() === "" ? NaN : Number(value);
    if (!Number.isSafeInteger(number) || number < least)
      throw new InvalidArgumentError(`Expected a whole number of at least ${least}.`);
    return number;
  };
}

/** A parser of numbers within bounds, the lower one excluded where `above`. */
export function numberWithin(least: number, most: number, above = false): (value: string) => number {
  return (value) => {
    const number = value.trim() === "" ? NaN : Number(value);
    if (!(number <= most && (above ? number > least : number >= least))) {
      const upper = most === Number.MAX_VALUE ? "" : `, at most ${most}`;
      throw new InvalidArgumentError(`Expected a number ${above ? "above" : "of at least"} ${least}${upper}.`);
    }
    return number;
  };
}

/** A text as the model takes it: itself, or the numbers it consists of. */
export function itemsOf({ description }: Model, text: string): Items {
  return description.input === "bytes" ? text : numbersOf(text);
}

/** The numbers of a text, apart by spaces, commas or semicolons. */
export function numbersOf(text: string): number[] {
  return fieldsOf(text).map((word) => {
    const value = Number(word);
    if (Number.isNaN(value)) throw new Error(`${cut(text)}: expected numbers, got ${cut(word)}`);
    return value;
  });
}

/** The fields of a line, apart by spaces, commas or semicolons. */
export function fieldsOf(line: string): string[] {
  return line.split(/[\s,;]+/).filter(Boolean);
}

const cut = (text: string) => (text.length > 200 ? `${text.slice(0, 200)}...` : text);
