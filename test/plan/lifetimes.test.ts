import { expect, test } from "vitest";
import { place, type Life } from "../../src/plan/lifetimes.ts";
import { Random } from "../support/random.ts";

test("what lives at one time never stands in one place, and little is wasted", () => {
  const random = new Random(5);
  for (let round = 0; round < 200; round++) {
    const lives: Life[] = Array.from({ length: random.integer(1, 40) }, () => {
      const first = random.integer(0, 20);
      return {
        slot: { space: "values", bytes: random.integer(1, 5000), offset: -1 },
        first,
        last: first + random.integer(0, 6),
      };
    });
    const bytes = place(lives);
    let most = 0;
    for (let t = 0; t <= 30; t++) {
      const alive = lives.filter((l) => l.first <= t && t <= l.last).sort((a, b) => a.slot.offset - b.slot.offset);
      alive.forEach((l, i) => {
        expect(l.slot.offset % 64).toBe(0);
        expect(l.slot.offset).toBeGreaterThanOrEqual(i === 0 ? 0 : alive[i - 1].slot.offset + alive[i - 1].slot.bytes);
        expect(l.slot.offset + l.slot.bytes).toBeLessThanOrEqual(bytes);
      });
      most = Math.max(
        most,
        alive.reduce((sum, l) => sum + Math.ceil(l.slot.bytes / 64) * 64, 0),
      );
    }
    expect(bytes).toBeGreaterThanOrEqual(most);
    expect(bytes).toBeLessThan(1.6 * most + 1);
  }
});
