/** Numbers that a table repeats in words below itself. */
export class Footnotes {
  readonly #texts: string[] = [];

  mark(text: string): string {
    const known = this.#texts.indexOf(text);
    const index = known >= 0 ? known : this.#texts.push(text) - 1;
    return `<sup>${index + 1}</sup>`;
  }

  toString(): string {
    return this.#texts.map((text, i) => `<sup>${i + 1}</sup> ${text}`).join("<br>\n");
  }
}

export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? ":--" : "--:"))), ...rows.map(line)].join("\n");
}

/** Three figures, without exponents, thousands apart. */
export function figures(value: number): string {
  if (value >= 1000) return Number(value.toPrecision(3)).toLocaleString("en-US");
  return String(Number(value.toPrecision(3)));
}

export const bytes = (count: number): string =>
  count >= 1e6 ? `${figures(count / 1e6)} MB` : `${figures(count / 1000)} KB`;
