import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Case } from "./cases.ts";
import type { Failed } from "./protocol.ts";
import type { Unsupported } from "./peer.ts";
import type { Sizes } from "./sizes.ts";
import { isDisturbed, type Timing } from "./stats.ts";

export interface Measured extends Timing {
  /** Largest difference to the float64 loop; absent where the function differs. */
  readonly error?: number;
  readonly differs?: string;
  readonly note?: string;
}

export type Outcome = Measured | Unsupported | Failed;

export interface Row {
  readonly case: Case;
  /** Microseconds that no float32 net can avoid in a call. */
  readonly limit: number;
  readonly peers: Record<string, Outcome>;
}

export interface Machine {
  readonly runtime: string;
  readonly node: string;
  readonly v8: string;
  readonly cpu: string;
}

export interface Results extends Machine {
  readonly date: string;
  readonly rows: readonly Row[];
}

export interface Start {
  /** From the start of the process to the first answer, beyond an empty program. Median, quarters. */
  readonly ms: number;
  readonly p25: number;
  readonly p75: number;
  /** Largest resident memory beyond an empty program. */
  readonly megabytes: number;
  readonly sizes?: Sizes;
}

export interface StartResults extends Machine {
  readonly date: string;
  /** The empty program itself. */
  readonly bare: Start;
  readonly peers: Record<string, Start>;
}

export const RESULTS = fileURLToPath(new URL("./results/", import.meta.url));

export function readJson<T>(name: string): T | undefined {
  const path = `${RESULTS}${name}.json`;
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as T) : undefined;
}

export function writeJson(name: string, value: unknown): string {
  mkdirSync(RESULTS, { recursive: true });
  const path = `${RESULTS}${name}.json`;
  writeFileSync(path, `${JSON.stringify(value, roundNumber, 1)}\n`);
  return path;
}

/** How many of a row's times the machine disturbed. */
export const disturbed = ({ peers }: Row): number =>
  Object.values(peers).filter((outcome) => "us" in outcome && isDisturbed(outcome)).length;

/** Rows of an earlier run stay where this one did not measure them and the machine is the same. */
export function mergeRows(earlier: Results | undefined, machine: Machine, rows: readonly Row[]): Row[] {
  const same = earlier !== undefined && (["runtime", "node", "cpu"] as const).every((k) => earlier[k] === machine[k]);
  const key = ({ case: c }: Row) => JSON.stringify([c.cell, c.mode, c.hidden]);
  const fresh = new Set(rows.map(key));
  return [...(same ? earlier.rows.filter((row) => !fresh.has(key(row))) : []), ...rows];
}

const roundNumber = (_: string, value: unknown): unknown =>
  typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value;
