/** Colour where someone looks at it and has not declined it. https://no-color.org */
export const colour = process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== "dumb";

const style = (code: string) => (text: string) => (colour ? `\x1b[${code}m${text}\x1b[0m` : text);

export const bold = style("1");
export const dim = style("2");
export const red = style("31");
export const green = style("32");

/** Columns to write in. */
export const COLUMNS = Math.min(process.stdout.columns || 96, 96);

/** Blue below zero, orange above, in the 256-colour palette; without colour a character each. */
const COLOURS = [45, 39, 32, 25, 18, 234, 58, 94, 136, 178, 220];
const CHARACTERS = ["=", "=", "-", "-", ".", ".", ".", "+", "+", "#", "#"];

/** A value in [-1, 1] as a cell of `width` columns. */
export function cell(value: number, width: number): string {
  const level = Math.round((Math.max(-1, Math.min(1, value)) + 1) * 5);
  return colour ? `\x1b[48;5;${COLOURS[level]}m${" ".repeat(width)}\x1b[0m` : CHARACTERS[level].repeat(width);
}

/** A value in [0, 1] as a bar of `width` columns: eighths of a block, or a digit of tenths. */
export function bar(value: number, width: number): string {
  if (!colour) return String(Math.min(9, Math.floor(value * 10))).repeat(width);
  return " ▁▂▃▄▅▆▇█"[Math.round(value * 8)].repeat(width);
}

/** What the cells mean. */
export function legend(): string {
  return [-1, -0.5, 0, 0.5, 1].map((v) => `${cell(v, 2)} ${v}`).join("  ");
}

/** Columns that a character takes in a terminal. */
export function widthOf(character: string): number {
  return /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60]/u.test(
    character,
  )
    ? 2
    : 1;
}

/** The text, cut off where it is wider than `columns`. */
export function clip(text: string, columns: number): string {
  let width = 0;
  let kept = "";
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    width += widthOf(segment);
    if (width > columns) return `${kept.slice(0, -1)}…`;
    kept += segment;
  }
  return kept;
}
