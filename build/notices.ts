// The licences of the packages whose code a bundle holds.
import { readFileSync, readdirSync } from "node:fs";
import type { Metafile } from "esbuild";

/** One text: the packages under each licence, and its words where they ship them. */
export function notices(metafiles: readonly Metafile[]): string {
  const names = new Set<string>();
  for (const { inputs } of metafiles) {
    for (const path of Object.keys(inputs)) {
      const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];
      if (name) names.add(name);
    }
  }
  const packages = new Map<string, string[]>(); // by the licence's words
  for (const name of [...names].sort()) {
    const folder = `node_modules/${name}`;
    const { version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8")) as {
      version: string;
      license: string;
    };
    const file = readdirSync(folder).find((f) => /^licen[cs]e/i.test(f));
    const text = file ? readFileSync(`${folder}/${file}`, "utf8").trim() : license;
    packages.set(text, [...(packages.get(text) ?? []), `${name} ${version}, ${license}`]);
  }
  return [...packages].map(([text, of]) => `${of.join("\n")}\n\n${text}\n`).join(`\n${"-".repeat(80)}\n\n`);
}
