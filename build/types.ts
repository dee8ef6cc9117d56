// tsc's declarations: those files that an entry's own declarations name, and no others.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const RELATIVE = /(from |import\()"(\.[^"]*)\.ts"/g;

/** Copies `entries` and what they import from one folder to each of the others, as modules that are found as .js. */
export function copyTypes(from: string, entries: readonly string[], to: readonly string[]): void {
  const seen = new Set<string>();
  const copy = (module: string) => {
    if (seen.has(module)) return;
    seen.add(module);
    const text = readFileSync(join(from, `${module}.d.ts`), "utf8");
    for (const folder of to) {
      const path = join(folder, `${module}.d.ts`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text.replace(RELATIVE, '$1"$2.js"'));
    }
    for (const [, , path] of text.matchAll(RELATIVE)) copy(join(dirname(module), path));
  };
  entries.forEach(copy);
}
