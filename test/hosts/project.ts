// A user's project: the package packed and installed from its tarball, and the programs of entries/.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, type BuildOptions } from "esbuild";
import { here, quietly, root } from "./machine.ts";

export interface Project {
  readonly folder: string;
  /** Files of the tarball, and bytes of it. */
  readonly tarball: { readonly files: readonly string[]; readonly size: number };
}

const PROGRAMS = [
  "bundled",
  "bundled-worker",
  "console",
  "modules",
  "page",
  "poorest",
  "refused",
  "refused-worker",
  "thread",
  "workerd",
  "worklet",
];

/** Makes the project in a folder of its own outside the repository, so that nothing is found by accident. */
export async function makeProject(): Promise<Project> {
  const folder = mkdtempSync(join(tmpdir(), "unrolled-hosts-"));
  const [packed] = JSON.parse(
    quietly("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], { cwd: root }),
  );
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "user", private: true, type: "module" }));
  quietly("npm", ["install", `./${packed.filename}`], { cwd: folder });
  const source = (name: string) => join(here, `entries/${name}.ts`);
  await compile(PROGRAMS, source, folder, { external: ["unrolled", "*.wasm", "node:*"] });
  await compile(["require"], source, folder, {
    format: "cjs",
    external: ["unrolled"],
    outExtension: { ".js": ".cjs" },
  });
  for (const [name, made] of Object.entries({ worker: "thread", service: "thread", worklet: "worklet" })) {
    await compile([name], () => join(folder, `${made}.js`), join(folder, "site"));
  }
  return { folder, tarball: { files: packed.files.map((f: { path: string }) => f.path), size: packed.size } };
}

/** Programs as the user's JavaScript: each one file, with the package left out or taken from the installed one. */
async function compile(
  names: string[],
  path: (name: string) => string,
  outdir: string,
  options: BuildOptions = {},
): Promise<void> {
  const entryPoints = Object.fromEntries(names.map((name) => [name, path(name)]));
  await build({
    entryPoints,
    outdir,
    bundle: true,
    format: "esm",
    target: "es2022",
    logLevel: "warning",
    tsconfigRaw: {},
    ...options,
  });
}
