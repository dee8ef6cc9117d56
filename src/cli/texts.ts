import { createReadStream, statSync } from "node:fs";
import { reason } from "./files.ts";
import { NO_PROGRESS, progress, type Progress } from "./progress.ts";

/**
 * The texts of a command: its arguments, the lines of a file or, with neither, those of standard input as they come.
 */
export async function* textsOf(args: readonly string[], file?: string): AsyncGenerator<string> {
  if (args.length > 0 && file !== undefined)
    throw new Error(`--file ${file}: expected no arguments beside it, got ${args.length}`);
  if (args.length > 0) {
    if (args.includes("")) throw new Error(`text ${args.indexOf("") + 1}: expected a text, got an empty one`);
    const bar = progress(args.length, "texts", { streamed: true });
    for (const [i, text] of args.entries()) {
      bar.to(i);
      yield text;
    }
    return bar.end();
  }
  if (file === undefined && process.stdin.isTTY) process.stderr.write("A text a line; end with Ctrl-D.\n");
  const bar = barOf(file);
  let number = 0;
  let bytes = 0;
  for await (const line of lines(file === undefined ? process.stdin : bytesOf(file))) {
    number++;
    let text: string;
    try {
      text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(line);
    } catch {
      throw new Error(`line ${number}: expected a text in UTF-8, got other bytes`);
    }
    if (text === "") throw new Error(`line ${number}: expected a text, got an empty line`);
    yield text;
    bar.to((bytes += line.length + 1));
  }
  bar.end();
}

/** Bytes of a file; of a pipe nobody knows how many there will be. */
function barOf(file: string | undefined): Progress {
  const size = file === undefined ? 0 : (statSync(file, { throwIfNoEntry: false })?.size ?? 0);
  return size > 0 ? progress(size, "bytes", { streamed: true }) : NO_PROGRESS;
}

/** A file in chunks; its errors begin with its name. */
async function* bytesOf(file: string): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(file);
  } catch (error) {
    throw new Error(`${file}: ${reason(error as NodeJS.ErrnoException)}`);
  }
}

/** The lines of a stream of bytes, without \n or \r\n. */
async function* lines(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  for await (const chunk of stream) {
    let from = 0;
    for (let at: number; (at = chunk.indexOf(10, from)) >= 0; from = at + 1) {
      yield chomp(Buffer.concat([...rest, chunk.subarray(from, at)]));
      rest = [];
    }
    rest.push(chunk.subarray(from));
  }
  const line = Buffer.concat(rest);
  if (line.length > 0) yield chomp(line);
}

function chomp(line: Buffer): Buffer {
  return line[line.length - 1] === 13 ? line.subarray(0, -1) : line;
}
