// npm run test:silero: the Silero nets over two minutes of speech, noise and silence, against onnxruntime-node:
// carried by hand, inside a stream, and from a half on by another process and an AudioWorklet that resume the state.
//   --only NAME    nets whose name holds this
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { twoMinutes } from "./audio.ts";
import { inWorklet } from "./chromium.ts";
import { NETS, type Net } from "./nets.ts";
import { theirs } from "./onnxruntime.ts";
import { byHand, inside } from "./replay.ts";

const here = new URL(".", import.meta.url).pathname;

/**
 * How far probabilities and states may be from onnxruntime's. States by their size, where it is above 1: cells of v5
 * fall to -1600, and there onnxruntime with its optimiser and without are 1.8e-3 apart.
 */
const PROBABILITY = 1e-4;
const STATE = 5e-4;

/** The largest difference, by the size of what is above 1; infinite where one has more numbers, or one that is none. */
function apart(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length || a.length === 0) return Infinity;
  const difference = (v: number, i: number) => Math.abs(v - b[i]) / Math.max(1, Math.abs(b[i]));
  return a.reduce((most, v, i) => (difference(v, i) <= most ? most : difference(v, i) || Infinity), 0);
}

/** The second half in a process of its own. */
function elsewhere(file: string, net: Net, samples: Float32Array, saved: Uint8Array): Float32Array {
  const folder = mkdtempSync(join(tmpdir(), "unrolled-resume-"));
  try {
    const at = (name: string) => join(folder, name);
    writeFileSync(at("state"), saved);
    writeFileSync(at("samples"), new Uint8Array(samples.slice().buffer));
    const args = ["--import", "tsx", join(here, "resume.ts"), String(NETS.indexOf(net)), file];
    const { status, stderr } = spawnSync(process.execPath, [...args, at("state"), at("samples"), at("said")], {
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`resume: ${stderr.slice(-500)}`);
    return new Float32Array(new Uint8Array(readFileSync(at("said"))).buffer);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What differs, by the way that the state went. */
async function differences(net: Net): Promise<Record<string, number>> {
  const path = join(here, "node_modules", net.file);
  const file = new Uint8Array(readFileSync(path));
  const samples = twoMinutes(net.rate);
  const expected = await theirs(file, net, samples);
  const heard = [Math.min, Math.max].map((f) => expected.probabilities.reduce((a, b) => f(a, b)));
  if (!(heard[0] < 0.05 && heard[1] > 0.8))
    throw new Error(`expected probabilities of silence and of speech, got ${heard.join(" to ")}`);
  const hand = byHand(file, net, samples);
  const whole = inside(file, net, samples);
  // Each is told against the second half resumed here: its first frame has no context of the one before it.
  const half = (Math.floor(samples.length / net.chunk) >> 1) * net.chunk;
  const [first, second] = [samples.subarray(0, half), samples.subarray(half)];
  const { saved } = inside(file, net, first);
  const resumed = inside(file, net, second, saved).probabilities;
  return {
    "by hand": apart(hand.probabilities, expected.probabilities),
    states: apart(hand.states, expected.states),
    "in a stream": apart(whole.probabilities, expected.probabilities),
    process: apart(elsewhere(path, net, second, saved), resumed),
    worklet: apart(await inWorklet(file, net, second, saved), resumed),
  };
}

const only = process.argv.includes("--only") ? process.argv[process.argv.indexOf("--only") + 1] : "";
let failed = 0;
for (const net of NETS.filter(({ name }) => name.includes(only))) {
  const label = `${net.name}, ${net.rate / 1000} kHz`;
  try {
    const found = Object.entries(await differences(net));
    const right = found.every(([way, d]) => d <= (way === "states" ? STATE : PROBABILITY));
    if (!right) failed++;
    console.log(
      `${right ? "right" : "WRONG"}  ${label}: ${found.map(([w, d]) => `${w} ${d.toExponential(1)}`).join(", ")}`,
    );
  } catch (error) {
    failed++;
    console.log(`FAILED ${label}: ${(error as Error).message}`);
  }
}
process.exitCode = failed ? 1 : 0;
