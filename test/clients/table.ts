/** A client on both engines. */
export interface Row {
  readonly client: string;
  readonly version: string;
  readonly ran: string;
  readonly engine: string;
  readonly events: number;
  readonly runs: number;
  /** Whether every event is the same. */
  readonly same: boolean;
  /** The largest difference of any output of any run; the outputs that were compared. */
  readonly difference: number;
  readonly outputs: number;
  /** Of onnxruntime and of unrolled: milliseconds to create sessions and of a run, bytes of the engine and of memory. */
  readonly start: readonly [number, number];
  readonly run: readonly [number, number];
  readonly bytes: readonly [number, number];
  readonly memory: readonly [number, number];
  readonly error?: string;
}

const pair = ([a, b]: readonly [number, number], format: (n: number) => string) => `${format(a)} / ${format(b)}`;
const mb = (n: number) => (Number.isNaN(n) ? "–" : (n / 1e6).toFixed(n < 1e7 ? 2 : 0));

export function markdown(rows: readonly Row[]): string {
  const lines = rows.map((r) =>
    r.error
      ? `| ${r.client} ${r.version} | ${r.ran} | ${r.engine} | **${r.error}** | | | | |`
      : `| ${r.client} ${r.version} | ${r.ran} | ${r.engine} | ${r.same ? `all ${r.events} events` : "**events differ**"}; ${r.runs} runs, ${r.outputs} numbers within ${r.difference.toExponential(1)} | ` +
        `${pair(r.start, (n) => n.toFixed(0))} | ${pair(r.run, (n) => n.toFixed(2))} | ${pair(r.bytes, mb)} | ${pair(r.memory, mb)} |`,
  );
  return [
    "| client | what ran | onnxruntime | agreement | create, ms | a run, ms | engine, MB | process, MB |",
    "| --- | --- | --- | --- | ---: | ---: | ---: | ---: |",
    ...lines,
  ].join("\n");
}
