import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { readSafetensors, toFloat32, writeSafetensors, type Dtype, type Tensor } from "../../src/index.ts";

export const CLI = new URL("../../dist/cli.js", import.meta.url).pathname;

/** Runs the built command as a user does; it must end by itself. */
export function unrolled(
  args: readonly string[],
  input: string | Buffer = "",
): { status: number; stdout: string; stderr: string } {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [CLI, ...args], {
    input,
    timeout: 30_000,
    encoding: "utf8",
  });
  if (error) throw error;
  return { status: status!, stdout, stderr };
}

/** A run that must fail with one line on stderr, nothing on stdout; returns the line. */
export function failure(args: readonly string[], status: 1 | 2, input: string | Buffer = ""): string {
  const result = unrolled(args, input);
  expect(result.stderr).toMatch(/^unrolled: [^\n]+\n$/);
  expect(result.stderr).not.toMatch(/^\s*at |node:internal/m);
  expect(result.stdout).toBe("");
  expect(result.status).toBe(status);
  return result.stderr;
}

/** A directory for the running test. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), "unrolled-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Writes a safetensors file into the folder and returns its path. */
export function save(folder: string, name: string, tensors: readonly Tensor[], description?: object): string {
  const path = join(folder, name);
  writeFileSync(path, writeSafetensors(tensors, description && { unrolled: JSON.stringify(description) }));
  return path;
}

/** The tensors of a file by name. */
export function open(path: string): Map<string, { shape: readonly number[]; values: Float32Array }> {
  return new Map(
    readSafetensors(readFileSync(path)).tensors.map((t) => [t.name, { shape: t.shape, values: toFloat32(t) }]),
  );
}

/** A tensor of whole numbers. */
export function integers(
  name: string,
  shape: readonly number[],
  values: readonly number[],
  dtype: Dtype = "I64",
): Tensor {
  const array =
    dtype === "I64"
      ? BigInt64Array.from(values, BigInt)
      : dtype === "I32"
        ? Int32Array.from(values)
        : Uint8Array.from(values);
  return { name, dtype, shape, bytes: new Uint8Array(array.buffer) };
}
