/** Whether the long forms run: npm run test:slow. */
export const SLOW = process.env.UNROLLED_SLOW === "1";

/** Seeds of `short` cases, or of `long` in the slow form; UNROLLED_SEED=n runs that one alone. */
export function seeds(first: number, short: number, long: number): number[] {
  const only = process.env.UNROLLED_SEED;
  if (only !== undefined) return [Number(only)];
  return Array.from({ length: SLOW ? long : short }, (_, i) => first + i);
}

/** Runs `check` for every seed; an error names the seed and what was drawn. */
export function forSeeds(all: readonly number[], check: (seed: number, note: (text: string) => void) => void): void {
  for (const seed of all) {
    let drawn = "";
    try {
      check(seed, (text) => (drawn = text));
    } catch (error) {
      throw new Error(`UNROLLED_SEED=${seed} ${drawn}: ${(error as Error).message}`, { cause: error });
    }
  }
}
