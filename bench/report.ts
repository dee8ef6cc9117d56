// npm run bench:report: the README's tables and the picture, from the results of the last runs.
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { stepTimeChart } from "./peers/chart.ts";
import { startupReport } from "./report-startup.ts";
import { timesReport } from "./report-times.ts";
import { readJson, RESULTS, type Results } from "./results.ts";
import type { StartResults } from "./startup.ts";

const { values } = parseArgs({
  options: {
    readme: { type: "string", default: fileURLToPath(new URL("../README.md", import.meta.url)) },
    quick: { type: "boolean", default: false },
  },
});
const BEGIN = "<!-- bench -->";
const END = "<!-- /bench -->";

const pattern = values.quick ? /^(node\d+-quick)\.json$/ : /^(node\d+)\.json$/;
const files = existsSync(RESULTS) ? readdirSync(RESULTS) : [];
const names = files.flatMap((file) => pattern.exec(file)?.[1] ?? []).sort();
if (names.length === 0) throw new Error("no results: npm run bench comes first");
const runs = names.map((name) => readJson<Results>(name)!);
writeFileSync(`${RESULTS}step-time.svg`, stepTimeChart(runs[0]));

const { dependencies: versions } = JSON.parse(
  readFileSync(new URL("./peers/package.json", import.meta.url), "utf8"),
) as { dependencies: Record<string, string> };
const peers = `onnxruntime-web ${versions["onnxruntime-web"]} (wasm), tfjs ${versions["@tensorflow/tfjs-core"]} (wasm back end, SIMD), brain.js ${versions["brain.js"]}, and a plain TypeScript loop`;

const sections = runs.map((run, i) => {
  const start = readJson<StartResults>(`startup-${run.runtime}`);
  const body = [timesReport(run), ...(start ? [startupReport(start)] : [])].join("\n\n");
  const title = `Node ${run.node} (V8 ${run.v8}), ${run.cpu}, ${run.date.slice(0, 10)}`;
  return i === 0 ? `${title}\n\n${body}` : `<details><summary>${title}</summary>\n\n${body}\n\n</details>`;
});
const text = `![Step time over hidden size](bench/results/step-time.svg)

Microseconds a call, the median of the fastest third of the quiet slots, ± half the range of the middle half. One thread each, the same weights, outputs checked against a float64 loop before timing, peers interleaved: ${peers}. The limit is what no float32 net can avoid with 128-bit registers on this machine: in a step, reading every weight once (load, multiply, add); in a sequence, reading the recurrent weights once a step, and the multiply-adds of the input half; in a batch, the multiply-adds.

${sections.join("\n\n")}`;

const readme = readFileSync(values.readme, "utf8");
const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
if (begin < 0 || end < begin) throw new Error(`${values.readme}: no ${BEGIN} ... ${END}`);
writeFileSync(values.readme, `${readme.slice(0, begin + BEGIN.length)}\n${text}\n${readme.slice(end)}`);
