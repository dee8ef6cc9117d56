import type { Command } from "commander";
import type { CellTrace } from "../index.ts";
import { printable } from "../text.ts";
import { loadModel } from "./files.ts";
import { drawTrace } from "./heatmap.ts";
import { examples, itemsOf, wholeNumber, withTexts, type TextOptions } from "./options.ts";
import { progress, type Progress } from "./progress.ts";
import { writeJson } from "./terminal.ts";
import { textsOf } from "./texts.ts";
import { writeWhole } from "./write.ts";

interface Options extends TextOptions {
  readonly svg?: string;
  readonly units: number;
}

export function traceCommand(program: Command): void {
  withTexts(
    program.command("trace"),
    "text",
    'one object: {"input", "steps", "cells": [{"layer", "type", "h": [[...]], "c", "gates"}]}',
  )
    .description("look inside: the gates and states of every cell at every item of one text")
    .option("--svg <file>", "draws them as heat maps under the characters")
    .option("-u, --units <count>", "units drawn of each cell, those that change most", wholeNumber(1), 16)
    .addHelpText(
      "after",
      examples('unrolled trace examples/models/char-lm.safetensors "It is finished. And the rest" --svg trace.svg'),
    )
    .action(trace);
}

async function trace(path: string, args: string[], options: Options): Promise<void> {
  if (options.svg === undefined && !options.json) throw new Error("trace: expected --svg FILE or --json, got neither");
  const { model } = loadModel(path, options);
  let input: string | undefined;
  for await (const text of textsOf(args, options.file)) {
    if (input !== undefined) throw new Error("trace: expected one text, got more");
    input = text;
  }
  if (input === undefined) throw new Error("trace: expected a text, got none");
  const items = itemsOf(model, input);
  let bar: Progress | undefined;
  const traced = model.trace(items, (done, total) => (bar ??= progress(total, "timesteps")).to(done));
  bar?.end();
  if (options.svg !== undefined)
    writeWhole(options.svg, new TextEncoder().encode(drawTrace(traced, headings(items, traced.steps), options.units)));
  if (options.json) writeJson({ input, steps: traced.steps, cells: traced.cells.map((c) => plain(c, traced.steps)) });
  else
    process.stdout.write(
      `${printable(options.svg!)}: ${traced.steps} steps, ${traced.cells.map((c) => `${c.type} ${c.units}`).join(", ")}\n`,
    );
}

/** What stands above each column: the character that begins with its byte, else the item's number. */
function headings(items: ReturnType<typeof itemsOf>, steps: number): string[] {
  if (typeof items !== "string") return Array.from({ length: steps }, (_, t) => String(t));
  return Array.from(items).flatMap((c) => [c, ...new Array<string>(Buffer.byteLength(c) - 1).fill("")]);
}

/** Rows of numbers, a row a timestep. */
function plain({ h, c, gates, ...cell }: CellTrace, steps: number): object {
  const rows = (values: Float32Array) =>
    Array.from({ length: steps }, (_, t) =>
      Array.from(values.subarray((t * values.length) / steps, ((t + 1) * values.length) / steps)),
    );
  return {
    ...cell,
    h: rows(h),
    ...(c && { c: rows(c) }),
    gates: Object.fromEntries(Object.entries(gates).map(([name, v]) => [name, rows(v)])),
  };
}
