import type { Mode } from "./cases.ts";
import type { Results, Start, StartResults } from "./results.ts";
import { bytes, figures, markdownTable } from "./table.ts";

const PEERS = ["unrolled", "onnxruntime-web", "tfjs"] as const;

/** Five rows for who decides in a minute: all others are in docs/benchmarks.md. */
export function summary(run: Results, starts: StartResults): string {
  const time = (mode: Mode, hidden: number) =>
    PEERS.map((peer) => {
      const row = run.rows.find(({ case: c }) => c.cell === "lstm" && c.mode === mode && c.hidden === hidden);
      const outcome = row?.peers[peer];
      return outcome && "us" in outcome ? `${figures(outcome.us)} µs` : "–";
    });
  const start = (read: (start: Start) => string) => PEERS.map((peer) => read(starts.peers[peer]));
  const shipped = start(({ sizes }) => (sizes ? bytes(sizes.script + sizes.binary) : "–"));
  const first = start(({ ms }) => `${figures(ms)} ms`);
  const step = time("stream", 64);
  return `**An LSTM of 64 answers a step in ${step[0]}, onnxruntime-web in ${step[1]}; a process has its first answer
after ${first[0]}, there after ${first[1]}; ${shipped[0]} to ship, there ${shipped[1]}.**

${markdownTable(
  ["", ...PEERS],
  [
    ["to ship, gzipped", ...shipped],
    ["process start to first answer", ...first],
    ["resident memory", ...start(({ megabytes }) => `${figures(megabytes)} MB`)],
    ["one step, LSTM (64, 64)", ...step],
    ["128 steps in one call, LSTM (64, 64)", ...time("sequence", 64)],
  ],
)}

The first three rows beyond an empty program's: ${where(starts)}. Times a step and a call: ${where(run)}, one thread.`;
}

const where = ({ node, cpu, date }: Results | StartResults) => `Node ${node}, ${cpu}, ${date.slice(0, 10)}`;
