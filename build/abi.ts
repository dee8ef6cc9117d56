// An asc transform that prints assembly/abi.ts for TypeScript: enums, records, and the hash that names the ABI.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import {
  ClassDeclaration,
  EnumDeclaration,
  FieldDeclaration,
  type LiteralExpression,
  Parser,
  type Source,
} from "assemblyscript/dist/assemblyscript.js";

const FILE = "assembly/abi.ts";
const PRINTED = `// Printed by build/abi.ts from ${FILE}.`;

/** Prints src/abi/layout.ts and played.ts; returns the ABI's version, 31 bits of the declaration's hash. */
export function printAbi(): number {
  const text = readFileSync(FILE, "utf8");
  const parser = new Parser();
  parser.parseFile(text, FILE, true);
  parser.finish();
  const source: Source = parser.sources[0];
  const version = createHash("sha256").update(text).digest().readUInt32LE() >>> 1;
  const lines = [PRINTED, "", `export const ABI = ${version};`];
  const enums = new Set(source.statements.filter((s) => s instanceof EnumDeclaration).map((s) => s.name.text));
  const records = new Map<string, string[]>();
  for (const statement of source.statements) {
    if (statement instanceof EnumDeclaration) lines.push("", printEnum(statement));
    else if (statement instanceof ClassDeclaration) {
      const base = statement.extendsType?.name.identifier.text;
      const fields = statement.members
        .filter((m) => m instanceof FieldDeclaration)
        .map((m) => printField(m as FieldDeclaration, enums));
      records.set(statement.name.text, [...(base ? records.get(base)! : []), ...fields]);
    }
  }
  const played = [...records].filter(([name]) => name.endsWith("Record") && name !== "Record");
  lines.push(
    "",
    "/** The words of a layer: [name, type]. */",
    `export const LAYER_WORDS = [${records.get("Layer")!.join(", ")}] as const;`,
  );
  const words = [PRINTED, "", "/** The words of each record that is played. */", "export const RECORDS = {"];
  for (const [name, fields] of played) words.push(`  ${name}: [${fields.join(", ")}],`);
  mkdirSync("src/abi", { recursive: true });
  writeFileSync("src/abi/layout.ts", [...lines, ""].join("\n"));
  writeFileSync("src/abi/played.ts", [...words, "} as const;", ""].join("\n")); // apart: a list of layers plays none
  return version;
}

function printEnum(e: EnumDeclaration): string {
  let next = 0;
  const values = e.values.map((v) => {
    if (v.initializer) next = Number((v.initializer as LiteralExpression).range.toString());
    return `${v.name.text}: ${next++}`;
  });
  return `export const ${e.name.text} = { ${values.join(", ")} } as const;`;
}

function printField(f: FieldDeclaration, enums: ReadonlySet<string>): string {
  const declared = f.type!.range.toString();
  const type = enums.has(declared) ? "i32" : declared;
  if (!["i32", "f32", "usize"].includes(type)) throw new Error(`${FILE}: expected a word, got ${f.name.text}: ${type}`);
  return `["${f.name.text}", "${type}"]`;
}
