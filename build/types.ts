// tsc's declarations, a file a module, made into one: the same text then serves
// import and require, and holds nothing that is not public.
import { readFileSync } from "node:fs";
import { join, dirname } from "node:path";

interface Statement {
  readonly name: string;
  readonly text: string;
}

const IMPORT = /^(?:import|export) .*?from "(\..*?)(?:\.ts)";$/gm;

/** A top-level declaration: its comment, its head, and all up to the first line that ends it. */
const DECLARATION = /^(?:\/\*\*(?:(?!\*\/)[^])*\*\/\n)?(?:export |declare )+(?:interface|type|class|function|const) (\w+)[^]*?(?:;|\})$(?!\n[ })])/gm;

/** The declarations that `entry` exports and those that these name, as one module's text. */
export function flattenTypes(folder: string, entry: string): string {
  const declarations = new Map<string, Statement>();
  const seen = new Set<string>();
  const visit = (file: string): string => {
    const text = readFileSync(file, "utf8");
    if (seen.has(file)) return text;
    seen.add(file);
    for (const [, path] of text.matchAll(IMPORT)) visit(`${join(dirname(file), path)}.d.ts`);
    for (const [text_, name] of text.matchAll(DECLARATION)) {
      if (declarations.has(name)) throw new Error(`types: expected one declaration of ${name}, got two`);
      declarations.set(name, { name, text: text_.replace(/^export /m, "").replace(/^(?!declare )(class|function|const)/m, "declare $1") });
    }
    return text;
  };
  const index = visit(join(folder, entry));

  const kept = new Set<Statement>();
  const keep = (text: string) => {
    for (const [word] of text.replace(/\/\*\*[^]*?\*\//g, "").matchAll(/\w+/g)) {
      const declaration = declarations.get(word);
      if (!declaration || kept.has(declaration)) continue;
      kept.add(declaration);
      keep(declaration.text);
    }
  };
  const names = [...index.matchAll(/^export (type )?\{(.*)\}/gm)].flatMap(([, type, list]) => list.split(",").map((n) => (type ? "type " : "") + n.trim()));
  keep(names.join(" "));

  const out = [...declarations.values()].filter((d) => kept.has(d)).map((d) => d.text);
  return `/// <reference lib="esnext.disposable" />\n\n${out.join("\n\n")}\n\nexport { ${names.join(", ")} };\n`;
}
