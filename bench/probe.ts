import { loadYardsticks } from "./yardstick.ts";

const [{ latency, multiplyAdd }] = loadYardsticks();
// About 5 and 15 us.
const ADDITIONS = 10_000;
const ROUNDS = 4_000;

function fastest(body: () => number): number {
  let best = Infinity;
  for (let i = 0; i < 3; i++) {
    const start = performance.now();
    body();
    best = Math.min(best, performance.now() - start);
  }
  return best * 1000;
}

/** Microseconds of a dependent chain and of independent chains, the best of three each. */
export const probe = (): [latency: number, throughput: number] => [
  fastest(() => latency(ADDITIONS)),
  fastest(() => multiplyAdd(ROUNDS, 0.999)),
];

/** Lets the optimizing compiler replace the loops before they count. */
export function warmProbe(): void {
  for (let i = 0; i < 200; i++) probe();
}
