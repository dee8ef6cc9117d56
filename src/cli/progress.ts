import { Presets, SingleBar } from "cli-progress";

/** Shows progress on stderr where that is a terminal. */
export interface Progress {
  to(done: number): void;
  end(): void;
}

/** A bar for `total` of `unit`; nothing where nobody sees it, or where the terminal shows the result as it comes. */
export function progress(total: number, unit: string): Progress {
  if (!process.stderr.isTTY || process.stdout.isTTY) return { to() {}, end() {} };
  const bar = new SingleBar({ format: `{bar} {percentage} %  {value} of {total} ${unit}  {eta_formatted} left`, stream: process.stderr, clearOnComplete: true, hideCursor: true }, Presets.shades_classic);
  bar.start(total, 0);
  return { to: (done) => bar.update(done), end: () => bar.stop() };
}
