import { align } from "../memory/plan.ts";
import type { Slot } from "../abi/lowering.ts";

/** A slot and the nodes between which its bytes must stay. */
export interface Life {
  readonly slot: Slot;
  first: number;
  last: number;
}

/**
 * Gives every slot an offset: the largest first, each into the smallest gap that is free all its life. Returns all
 * bytes.
 */
export function place(lives: readonly Life[]): number {
  const placed: Life[] = [];
  let end = 0;
  for (const life of [...lives].sort((a, b) => b.slot.bytes - a.slot.bytes)) {
    const beside = placed
      .filter((p) => p.first <= life.last && life.first <= p.last)
      .sort((a, b) => a.slot.offset - b.slot.offset);
    let best = -1;
    let smallest = Infinity;
    let free = 0;
    for (const p of beside) {
      const gap = p.slot.offset - free;
      if (gap >= align(life.slot.bytes) && gap < smallest) {
        best = free;
        smallest = gap;
      }
      free = Math.max(free, align(p.slot.offset + p.slot.bytes));
    }
    life.slot.offset = best < 0 ? free : best;
    end = Math.max(end, align(life.slot.offset + life.slot.bytes));
    placed.push(life);
  }
  return end;
}
