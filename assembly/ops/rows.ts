// A sequence's rows stand apart in time-major order: as far as the sequences that
// reach each timestep, `active[t]` of them, or `batch` where `active` is 0.
import { copy } from "../lanes";

/** rows[t] = sequence[t]; sequence [steps, width], `rows` its place at the first timestep. */
export function toTimeMajor(rows: usize, sequence: usize, width: i32, steps: i32, batch: i32, active: usize): void {
  const bytes = (<usize>width) << 2;
  for (; steps > 0; --steps) {
    copy(rows, sequence, width);
    rows += bytes * next(active, batch);
    sequence += bytes;
    active = active ? active + 4 : 0;
  }
}

/** sequence[t] = rows[t]. */
export function fromTimeMajor(sequence: usize, rows: usize, width: i32, steps: i32, batch: i32, active: usize): void {
  const bytes = (<usize>width) << 2;
  for (; steps > 0; --steps) {
    copy(sequence, rows, width);
    rows += bytes * next(active, batch);
    sequence += bytes;
    active = active ? active + 4 : 0;
  }
}


@inline function next(active: usize, batch: i32): usize {
  return <usize>(active ? load<i32>(active) : batch);
}
