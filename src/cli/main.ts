import { Command, CommanderError } from "commander";
import pkg from "../../package.json" with { type: "json" };
import { benchCommand } from "./bench.ts";
import { classifyCommand } from "./classify.ts";
import { compareCommand } from "./compare.ts";
import { convertCommand } from "./convert.ts";
import { describeCommand } from "./describe.ts";
import { encodeCommand } from "./encode.ts";
import { forecastCommand } from "./forecast.ts";
import { generateCommand } from "./generate.ts";
import { inspectCommand } from "./inspect.ts";
import { quantizeCommand } from "./quantize.ts";
import { runCommand } from "./run.ts";
import { scoreCommand } from "./score.ts";
import { traceCommand } from "./trace.ts";

const COMMANDS = [
  runCommand, classifyCommand, encodeCommand, generateCommand, scoreCommand,
  forecastCommand, traceCommand, inspectCommand, describeCommand, convertCommand, quantizeCommand, compareCommand, benchCommand,
];

const FAILURE = 1;
const USAGE = 2;

/** One line on stderr, whatever the message. */
function complain(message: string): void {
  process.stderr.write(`unrolled: ${message.replace(/^error: /, "").replace(/[\s\p{Cc}]+/gu, " ").trim()}\n`);
}

function program(): Command {
  const program = new Command("unrolled")
    .description(pkg.description)
    .version(pkg.version)
    .exitOverride()
    .configureOutput({ outputError: complain })
    .addHelpText("after", "\nA MODEL is a safetensors file: a PyTorch state_dict, and its description under the metadata key unrolled.");
  for (const add of COMMANDS) add(program);
  return program;
}

/** Runs the command and returns the exit status. */
async function main(args: string[]): Promise<number> {
  try {
    if (args.length === 0) throw new CommanderError(USAGE, "none", "expected a command (run, classify, encode, generate, score, forecast, trace, inspect, describe, convert, bench), got none; try unrolled --help");
    await program().parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0; // help or version was asked for
      if (error.code === "none") complain(error.message);
      return USAGE;
    }
    complain((error as Error).message);
    return FAILURE;
  }
}

// A reader that goes away, as `head` does, ends the work and is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") complain(`standard output: ${error.message}`);
  process.exit(error.code === "EPIPE" ? 0 : FAILURE);
});

process.exitCode = await main(process.argv.slice(2));
