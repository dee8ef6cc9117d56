import { readFileSync } from "node:fs";
import type { Graph } from "../../src/graph/graph.ts";
import { guitarmlGraph } from "../../src/import/guitarml.ts";
import { namGraph } from "../../src/import/nam.ts";
import { rnnoiseGraph } from "../../src/import/rnnoise.ts";
import { rtneuralGraph } from "../../src/import/rtneural.ts";
import { encodeUtf8 } from "../../src/text.ts";

/** A file with what its net computes: audio.py. */
export interface Case {
  readonly name: string;
  readonly format: keyof typeof READERS;
  /** JSON, or text. */
  readonly file: Json;
  /** [time, in] */
  readonly x: number[][];
  /** [time, out] */
  readonly output: number[][];
}

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export const READERS = { rtneural: rtneuralGraph, nam: namGraph, guitarml: guitarmlGraph, rnnoise: rnnoiseGraph };

export const CASES = JSON.parse(readFileSync(new URL("audio.json", import.meta.url), "utf8")) as Case[];

export const bytesOf = (file: Json): Uint8Array => encodeUtf8(typeof file === "string" ? file : JSON.stringify(file));

export function caseOf(name: string): Case {
  const found = CASES.find((c) => c.name === name);
  if (!found) throw new Error(`no case ${name}`);
  return found;
}

export const graphOf = ({ format, file }: Pick<Case, "format" | "file">): Graph => READERS[format](bytesOf(file));
