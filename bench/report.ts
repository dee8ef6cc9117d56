// npm run bench:report: the tables of docs/benchmarks.md, the README's few numbers and the picture, from the last runs.
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { stepTimeChart } from "./peers/chart.ts";
import { summary } from "./report-readme.ts";
import { startupReport } from "./report-startup.ts";
import { integersReport, timesReport } from "./report-times.ts";
import { readJson, RESULTS, type Results, type StartResults } from "./results.ts";

const { values } = parseArgs({
  options: {
    page: { type: "string", default: fileURLToPath(new URL("../docs/benchmarks.md", import.meta.url)) },
    readme: { type: "string", default: fileURLToPath(new URL("../README.md", import.meta.url)) },
    quick: { type: "boolean", default: false },
  },
});

const pattern = values.quick ? /^(node\d+-quick)\.json$/ : /^(node\d+)\.json$/;
const files = existsSync(RESULTS) ? readdirSync(RESULTS) : [];
const names = files.flatMap((file) => pattern.exec(file)?.[1] ?? []).sort();
if (names.length === 0) throw new Error("no results: npm run bench comes first");
const runs = names.map((name) => readJson<Results>(name)!);
writeFileSync(fileURLToPath(new URL("../docs/step-time.svg", import.meta.url)), stepTimeChart(runs[0]));

const { dependencies: versions } = JSON.parse(
  readFileSync(new URL("./peers/package.json", import.meta.url), "utf8"),
) as { dependencies: Record<string, string> };
const peers = `onnxruntime-web ${versions["onnxruntime-web"]} (wasm), tfjs ${versions["@tensorflow/tfjs-core"]} (wasm back end, SIMD), brain.js ${versions["brain.js"]}, and a plain TypeScript loop`;

const sections = runs.map((run, i) => {
  const start = readJson<StartResults>(`startup-${run.runtime}`);
  const body = [timesReport(run), ...(start ? [startupReport(start)] : [])].join("\n\n");
  const title = titleOf(run);
  return i === 0 ? `${title}\n\n${body}` : `<details><summary>${title}</summary>\n\n${body}\n\n</details>`;
});
const text = `![Step time over hidden size](step-time.svg)

Microseconds a call, the median of the fastest third of the quiet slots, ± half the range of the middle half. One thread each, the same weights, outputs checked against a float64 loop before timing, peers interleaved: ${peers}. The limit is what no float32 net can avoid with 128-bit registers on this machine: in a step, reading every weight once (load, multiply, add); in a sequence, reading the recurrent weights once a step, and the multiply-adds of the input half; in a batch, the multiply-adds.

${sections.join("\n\n")}`;

replaceBetween(values.page, "bench", text);
const integers = names.flatMap((name) => readJson<Results>(`integers-${name}`) ?? []);
if (integers.length > 0) {
  const tables = integers.map((run) => `${titleOf(run)}\n\n${integersReport(run)}`);
  replaceBetween(values.page, "integers", tables.join("\n\n"));
}
const starts = readJson<StartResults>(`startup-${runs[0].runtime}`);
if (starts) replaceBetween(values.readme, "numbers", summary(runs[0], starts));

function titleOf({ node, v8, cpu, date }: Results): string {
  return `Node ${node} (V8 ${v8}), ${cpu}, ${date.slice(0, 10)}`;
}

/** Puts `text` between `<!-- name -->` and `<!-- /name -->` of a file. */
function replaceBetween(path: string, name: string, text: string): void {
  const page = readFileSync(path, "utf8");
  const [from, to] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [begin, end] = [page.indexOf(from), page.indexOf(to)];
  if (begin < 0 || end < begin) throw new Error(`${path}: no ${from} ... ${to}`);
  writeFileSync(path, `${page.slice(0, begin + from.length)}\n${text}\n${page.slice(end)}`);
}
