// How the built command writes files: whole or not at all, in the place and the mode of what was there.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, readdirSync, readlinkSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CLI, open, save, scratch, unrolled } from "./support/cli.ts";
import { cellShapes, weights } from "./support/weights.ts";

/** A folder with a small model, and the command that writes it again as `out`. */
function prepared(): { folder: string; convert: (out: string) => void } {
  const folder = scratch();
  const model = save(folder, "m", weights(cellShapes("rnn", "", 2, 3)));
  return { folder, convert: (out) => expect(unrolled(["convert", model, out, "--dtype", "f16"]).stderr).toBe("") };
}

const mode = (path: string) => statSync(path).mode & 0o7777;

test.each([0o600, 0o444, 0o666, 0o755])("a file that is overwritten keeps its mode %i", (bits) => {
  const { folder, convert } = prepared();
  const out = join(folder, "out");
  writeFileSync(out, "before");
  chmodSync(out, bits);
  convert(out);
  expect(mode(out)).toBe(bits);
  expect(open(out).size).toBe(4);
});

test("a new file has the mode that the process gives", () => {
  const { folder, convert } = prepared();
  convert(join(folder, "out"));
  expect(mode(join(folder, "out"))).toBe(0o666 & ~process.umask());
});

test.each([
  ["that is there", true],
  ["that is not yet there", false],
])("a chain of links to a file %s is followed", (_, there) => {
  const { folder, convert } = prepared();
  mkdirSync(join(folder, "deep"));
  symlinkSync("deep/second", join(folder, "first"));
  symlinkSync("file", join(folder, "deep/second"));
  if (there) writeFileSync(join(folder, "deep/file"), "before");
  convert(join(folder, "first"));
  expect(readlinkSync(join(folder, "first"))).toBe("deep/second");
  expect(readdirSync(join(folder, "deep")).sort()).toEqual(["file", "second"]);
  expect(open(join(folder, "deep/file")).size).toBe(4);
});

test("links in a ring are refused", () => {
  const { folder } = prepared();
  symlinkSync("b", join(folder, "a"));
  symlinkSync("a", join(folder, "b"));
  expect(unrolled(["convert", join(folder, "m"), join(folder, "a"), "--dtype", "f16"])).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("a: expected a file, got links that lead nowhere"),
  });
});

describe("temporary files", () => {
  const temporary = (host: string, id: number) => `.unrolled-${host}-${id}.tmp`;
  const dead = () => spawnSync(process.execPath, ["--version"]).pid;

  test("of a run that is gone are swept up, all others stay", () => {
    const { folder, convert } = prepared();
    const gone = temporary(hostname(), dead());
    const others = [
      temporary(hostname(), process.pid),
      temporary("another", dead()),
      `out.${dead()}.tmp`,
      temporary(hostname(), NaN),
    ];
    for (const name of [gone, ...others]) writeFileSync(join(folder, name), "half");
    convert(join(folder, "out"));
    expect(readdirSync(folder).sort()).toEqual([...others, "m", "out"].sort());
  });

  test("are not there where writing fails", () => {
    const { folder } = prepared();
    const { status, stderr } = spawnSync(
      "bash",
      ["-c", `ulimit -f 0; trap '' XFSZ; exec "${process.execPath}" "${CLI}" convert m out --dtype f16`],
      { cwd: folder, encoding: "utf8" },
    );
    expect(stderr).toMatch(/^unrolled: out: /);
    expect(status).toBe(1);
    expect(readdirSync(folder)).toEqual(["m"]);
  });

  test.each(["SIGTERM", "SIGINT"] as const)("are not there after %s", async (signal) => {
    const folder = scratch();
    const bytes = new Uint8Array(1 << 27);
    const model = save(folder, "m", [{ name: "x", dtype: "I8", shape: [bytes.length], bytes }]);
    const run = spawn(process.execPath, [CLI, "convert", model, join(folder, "out"), "--dtype", "f16"], {
      stdio: "ignore",
    });
    const ended = once(run, "exit");
    while (readdirSync(folder).length === 1 && run.exitCode === null) await new Promise((wake) => setTimeout(wake, 1));
    run.kill(signal);
    await ended;
    expect(["m", "m,out"]).toContain(readdirSync(folder).join());
  });
});
