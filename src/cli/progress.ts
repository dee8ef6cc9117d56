import { Presets, SingleBar } from "cli-progress";

/** Shows progress on stderr where that is a terminal. */
export interface Progress {
  to(done: number): void;
  end(): void;
}

/** Where nobody sees it. */
export const NO_PROGRESS: Progress = { to() {}, end() {} };
let shown: SingleBar | undefined;

/**
 * A bar for `total` of `unit`; nothing where nobody sees it, beside another bar, or where the terminal shows the
 * results as they come. The cursor stays, as a killed run cannot bring it back.
 */
export function progress(total: number, unit: string, { streamed = false } = {}): Progress {
  if (!process.stderr.isTTY || shown || (streamed && process.stdout.isTTY)) return NO_PROGRESS;
  const format = `{bar} {percentage} %  {value} of {total} ${unit}  {eta_formatted} left`;
  const bar = new SingleBar(
    { format, stream: process.stderr, clearOnComplete: true, gracefulExit: false },
    Presets.shades_classic,
  );
  shown = bar;
  bar.start(total, 0);
  return { to: (done) => bar.update(done), end: endProgress };
}

/** Clears the bar that is there. */
export function endProgress(): void {
  shown?.stop();
  shown = undefined;
}
