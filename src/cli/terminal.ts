// What is written where a person may look: nothing hidden, colour on a terminal alone.
import { printable } from "../text.ts";

type Stream = NodeJS.WriteStream;

/** `text` in bold, or red, where the stream is a terminal that shows colours (NO_COLOR is none). */
const styled =
  (stream: Stream, on: number, off: number) =>
  (text: string): string =>
    stream.isTTY && stream.hasColors() ? `\x1b[${on}m${text}\x1b[${off}m` : text;

export const bold = styled(process.stdout, 1, 22);
export const red = styled(process.stderr, 31, 39);

/** A text of several lines as it is for a pipe; for a terminal with what is hidden in it made visible. */
export function visible(text: string): string {
  return process.stdout.isTTY ? text.replace(/[^\t\n]+/g, printable) : text;
}

/** Writes a line of JSON, with what is hidden in its texts as \uXXXX: the same value. */
export function writeJson(value: unknown): void {
  const json = JSON.stringify(value).replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (hidden) =>
    hidden
      .split("")
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
      .join(""),
  );
  process.stdout.write(`${json}\n`);
}
