import { createReadStream } from "node:fs";
import { reason } from "./files.ts";

/** The texts of a command: its arguments, the lines of a file or, with neither, those of standard input as they come. */
export async function* textsOf(args: readonly string[], file?: string): AsyncGenerator<string> {
  if (args.length > 0 && file !== undefined) throw new Error(`--file ${file}: expected no arguments beside it, got ${args.length}`);
  if (args.length > 0) {
    if (args.includes("")) throw new Error(`text ${args.indexOf("") + 1}: expected a text, got an empty one`);
    yield* args;
    return;
  }
  if (file === undefined && process.stdin.isTTY) process.stderr.write("A text a line; end with Ctrl-D.\n");
  let number = 0;
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
  }
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
    for (let at; (at = chunk.indexOf(10, from)) >= 0; from = at + 1) {
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
