// The declarations, compiled with a user's program: two compilers, two ways to find
// modules, import and require, with and without the browser's library.
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { here, quietly, root, version } from "../machine.ts";
import type { Project } from "../project.ts";
import type { Trials } from "../trials.ts";

const COMPILERS = [join(root, "node_modules/typescript/bin/tsc"), join(here, "node_modules/typescript5/bin/tsc")];
const WAYS = {
  NodeNext: { module: "NodeNext", moduleResolution: "NodeNext" },
  Bundler: { module: "ESNext", moduleResolution: "Bundler" },
};

export async function types(trials: Trials, { folder }: Project): Promise<void> {
  cpSync(join(here, "consumer"), join(folder, "consumer"), { recursive: true });
  for (const compiler of COMPILERS) {
    const release = version(process.execPath, compiler, "--version");
    for (const [way, options] of Object.entries(WAYS)) {
      for (const dom of [true, false]) {
        const lib = dom ? ["ES2022", "DOM"] : ["ES2022"];
        const compilerOptions = {
          ...options,
          lib,
          target: "ES2022",
          strict: true,
          exactOptionalPropertyTypes: true,
          skipLibCheck: false,
          types: [],
          noEmit: true,
        };
        const files = way === "NodeNext" ? ["consumer.ts", "consumer.cts"] : ["consumer.ts"];
        writeFileSync(join(folder, "consumer/tsconfig.json"), JSON.stringify({ compilerOptions, files }));
        await trials.expect(`TypeScript ${release}`, `${way}, ${dom ? "with" : "without"} lib DOM`, "compiles", () => {
          quietly(process.execPath, [compiler, "--project", "consumer"], { cwd: folder });
          return "compiles";
        });
      }
    }
  }
  await trials.expect("TypeScript", "test/hosts", "compiles", () => {
    quietly(process.execPath, [COMPILERS[0], "--project", here]);
    return "compiles";
  });
}
