// The relay: every host is handed the state that the host before saved, and is held to
// the answers that the same job has in this process.
import type { Unrolled } from "./nets.ts";
import { LEG, stateAfter } from "./relayed.ts";
import { suite, type Job, type Report } from "./suite.ts";

export interface Row {
  readonly host: string;
  readonly version: string;
  readonly way: string;
  readonly build: string;
  /** "passed", or what failed. */
  readonly result: string;
  /** Milliseconds from asking for the package to a model's first answer. */
  readonly cold: number;
  /** Microseconds a step of a (64, 64) LSTM, as chosen and with `deterministic`. */
  readonly step: number;
  readonly deterministic: number;
}

export type Answer = Report & { readonly cold: number };

/** Rounds of timed steps; the least counts: the others had to share the machine. */
const ROUNDS = 9;

export class Relay {
  readonly rows: Row[] = [];
  readonly #unrolled: Unrolled;
  #state = "";
  #steps = 0;

  constructor(unrolled: Unrolled) {
    this.#unrolled = unrolled;
  }

  /** Runs the suite in a host and hands the state on; a host that fails is named and passed over. */
  async turn(host: string, version: string, way: string, run: (job: Job) => Promise<Answer> | Answer): Promise<void> {
    const job: Job = { steps: this.#steps, state: this.#state, rounds: ROUNDS, time: ["best", "base"] };
    const expected = suite(this.#unrolled, { ...job, time: [] }, () => 0);
    const failures: string[] = [...expected.failures];
    let answer: Answer | undefined;
    try {
      answer = await run(job);
      failures.push(...answer.failures);
      for (const key of ["passed", "hash", "leg", "state"] as const) {
        if (answer[key] !== expected[key]) failures.push(`${key}: expected ${expected[key]}, got ${answer[key]}`);
      }
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
    if (answer?.state) {
      this.#state = answer.state;
      this.#steps += LEG;
    }
    const row: Row = {
      host,
      version,
      way,
      build: answer?.build ?? "–",
      result: failures.length === 0 ? "passed" : `failed: ${failures.join("; ")}`,
      cold: answer?.cold ?? NaN,
      step: answer?.microseconds.best ?? NaN,
      deterministic: answer?.microseconds.base ?? NaN,
    };
    this.rows.push(row);
    console.log(
      `${row.host} ${row.version} ${row.way}: ${row.result}, ${row.build}, ${row.cold.toFixed(1)} ms, ${row.step.toFixed(2)} µs, deterministic ${row.deterministic.toFixed(2)} µs`,
    );
  }

  /**
   * What differs between the state that went through all hosts and one that stayed in this one; none where all is well.
   */
  finish(): string | undefined {
    const expected = stateAfter(this.#unrolled, this.#steps);
    return this.#state === expected
      ? undefined
      : `the state after ${this.#steps} steps in ${this.rows.length} hosts: expected ${expected}, got ${this.#state}`;
  }
}
