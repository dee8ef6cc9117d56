// The declarations, compiled with a user's program: two compilers, two ways to find
// modules, import and require, with and without the browser's library.
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { here, packageVersion, quietly, root } from "../machine.ts";
import type { Project } from "../project.ts";

export interface TypeCheck {
  readonly what: string;
  /** "" where the program compiles. */
  readonly said: string;
}

const COMPILERS = { typescript: join(root, "node_modules/typescript/bin/tsc"), typescript5: join(here, "node_modules/typescript5/bin/tsc") };
const WAYS = { NodeNext: { module: "NodeNext", moduleResolution: "NodeNext" }, Bundler: { module: "ESNext", moduleResolution: "Bundler" } };

export function types({ folder }: Project): TypeCheck[] {
  const found: TypeCheck[] = [];
  cpSync(join(here, "consumer"), join(folder, "consumer"), { recursive: true });
  for (const [name, compiler] of Object.entries(COMPILERS)) {
    for (const [way, options] of Object.entries(WAYS)) {
      for (const dom of [true, false]) {
        const lib = dom ? ["ES2022", "DOM"] : ["ES2022"];
        const compilerOptions = { ...options, lib, target: "ES2022", strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, types: [], noEmit: true };
        const files = way === "NodeNext" ? ["consumer.ts", "consumer.cts"] : ["consumer.ts"];
        writeFileSync(join(folder, "consumer/tsconfig.json"), JSON.stringify({ compilerOptions, files }));
        let said = "";
        try {
          quietly(process.execPath, [compiler, "--project", "consumer"], { cwd: folder });
        } catch (error) {
          said = (error as Error).message;
        }
        const version = name === "typescript5" ? packageVersion(name) : quietly(process.execPath, [compiler, "--version"]).trim().replace("Version ", "");
        found.push({ what: `TypeScript ${version}, ${way}, ${dom ? "with" : "without"} lib DOM`, said });
        console.log(`${found.at(-1)!.what}: ${said || "compiles"}`);
      }
    }
  }
  return found;
}
