import type { Command } from "commander";
import { loadModel } from "./files.ts";
import { numbersOf, wholeNumber, withTexts, type TextOptions } from "./options.ts";
import { textsOf } from "./texts.ts";

interface Options extends TextOptions {
  readonly steps: number;
}

export function forecastCommand(program: Command): void {
  withTexts(program.command("forecast"), "values", 'one object: {"steps", "forecast": [...]}, rows where the net has several features')
    .description("go on with one series of numbers: each output is the next input")
    .option("-s, --steps <count>", "timesteps to go on", wholeNumber(1), 10)
    .addHelpText("after", "\nAll arguments, or all lines, are one series, timestep by timestep.\n\nExample:\n  tail -n +2 examples/models/sunspots.csv | cut -d, -f2 | unrolled forecast examples/models/sunspots.safetensors --steps 11")
    .action(forecast);
}

async function forecast(path: string, args: string[], options: Options): Promise<void> {
  const { model } = loadModel(path, options);
  const series: number[] = [];
  for await (const text of textsOf(args, options.file)) series.push(...numbersOf(text));
  const values = Array.from(model.forecast(series, { steps: options.steps }));
  const width = model.outputSize;
  const rows = Array.from({ length: options.steps }, (_, t) => values.slice(t * width, (t + 1) * width));
  if (options.json) process.stdout.write(`${JSON.stringify({ steps: options.steps, forecast: width === 1 ? values : rows })}\n`);
  else process.stdout.write(`${rows.map((row) => row.map((v) => Number(v.toPrecision(7))).join(" ")).join("\n")}\n`);
}
