// A peer as a process that stays up: JSON lines on stdin, answers on stdout.
import { createInterface } from "node:readline";
import { readFileSync } from "node:fs";
import type { Case } from "./cases.ts";
import { calibrate, timeSlot } from "./slot.ts";
import { makeInput, makeNet } from "./weights.ts";
import type { Prepare, Workload } from "./peer.ts";
import { warmProbe } from "./probe.ts";
import type { Answer, Request } from "./protocol.ts";

// Libraries greet on stdout; that channel belongs to the answers.
console.log = console.info = console.error;

const { prepare } = (await import(process.argv[2])) as { prepare: Prepare };
warmProbe();
let workload: Workload | undefined;
let repetitions = 1;

async function answer(request: Request): Promise<Answer> {
  if (request.do === "prepare") return load(request.case, request.reference);
  if (!workload) throw new Error("nothing is prepared");
  return timeSlot(workload, repetitions, request.ms);
}

async function load(c: Case, reference: string | undefined): Promise<Answer> {
  workload = undefined;
  const prepared = await prepare(c, makeNet(c), makeInput(c));
  if ("unsupported" in prepared) return prepared;
  const { differs, note } = prepared;
  const compare = reference !== undefined && differs === undefined;
  const error = compare ? largestDifference(await prepared.check(), readFloats(reference)) : 0;
  repetitions = await calibrate(prepared);
  workload = prepared;
  return { error, ...(differs !== undefined && { differs }), ...(note !== undefined && { note }) };
}

function readFloats(path: string): Float64Array {
  const bytes = readFileSync(path);
  return new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
}

function largestDifference(got: Float32Array, want: Float64Array): number {
  if (got.length !== want.length) throw new Error(`${got.length} outputs, expected ${want.length}`);
  let largest = 0;
  for (let i = 0; i < got.length; i++) {
    const difference = Math.abs(got[i] - want[i]);
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line) as Request;
  const reply = await answer(request).catch((error: unknown) => ({ failed: String(error) }));
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
