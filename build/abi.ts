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

/** Prints the layout; returns the ABI's version, 31 bits of the declaration's hash. */
export function printAbi(): number {
  const text = readFileSync(FILE, "utf8");
  const parser = new Parser();
  parser.parseFile(text, FILE, true);
  parser.finish();
  const source: Source = parser.sources[0];
  const version = createHash("sha256").update(text).digest().readUInt32LE() >>> 1;
  const lines = [`// Printed by build/abi.ts from ${FILE}.`, "", `export const ABI = ${version};`];
  const enums = new Set(source.statements.filter((s) => s instanceof EnumDeclaration).map((s) => s.name.text));
  const classes: ClassDeclaration[] = [];
  for (const statement of source.statements) {
    if (statement instanceof EnumDeclaration) lines.push("", printEnum(statement));
    else if (statement instanceof ClassDeclaration) classes.push(statement);
  }
  const fields = classes.flatMap((c) => c.members.filter((m) => m instanceof FieldDeclaration));
  const typed = (float: boolean) =>
    new Set(fields.filter((f) => (typeOf(f, enums) === "f32") === float).map((f) => f.name.text));
  const floats = typed(true);
  const both = [...typed(false)].find((name) => floats.has(name));
  if (both) throw new Error(`${FILE}: expected words of one name to be floats in all records or in none, got ${both}`);
  lines.push(
    "",
    "/** Words that are f32; all others are i32 or usize. */",
    printList("FLOATS", [...floats].map(quoted)),
  );
  const words = new Map<string, string[]>();
  for (const c of classes) {
    const base = c.extendsType?.name.identifier.text;
    const own = c.members.filter((m) => m instanceof FieldDeclaration).map((m) => quoted(m.name.text));
    words.set(c.name.text, [...(base ? words.get(base)! : []), ...own]);
  }
  lines.push("", "/** The words of a layer. */", printList("LAYER_WORDS", words.get("Layer")!));
  lines.push("", "/** The words of each record that is played. */", "export const RECORDS = {");
  for (const [name, fields] of words)
    if (name.endsWith("Record") && name !== "Record") lines.push(`  ${name}: [${fields.join(", ")}],`);
  lines.push("} as const;", "");
  mkdirSync("src/abi", { recursive: true });
  writeFileSync("src/abi/layout.ts", lines.join("\n"));
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

const quoted = (name: string) => `"${name}"`;

const printList = (name: string, items: readonly string[]) => `export const ${name} = [${items.join(", ")}] as const;`;

function typeOf(f: FieldDeclaration, enums: ReadonlySet<string>): string {
  const declared = f.type!.range.toString();
  const type = enums.has(declared) ? "i32" : declared;
  if (!["i32", "f32", "usize"].includes(type)) throw new Error(`${FILE}: expected a word, got ${f.name.text}: ${type}`);
  return type;
}
