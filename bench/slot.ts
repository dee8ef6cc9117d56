import { Bench } from "tinybench";
import type { Workload } from "./peer.ts";
import { probe } from "./probe.ts";
import type { Slot } from "./protocol.ts";

/** A sample lasts this long, so that reading the clock costs nothing beside it. */
const SAMPLE_MS = 0.25;
const WARM_MS = 150;

/** Warms the workload, and answers how many calls make a sample. */
export async function calibrate({ call, asynchronous }: Workload): Promise<number> {
  const start = performance.now();
  let best = Infinity;
  let total = 0;
  for (let calls = 1; total < WARM_MS; calls *= 2) {
    const from = performance.now();
    for (let i = 0; i < calls; i++) {
      if (asynchronous) await call();
      else void call();
    }
    const now = performance.now();
    best = Math.min(best, (now - from) / calls);
    total = now - start;
  }
  return Math.max(1, Math.round(SAMPLE_MS / best));
}

/** About `ms` milliseconds of calls, at least one, between two probes. */
export async function timeSlot({ call, asynchronous }: Workload, repetitions: number, ms: number): Promise<Slot> {
  const bench = new Bench({ time: ms, iterations: 1, warmup: false, throws: true });
  if (asynchronous) {
    bench.add("call", async () => {
      for (let i = 0; i < repetitions; i++) await call();
    });
  } else {
    bench.add("call", () => {
      for (let i = 0; i < repetitions; i++) void call();
    });
  }
  const before = probe();
  if (asynchronous) await bench.run();
  else bench.runSync();
  const after = probe();
  const result = bench.tasks[0].result;
  if (!("latency" in result)) throw new Error(`tinybench: ${result.state}`);
  return { us: (1000 * result.latency.p50) / repetitions, before, after };
}
