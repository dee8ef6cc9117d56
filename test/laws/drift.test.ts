// Errors do not add up over a sequence: a recurrent net forgets them. The figures: test/laws/measure-error.ts.
import { expect, test } from "vitest";
import { CELLS, drift } from "../support/drift.ts";
import { SLOW } from "../support/laws.ts";

/** Three times the largest that 100,000 steps gave on either build. */
const BOUND = { rnn: 4.5e-6, lstm: 9e-7, gru: 1.2e-6 };

test.each(CELLS.flatMap(([name, options]) => [1, 2].map((scale) => [name, scale, options] as const)))(
  "%s, weights times %i",
  (_, scale, options) => {
    const marks = SLOW ? [1000, 100_000] : [1000];
    for (const deterministic of [true, false]) {
      for (const worst of drift(options, scale, deterministic, marks).worst)
        expect(worst).toBeLessThan(BOUND[options.type]);
    }
  },
);
