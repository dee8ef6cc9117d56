// How far each character still moves what a net holds at the end: change it, run again, measure.
import type { Model } from "unrolled";
import { colour, paper } from "../kit.ts";
import { COLUMN } from "./heat.ts";

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

/** Two rows of bars under the characters. */
export function drawInfluence(
  canvas: HTMLCanvasElement,
  characters: readonly string[],
  rows: readonly { readonly name: string; readonly values: readonly number[]; readonly ink: string }[],
): void {
  const bar = 60;
  const { pen } = paper(canvas, Math.max(300, characters.length * COLUMN), rows.length * (bar + 24));
  const top = Math.max(1e-6, ...rows.flatMap((row) => row.values));
  rows.forEach(({ name, values, ink }, r) => {
    const base = (r + 1) * (bar + 24);
    pen.fillStyle = colour("soft");
    pen.font = "12px system-ui, sans-serif";
    pen.fillText(name, 0, base - bar - 8);
    pen.fillStyle = colour(ink);
    values.forEach((v, i) => pen.fillRect(i * COLUMN, base - 1 - (bar * v) / top, COLUMN - 1, (bar * v) / top + 1));
  });
}
