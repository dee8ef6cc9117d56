// Law 1 across processes: saved in this one, resumed in another, against a lone run.
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { seeds } from "../support/laws.ts";
import { modelOf, part } from "../support/nets.ts";
import { advance, drawResumed } from "./resume.ts";

test("a state saved here goes on elsewhere, bit for bit", () => {
  const all = seeds(50_000, 60, 1000);
  using probe = modelOf(drawResumed(all[0]).net);
  const deterministic = probe.memory.build === "base";
  const cases = all.map((seed): [number, string] => [seed, advance(seed, undefined, deterministic)]);
  const child = new URL("resume.ts", import.meta.url).pathname;
  const resumed: string[] = JSON.parse(
    execFileSync(process.execPath, ["--import", "tsx", child], {
      input: JSON.stringify({ deterministic, cases }),
      encoding: "utf8",
      maxBuffer: 2 ** 28,
    }),
  );
  all.forEach((seed, i) => {
    const { net, steps, x } = drawResumed(seed);
    using model = modelOf(net, { deterministic });
    using lone = model.stream();
    for (let t = 0; t < steps; t++) {
      const item = part(net, x, t, t + 1);
      lone.step(net.ids ? item[0] : item);
    }
    expect(resumed[i], `UNROLLED_SEED=${seed}`).toBe(Buffer.from(lone.save()).toString("base64"));
  });
});
