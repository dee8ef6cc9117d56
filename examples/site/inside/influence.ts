// How far each character still moves what a net holds at the end: change it, run again, measure.
import type { Model } from "unrolled";
import { colour, paper } from "../kit.ts";

/** |h' - h| / |h| of the final hidden state, with each character replaced by another of as many bytes. */
export function influence(model: Model, characters: readonly string[]): number[] {
  const encoder = new TextEncoder();
  const pieces = characters.map((c) => encoder.encode(c));
  const whole = encoder.encode(characters.join(""));
  const h = model.encode(whole);
  let at = 0;
  return pieces.map((piece) => {
    const changed = whole.slice();
    changed[at + piece.length - 1] ^= 1; // the neighbour in the alphabet
    at += piece.length;
    const other = model.encode(changed);
    return Math.hypot(...h.map((v, i) => v - other[i])) / Math.hypot(...h);
  });
}

const BAR = 64;
const TITLE = 24;
const FOOT = 24;

/** A row of bars a net, the characters below. */
export function drawInfluence(
  canvas: HTMLCanvasElement,
  column: number,
  characters: readonly string[],
  rows: readonly { readonly name: string; readonly values: readonly number[]; readonly ink: string }[],
): void {
  const { pen } = paper(canvas, Math.max(240, characters.length * column), rows.length * (BAR + TITLE) + FOOT);
  const top = Math.max(1e-6, ...rows.flatMap((row) => row.values));
  rows.forEach(({ name, values, ink }, r) => {
    const base = (r + 1) * (BAR + TITLE);
    pen.fillStyle = colour("soft");
    pen.font = "12.5px system-ui, sans-serif";
    pen.fillText(name, 0, base - BAR - 8);
    pen.fillStyle = colour(ink);
    values.forEach((v, i) => {
      const high = Math.max(1, (BAR * v) / top);
      pen.fillRect(i * column, base - high, column - 1, high);
    });
  });
  pen.fillStyle = colour("ink");
  pen.font = "600 15px ui-monospace, monospace";
  pen.textAlign = "center";
  characters.forEach((c, i) => pen.fillText(c, (i + 0.5) * column, rows.length * (BAR + TITLE) + 18));
}
