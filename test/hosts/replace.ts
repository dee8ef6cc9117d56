import { existsSync, readFileSync, writeFileSync } from "node:fs";

/** Puts `text` between `<!-- name -->` and `<!-- /name -->` of a file that has them. */
export function replaceBetween(file: string, name: string, text: string): void {
  if (!existsSync(file)) return;
  const old = readFileSync(file, "utf8");
  const marks = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`);
  if (marks.test(old))
    writeFileSync(
      file,
      old.replace(marks, (_, begin, end) => `${begin}${text}\n${end}`),
    );
}
