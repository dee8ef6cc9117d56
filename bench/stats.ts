import type { Slot } from "./protocol.ts";

/** Probes may be this much above the calmest seen before a slot counts as disturbed. */
const TOLERANCE = 1.15;
const ENOUGH = 3;

export interface Timing {
  /** Microseconds a call: the median of the fastest third of the quiet slots. */
  readonly us: number;
  readonly best: number;
  readonly p25: number;
  readonly p75: number;
  readonly slots: number;
  /** Quiet slots; fewer than three, and all slots were used. */
  readonly quiet: number;
}

/** Half of the middle half of the slots, as a part of the time. */
export const spread = ({ us, p25, p75 }: Timing): number => (p75 - p25) / 2 / us;

/** Slots that lie further apart, or none that was quiet, tell of the machine: measured again, and never printed. */
export const isDisturbed = (timing: Timing): boolean => spread(timing) > 0.25 || timing.quiet === 0;

export function quantile(sorted: readonly number[], q: number): number {
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)];
  return low + (sorted[Math.ceil(at)] - low) * (at - Math.floor(at));
}

export function summarize(slots: readonly Slot[], calm: readonly [number, number]): Timing {
  const quiet = slots.filter(({ before, after }) =>
    [before, after].every((probes) => probes.every((us, i) => us <= TOLERANCE * calm[i])),
  );
  const used = (quiet.length >= ENOUGH ? quiet : slots).map((slot) => slot.us).sort((a, b) => a - b);
  return {
    us: quantile(used.slice(0, Math.ceil(used.length / 3)), 0.5),
    best: used[0],
    p25: quantile(used, 0.25),
    p75: quantile(used, 0.75),
    slots: slots.length,
    quiet: quiet.length,
  };
}
