// tsx test/laws/measure-error.ts [STEPS]: how far each build drifts from float64 over a long
// sequence, as a markdown table. Under Node 20 base alone; Node 22 and later measure both.
import { Model } from "../../src/index.ts";
import { CELLS, draw, drift, H, IN } from "../support/drift.ts";

const STEPS = Number(process.argv[2] ?? 100_000);
const marks = [100, 1000, 10_000, 100_000, 1_000_000].filter((m) => m <= STEPS);
const builds = [true, false].filter((deterministic) => deterministic || relaxed());

function relaxed(): boolean {
  using model = Model.fromTensors(draw("rnn", 1), { layers: [CELLS[0][1]] });
  return model.memory.build === "relaxed";
}

console.log(
  `| cell (${IN} -> ${H}) | weights | build | ${marks.map((m) => `${m.toLocaleString("en")} steps`).join(" | ")} |`,
);
console.log(`|---|---|---|${marks.map(() => "---:|").join("")}`);
for (const [name, options] of CELLS) {
  for (const [label, scale] of [
    ["as drawn", 1],
    ["times 2", 2],
  ] as const) {
    for (const deterministic of builds) {
      const { build, worst } = drift(options, scale, deterministic, marks);
      console.log(`| ${name} | ${label} | ${build} | ${worst.map((w) => w.toExponential(1)).join(" | ")} |`);
    }
  }
}
console.log(
  `\nLargest difference of any output from a float64 loop, up to that step. Node ${process.version}, ${process.arch}.`,
);
