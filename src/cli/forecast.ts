import type { Command } from "commander";
import type { Model } from "../index.ts";
import { loadModel } from "./files.ts";
import { examples, fieldsOf, numbersOf, wholeNumber, withTexts, type TextOptions } from "./options.ts";
import { progress } from "./progress.ts";
import { writeJson } from "./terminal.ts";
import { textsOf } from "./texts.ts";

interface Options extends TextOptions {
  readonly steps: number;
}

export function forecastCommand(program: Command): void {
  withTexts(
    program.command("forecast"),
    "values",
    'one object: {"steps", "forecast": [...]}, rows where the net has several features',
  )
    .description("go on with one series of numbers: each output is the next input")
    .option("-s, --steps <count>", "timesteps to go on", wholeNumber(1), 10)
    .addHelpText("after", HELP)
    .action(forecast);
}

const HELP = `
All arguments, or all lines, are one series, timestep by timestep; a first line of words is a heading.
${examples("cut -d, -f2 examples/models/sunspots.csv | unrolled forecast examples/models/sunspots.safetensors --steps 11")}`;

async function forecast(path: string, args: string[], options: Options): Promise<void> {
  const { model } = loadModel(path, options);
  const series: number[] = [];
  let first = args.length === 0;
  for await (const text of textsOf(args, options.file)) {
    if (!(first && isHeader(text))) for (const value of numbersOf(text)) series.push(value);
    first = false;
  }
  const values = forecastInPieces(model, series, options.steps);
  const width = model.outputSize;
  const rows = Array.from({ length: options.steps }, (_, t) => values.slice(t * width, (t + 1) * width));
  if (options.json) writeJson({ steps: options.steps, forecast: width === 1 ? values : rows });
  else process.stdout.write(`${rows.map((row) => row.map((v) => Number(v.toPrecision(7))).join(" ")).join("\n")}\n`);
}

/** No field of the line is a number: it names the columns. */
function isHeader(line: string): boolean {
  return fieldsOf(line).every((field) => Number.isNaN(Number(field)));
}

/** Steps between two looks at the clock. */
const PIECE = 4096;

/** What `Model.forecast` gives, a piece at a time: each output is a stream's next item. */
function forecastInPieces(model: Model, series: readonly number[], steps: number): number[] {
  const values = Array.from(model.forecast(series, { steps: Math.min(steps, PIECE) }));
  if (steps <= PIECE) return values;
  const bar = progress(steps, "steps");
  using stream = model.stream();
  stream.process(series);
  stream.process(values.slice(0, -model.outputSize));
  const row = Float32Array.from(values.slice(-model.outputSize));
  for (let t = PIECE; t < steps; t++) {
    stream.step(row, row);
    for (const value of row) values.push(value);
    if (t % PIECE === 0) bar.to(t);
  }
  bar.end();
  return values;
}
