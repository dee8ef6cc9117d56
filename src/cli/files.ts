import { readFileSync } from "node:fs";
import { Model, type FormatError, type Safetensors } from "../index.ts";
import { unwrap } from "../model/unwrap.ts";
import { readWeights } from "./weights.ts";

/** What the options of a command say about the model. */
export interface LoadOptions {
  readonly description?: string;
  readonly deterministic?: boolean;
}

/** Runs `action`; its error begins with the file it is about. */
export function about<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new Error(`${path}: ${reason(error as NodeJS.ErrnoException)}`);
  }
}

/** The system's error in words, without the system call. */
export function reason({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case "ENOENT":
      return "expected a file, got none of this name";
    case "EISDIR":
      return "expected a file, got a directory";
    case "ENOTDIR":
      return "expected a directory before the last name, got a file";
    case "EACCES":
    case "EPERM":
      return "permission denied";
    default:
      return message;
  }
}

export function readBytes(path: string): Uint8Array {
  return about(path, () => readFileSync(path));
}

export function readTensors(path: string): Safetensors {
  return about(path, () => readWeights(readFileSync(path)));
}

/** Loads MODEL, described by its own metadata or by the file of `--description`. */
export function loadModel(
  path: string,
  { description, deterministic }: LoadOptions,
): { model: Model; file: Safetensors } {
  const file = readTensors(path);
  const json =
    description === undefined ? file.metadata.get("unrolled") : about(description, () => readJson(description));
  try {
    return { file, model: Model.fromTensors(unwrap(file.tensors, {}, json), { deterministic }, json) };
  } catch (error) {
    const { code } = error as FormatError;
    const described = code === "description" || code === "unsupported";
    throw new Error(`${described ? (description ?? path) : path}: ${(error as Error).message}`);
  }
}

/** The text of a JSON file, checked to be one. */
export function readJson(path: string): string {
  const text = readFileSync(path, "utf8");
  try {
    JSON.parse(text);
  } catch (error) {
    throw new Error(`expected JSON: ${(error as Error).message}`);
  }
  return text;
}
