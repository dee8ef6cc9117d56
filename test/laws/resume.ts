// The other process of resume.test.ts: takes saved states on stdin, goes on with each
// sequence to its end, and prints the states.
import { readFileSync } from "node:fs";
import { modelOf, part, randomItems, randomNet } from "../support/nets.ts";
import { Random } from "../support/random.ts";

/** A net and a sequence, the same in every process. */
export function drawResumed(seed: number) {
  const random = new Random(seed);
  const net = randomNet(random, { streams: true });
  const steps = random.integer(2, 80);
  return { net, steps, middle: random.integer(1, steps - 1), x: randomItems(net, random, steps) };
}

/** Steps a stream from `begin` to `end`, from saved bytes or from zero. */
export function advance(seed: number, saved: string | undefined, deterministic: boolean): string {
  const { net, steps, middle, x } = drawResumed(seed);
  using model = modelOf(net, { deterministic });
  using stream = model.stream(saved === undefined ? undefined : Buffer.from(saved, "base64"));
  for (let t = saved === undefined ? 0 : middle; t < (saved === undefined ? middle : steps); t++) {
    const item = part(net, x, t, t + 1);
    stream.step(net.ids ? item[0] : item);
  }
  return Buffer.from(stream.save()).toString("base64");
}

if (process.argv[1] === import.meta.filename) {
  const { deterministic, cases } = JSON.parse(readFileSync(0, "utf8")) as {
    deterministic: boolean;
    cases: [number, string][];
  };
  console.log(JSON.stringify(cases.map(([seed, saved]) => advance(seed, saved, deterministic))));
}
