import type { Mode } from "./cases.ts";
import type { Results, StartResults } from "./results.ts";
import { bytes, figures, markdownTable } from "./table.ts";

const PEERS = ["unrolled", "onnxruntime-web", "tfjs"] as const;

/** Five rows for who decides in a minute: all others are in docs/benchmarks.md. */
export function summary(run: Results, starts: StartResults): string {
  const time = (mode: Mode, hidden: number) => PEERS.map((peer) => {
    const outcome = run.rows.find(({ case: c }) => c.cell === "lstm" && c.mode === mode && c.hidden === hidden)?.peers[peer];
    return outcome && "us" in outcome ? `${figures(outcome.us)} µs` : "–";
  });
  const start = (read: (peer: StartResults["peers"][string]) => string) => PEERS.map((peer) => read(starts.peers[peer]));
  const ms = (peer: (typeof PEERS)[number]) => figures(starts.peers[peer].ms);
  const [ours, theirs] = PEERS.map((peer) => starts.peers[peer].sizes).map((sizes) => (sizes ? bytes(sizes.script + sizes.binary) : "–"));
  const [step, other] = time("stream", 64);
  return `**An LSTM of 64 answers a step in ${step}, onnxruntime-web in ${other}; the first answer of a process comes after ${ms("unrolled")} ms, there after ${ms("onnxruntime-web")}; ${ours} to ship, there ${theirs}.**

${markdownTable(["", ...PEERS], [
    ["to ship, gzipped", ...start(({ sizes }) => (sizes ? bytes(sizes.script + sizes.binary) : "–"))],
    ["process start to first answer", ...start(({ ms }) => `${figures(ms)} ms`)],
    ["resident memory", ...start(({ megabytes }) => `${figures(megabytes)} MB`)],
    ["one step, LSTM (64, 64)", ...time("stream", 64)],
    ["128 steps in one call, LSTM (64, 64)", ...time("sequence", 64)],
  ])}

Node ${run.node}, ${run.cpu}, one thread, ${run.date.slice(0, 10)}; the first three rows beyond an empty program's.`;
}
