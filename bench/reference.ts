import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Case } from "./cases.ts";
import { makePlainNet } from "./peers/plain.ts";
import { makeInput, makeNet } from "./weights.ts";

/** Answers of the plain loop in float64, `[B, T, D*H]`, as files that every worker can read. */
export class References {
  readonly #folder = mkdtempSync(join(tmpdir(), "unrolled-bench-"));
  #key = "";

  /** Streaming and the whole sequence of a shape share one answer. */
  path(c: Case): string {
    const key = `${c.cell}-${c.input}-${c.hidden}-${c.layers}-${c.directions}-${c.batch}`;
    const path = join(this.#folder, key);
    if (key !== this.#key) writeFileSync(path, new Uint8Array(compute(c).buffer));
    this.#key = key;
    return path;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}

function compute(c: Case): Float64Array {
  const plain = makePlainNet(c, makeNet(c), Float64Array);
  const x = Float64Array.from(makeInput(c));
  const width = c.directions * c.hidden;
  const y = new Float64Array(c.batch * c.steps * width);
  for (let b = 0; b < c.batch; b++) plain.sequence(x, b * c.steps * c.input, y, b * c.steps * width);
  return y;
}
