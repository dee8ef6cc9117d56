// npm run test:clients: programs written for onnxruntime, unchanged, on it and on unrolled/ort.
//   --write           puts the table into docs/clients.md
//   --measure         puts the engines side by side into docs/onnxruntime.md
//   --under COMMAND   runs what is timed under a command, as "taskset -c 1"
//   --only NAME       one program, or one browser
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { quietly } from "../hosts/machine.ts";
import { replaceBetween } from "../hosts/replace.ts";
import { makeAudio } from "./audio.ts";
import { inBrowser } from "./browsers.ts";
import { bytesOf, here, node, root } from "./engines.ts";
import { CLIENTS, type Client } from "./list.ts";
import { lackOf } from "./needs.ts";
import { failure, line, markdown, type Outcome, type Row } from "./table.ts";

const ENGINES = ["onnxruntime", "unrolled"] as const;
/** Longest run of a program, on a machine that does much else. */
const PATIENCE = 600_000;

interface Report {
  readonly events: readonly unknown[];
  readonly engine: string;
  readonly runs: number;
  readonly ms: number;
  readonly createMs: number;
  readonly rss: number;
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
  const [name, ...given] = program.split(" ");
  const args = ["--require", join(here, "alias.cjs"), join(here, `programs/${name}.mjs`), ...given];
  const { status, stdout, stderr, error } = spawnSync(...node(...args), {
    env,
    encoding: "utf8",
    maxBuffer: 1 << 26,
    timeout: PATIENCE,
  });
  const why = /^\w*Error\b.*$/m.exec(stderr)?.[0] ?? stderr.slice(-300);
  if (status !== 0) throw new Error(`${engine}: ${error?.message ?? why}`);
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as Report;
}

function compare(folder: string, client: Client): Outcome {
  const [theirs, ours] = ENGINES.map((engine) => runProgram(folder, engine, client));
  const [a, b] = ENGINES.map((engine) => floats(join(folder, `${engine}.f32`)));
  return {
    engine: /onnxruntime-\w+/.exec(theirs.engine)![0],
    events: theirs.events.length,
    runs: theirs.runs,
    outputs: a.length,
    difference: difference(a, b),
    within: client.within,
    same:
      theirs.events.length > 0 &&
      theirs.runs === ours.runs &&
      JSON.stringify(theirs.events) === JSON.stringify(ours.events),
    start: [theirs.createMs, ours.createMs],
    run: [theirs.ms / theirs.runs, ours.ms / ours.runs],
    bytes: [bytesOf(theirs.engine), bytesOf(ours.engine)],
    memory: [theirs.rss, ours.rss],
  };
}

const only = process.argv.includes("--only") ? process.argv[process.argv.indexOf("--only") + 1] : undefined;
const folder = mkdtempSync(join(tmpdir(), "unrolled-clients-"));
const rows: Row[] = [];

/** One row: why it cannot run here, or what came of it. */
async function row(name: string, client: string, ran: string, needs: string[], run: () => Outcome | Promise<Outcome>) {
  if (only && name !== only) return;
  const file = join(here, "node_modules", client, "package.json");
  const version = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")).version as string) : "";
  const skipped = version ? lackOf(needs) : `npm has not installed ${client}`;
  const said = skipped
    ? { skipped }
    : await Promise.resolve()
        .then(run)
        .then(
          (outcome) => ({ outcome }),
          (error: Error) => ({ error: error.message.slice(0, 300) }),
        );
  rows.push({ client, version, ran, ...said });
  console.log(line(rows.at(-1)!));
}

if (!only && existsSync(join(here, "node_modules/onnxruntime-common"))) {
  quietly("npx", ["tsc", "--noEmit", "--project", here], { cwd: root });
  console.log("The types of unrolled/ort stand for those of onnxruntime-common.");
}
const SPEECH = ["espeak-ng", "ffmpeg", "fonts-dejavu-core"];
if (!lackOf(SPEECH)) makeAudio(folder);
for (const client of CLIENTS)
  await row(client.program, client.client, client.ran, SPEECH, () => compare(folder, client));
for (const [browser, needs, microphone] of [
  ["Chromium", ["chromium"], "its fake microphone"],
  ["Firefox", ["firefox-esr", "pulseaudio", "pulseaudio-utils"], "a microphone of PulseAudio's"],
] as const) {
  const ran = `MicVAD in ${browser}, Silero v5, ${microphone} that speaks`;
  await row(browser, "@ricky0123/vad-web", ran, [...SPEECH, ...needs], () => inBrowser(browser, folder));
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
    `Pairs are onnxruntime / unrolled, of one run on ${cpus()[0].model}, ${cpus().length} cores, at a load of ${loadavg()[0].toFixed(0)}. A run is one call of \`session.run\`, ` +
      'the mean over all nets of the client; "process" is the resident memory of Node at the end.',
    "",
    readFileSync(join(here, "others.md"), "utf8"),
  ].join("\n");
  writeFileSync(join(root, "docs/clients.md"), text);
}
if (process.argv.includes("--measure")) {
  const { measured } = await import("./measure.ts");
  replaceBetween(join(root, "docs/onnxruntime.md"), "measured", measured());
}

const failed = rows.filter((r) => failure(r) !== undefined);
for (const r of failed) console.error(`FAILED ${r.client}: ${failure(r)}`);
const skipped = rows.filter((r) => r.skipped !== undefined).length;
const passed = rows.length - failed.length - skipped;
console.log(`\n${passed} passed, ${failed.length} failed${skipped ? `, ${skipped} skipped` : ""}`);
process.exitCode = failed.length ? 1 : 0;
