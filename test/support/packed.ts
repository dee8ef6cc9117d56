// The package as npm packs it, installed as a user does.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";

const root = new URL("../../", import.meta.url).pathname;

/** Packs what is built and installs it in an empty folder; returns the tarball. */
export function installPacked(folder: string): string {
  const npm = (args: string[], cwd: string) => {
    const { status, stdout, stderr } = spawnSync("npm", args, {
      cwd,
      encoding: "utf8",
      shell: process.platform === "win32",
    });
    expect(status, stderr).toBe(0);
    return stdout;
  };
  const [{ filename }] = JSON.parse(npm(["pack", "--json", "--ignore-scripts", "--pack-destination", folder], root));
  writeFileSync(join(folder, "package.json"), '{ "name": "user", "private": true, "type": "module" }');
  npm(["install", "--offline", "--no-audit", "--no-fund", `./${filename}`], folder);
  return join(folder, filename);
}
