import { GATES, matrixCount, type Case } from "./cases.ts";
import type { Prepare } from "./peer.ts";
import { loadYardsticks } from "./yardstick.ts";

/** What no float32 net can avoid in one call. */
interface Floor {
  /** Bytes of weights read `times` times, 128-bit load, multiply, add. */
  readonly bytes: number;
  readonly times: number;
  /** Multiply-adds whose weights can stay in registers or be reused from them. */
  readonly multiplyAdds: number;
}

/**
 * A step reads every weight once. In a whole sequence each layer and direction reads its recurrent weights
 * once a step, while the input half is a product that reuses its weights; in a batch everything is.
 */
export function floorOf(c: Case): Floor {
  const recurrent = GATES[c.cell] * c.hidden * c.hidden;
  if (c.mode === "stream") return { bytes: 4 * matrixCount(c), times: 1, multiplyAdds: 0 };
  if (c.mode === "batch") return { bytes: 0, times: 0, multiplyAdds: c.batch * c.steps * matrixCount(c) };
  const recurrences = c.layers * c.directions;
  return {
    bytes: 4 * recurrent,
    times: c.steps * recurrences,
    multiplyAdds: c.steps * (matrixCount(c) - recurrences * recurrent),
  };
}

const LOOP_BYTES = 128;
const TRIALS = 40;

/** A call takes as long as the floor of the case's call: by the fastest of the loops. */
export const prepare: Prepare = async (c) => {
  const floor = floorOf(c);
  const bytes = LOOP_BYTES * Math.ceil(floor.bytes / LOOP_BYTES);
  const yardsticks = loadYardsticks();
  for (const { memory } of yardsticks) {
    memory.grow(Math.ceil(bytes / 65536));
    new Float32Array(memory.buffer).fill(1);
  }
  const once = Math.ceil(2e6 / Math.max(bytes, LOOP_BYTES));
  const read = fastest(
    yardsticks.flatMap(({ read4, read8 }) => [read4, read8].map((loop) => (times: number) => loop(bytes, times, 0.5))),
    once,
  );
  const multiplyAdd = fastest(
    yardsticks.map(
      ({ multiplyAdd: loop, ROUND }) =>
        (count: number) =>
          loop(count / (ROUND.value as number), 0.999),
    ),
    1e6,
  );
  return {
    check: () => new Float32Array(),
    call() {
      if (floor.times > 0) read(floor.times);
      if (floor.multiplyAdds > 0) multiplyAdd(floor.multiplyAdds);
    },
  };
};

function fastest(loops: readonly ((count: number) => void)[], count: number): (count: number) => void {
  const best = loops.map(() => Infinity);
  for (let trial = 0; trial < TRIALS; trial++) {
    loops.forEach((loop, i) => {
      const start = performance.now();
      loop(count);
      best[i] = Math.min(best[i], performance.now() - start);
    });
  }
  return loops[best.indexOf(Math.min(...best))];
}
