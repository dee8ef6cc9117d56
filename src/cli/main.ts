import { Command, CommanderError } from "commander";
import pkg from "../../package.json" with { type: "json" };
import { printable } from "../text.ts";
import { benchCommand } from "./bench.ts";
import { classifyCommand } from "./classify.ts";
import { compareCommand } from "./compare.ts";
import { convertCommand } from "./convert.ts";
import { describeCommand } from "./describe.ts";
import { encodeCommand } from "./encode.ts";
import { forecastCommand } from "./forecast.ts";
import { generateCommand } from "./generate.ts";
import { inspectCommand } from "./inspect.ts";
import { endProgress } from "./progress.ts";
import { quantizeCommand } from "./quantize.ts";
import { runCommand } from "./run.ts";
import { scoreCommand } from "./score.ts";
import { red } from "./terminal.ts";
import { traceCommand } from "./trace.ts";

const COMMANDS = [
  runCommand,
  classifyCommand,
  encodeCommand,
  generateCommand,
  scoreCommand,
  forecastCommand,
  traceCommand,
  inspectCommand,
  describeCommand,
  convertCommand,
  quantizeCommand,
  compareCommand,
  benchCommand,
];

const FAILURE = 1;
const USAGE = 2;

/** Characters of a failure's line. */
const LONGEST = 5000;

/** One line on stderr, whatever the message. */
function complain(message: string): void {
  const line = printable(
    message
      .replace(/^error: /, "")
      .replace(/\s+/g, " ")
      .trim(),
  );
  process.stderr.write(`${red("unrolled:")} ${line.length > LONGEST ? `${line.slice(0, LONGEST)}...` : line}\n`);
}

function program(): Command {
  const program = new Command("unrolled")
    .description(pkg.description)
    .version(pkg.version)
    .exitOverride()
    .configureOutput({ outputError: complain })
    .addHelpText(
      "after",
      "\nA MODEL is a PyTorch state_dict: a safetensors file with its description under the metadata key unrolled, a .pt or .pth of torch.save, or an .npz; told by content.",
    );
  for (const add of COMMANDS) add(program);
  return program;
}

/** Runs the command and returns the exit status. */
async function main(args: string[]): Promise<number> {
  try {
    if (args.length === 0) program().outputHelp();
    else await program().parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE; // 0: help or version was asked for
    endProgress();
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
