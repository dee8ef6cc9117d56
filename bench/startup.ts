// npm run bench:startup: cold start, memory and bytes to ship.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { onnxNet } from "./peers/onnx-net.ts";
import { writeJson, type Start, type StartResults } from "./results.ts";
import { describeRuntime, installPeers, node26 } from "./runtime.ts";
import { writeSafetensors } from "./safetensors.ts";
import { measureSizes } from "./sizes.ts";
import { START_CASE } from "./startup/case.ts";
import { quantile } from "./stats.ts";
import { makeNet } from "./weights.ts";

const { values } = parseArgs({
  options: {
    node26: { type: "boolean", default: false },
    node: { type: "string", default: process.execPath },
    runs: { type: "string", default: "15" },
  },
});

// Inside the peers' folder, so that their packages resolve.
const OUT = fileURLToPath(new URL("./peers/dist/", import.meta.url));
const BARE = "bare";
const PROGRAMS: Record<string, string> = {
  [BARE]: "bare",
  unrolled: "unrolled",
  "onnxruntime-web": "onnxruntime-web",
  tfjs: "tfjs",
  "brain.js": "brain",
  plain: "plain",
};

installPeers();
mkdirSync(OUT, { recursive: true });
const net = makeNet(START_CASE);
writeFileSync(`${OUT}model.safetensors`, writeSafetensors(START_CASE, net));
writeFileSync(`${OUT}model.onnx`, onnxNet(START_CASE, net));
await build({
  entryPoints: Object.values(PROGRAMS).map((name) => fileURLToPath(new URL(`./startup/${name}.ts`, import.meta.url))),
  outdir: OUT,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  packages: "external",
  format: "esm",
  platform: "node",
  target: "node20",
});

const { binary, name: runtime, ...machine } = describeRuntime(values.node26 ? node26() : values.node);
interface Sample {
  readonly ms: number;
  readonly kilobytes: number;
  readonly first: number;
}
const samples = new Map(Object.keys(PROGRAMS).map((name) => [name, [] as Sample[]]));
for (let run = 0; run < Number(values.runs); run++) {
  for (const [name, program] of Object.entries(PROGRAMS)) {
    const stdio = ["ignore", "pipe", "ignore"] as const;
    const line = execFileSync(binary, [`${OUT}${program}.mjs`], { encoding: "utf8", stdio: [...stdio] });
    samples.get(name)!.push(JSON.parse(line.trim().split("\n").at(-1)!) as Sample);
  }
}
for (const name of ["unrolled", "onnxruntime-web", "tfjs"]) {
  const [got, want] = [name, "plain"].map((key) => samples.get(key)![0].first);
  if (!(Math.abs(got - want) < 1e-5)) throw new Error(`${name} answers ${got}, expected ${want}`);
}

const sizes = await measureSizes();
const middle = (list: readonly number[], q = 0.5) =>
  quantile(
    [...list].sort((a, b) => a - b),
    q,
  );
const summary = (name: string, bareMs: number, bareMegabytes: number): Start => {
  const ms = samples.get(name)!.map((sample) => sample.ms - bareMs);
  return {
    ms: middle(ms),
    p25: middle(ms, 0.25),
    p75: middle(ms, 0.75),
    megabytes: middle(samples.get(name)!.map((sample) => sample.kilobytes / 1024)) - bareMegabytes,
    ...(sizes[name] && { sizes: sizes[name] }),
  };
};
const bare = summary(BARE, 0, 0);
const names = Object.keys(PROGRAMS).filter((name) => name !== BARE);
const peers = Object.fromEntries(names.map((name) => [name, summary(name, bare.ms, bare.megabytes)]));
const results: StartResults = { runtime, ...machine, date: new Date().toISOString(), bare, peers };
writeJson(`startup-${runtime}`, results);
console.table(
  Object.fromEntries(
    Object.entries({ bare, ...peers }).map(([name, { sizes: s, ...rest }]) => [name, { ...rest, ...s }]),
  ),
);
