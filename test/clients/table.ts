/** A client on both engines, or why it was not run. */
export interface Row {
  readonly client: string;
  readonly version: string;
  readonly ran: string;
  /** What it could not run without here. */
  readonly skipped?: string;
  readonly outcome?: Outcome;
  readonly error?: string;
}

export interface Outcome {
  readonly engine: string;
  readonly events: number;
  readonly runs: number;
  /** Whether every event is the same. */
  readonly same: boolean;
  /** The largest difference of any output of any run, what was allowed, and the numbers compared. */
  readonly difference: number;
  readonly within: number;
  readonly outputs: number;
  /**
   * Of onnxruntime and of unrolled: milliseconds to create sessions and of a run, bytes of the engine and of memory.
   */
  readonly start: Pair;
  readonly run: Pair;
  readonly bytes: Pair;
  readonly memory: Pair;
}

export type Pair = readonly [theirs: number, ours: number];

/** Why a client did not behave as on onnxruntime. */
export function failure({ error, outcome }: Row): string | undefined {
  if (error !== undefined || !outcome) return error;
  if (!outcome.same) return "events differ";
  if (!(outcome.difference <= outcome.within)) return `outputs ${outcome.difference} apart, expected ${outcome.within}`;
  return undefined;
}

const pair = ([a, b]: Pair, format: (n: number) => string) => `${format(a)} / ${format(b)}`;
export const mb = (n: number) => (Number.isNaN(n) ? "–" : (n / 1e6).toFixed(n < 1e7 ? 2 : 0));

export function markdown(rows: readonly Row[]): string {
  return [
    "| client | what ran | onnxruntime | agreement | create, ms | a run, ms | engine, MB | process, MB |",
    "| --- | --- | --- | --- | ---: | ---: | ---: | ---: |",
    ...rows.map(line),
  ].join("\n");
}

export function line(row: Row): string {
  const { client, version, ran, skipped, outcome } = row;
  const head = `| ${client} ${version} | ${ran} |`;
  if (!outcome)
    return `${head} | ${skipped === undefined ? `failed: ${failure(row)}` : `skipped: ${skipped}`} | | | | |`;
  const { engine, events, runs, outputs, difference, start, run, bytes, memory } = outcome;
  const said = failure(row) ?? `all ${events} events`;
  return (
    `${head} ${engine} | ${said}; ${runs} runs, ${outputs} numbers within ${difference.toExponential(1)} | ` +
    `${pair(start, (n) => n.toFixed(0))} | ${pair(run, (n) => n.toFixed(2))} | ${pair(bytes, mb)} | ${pair(memory, mb)} |`
  );
}
