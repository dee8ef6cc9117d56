import type { Model, State } from "unrolled";
import { bar, bold, cell, COLUMNS, dim, legend, widthOf } from "./terminal.ts";

/** Units shown: those that vary most over the text. */
const UNITS = 8;

/** Columns before the map. */
const MARGIN = 12;

/** A character, and what the net holds after its last byte. */
interface Moment {
  readonly character: string;
  readonly width: number;
  readonly hidden: Float32Array;
  readonly output: Float32Array;
}

/** Reads `text` a byte at a time and keeps the hidden state at the end of every character. */
function read(model: Model, text: string): Moment[] {
  const moments: Moment[] = [];
  let state: State | undefined;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    const result = model.run(segment, { state });
    state = result.state;
    const character = /^\p{C}/u.test(segment) ? "·" : segment;
    moments.push({ character, width: widthOf(character), hidden: state.h, output: result.output });
  }
  return moments;
}

/** The units whose values vary most, by their number. */
function liveliest(moments: readonly Moment[]): number[] {
  const variance = (unit: number) => {
    const values = moments.map((m) => m.hidden[unit]);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return values.reduce((sum, v) => sum + (v - mean) ** 2, 0);
  };
  const units = Array.from(moments[0].hidden, (_, unit) => ({ unit, variance: variance(unit) }));
  return units
    .sort((a, b) => b.variance - a.variance)
    .slice(0, UNITS)
    .map(({ unit }) => unit);
}

/** Lines of moments that fit beside the margin. */
function wrap(moments: readonly Moment[]): Moment[][] {
  const lines: Moment[][] = [[]];
  let used = 0;
  for (const moment of moments) {
    if (used + moment.width > COLUMNS - MARGIN) {
      lines.push([]);
      used = 0;
    }
    lines[lines.length - 1].push(moment);
    used += moment.width;
  }
  return lines;
}

/** The hidden state over the text: characters across, units down, and how sure the net is of its answer. */
export function heatMap(model: Model, text: string): string {
  const moments = read(model, text);
  const units = liveliest(moments);
  const { output } = moments[moments.length - 1];
  const answer = output.indexOf(Math.max(...output));
  const label = (name: string) => dim(name.padStart(MARGIN - 2)) + "  ";
  const blocks = wrap(moments).map((line) => {
    const row = (name: string, draw: (m: Moment) => string) => label(name) + line.map(draw).join("");
    return [
      label("") + bold(line.map((m) => m.character).join("")),
      ...units.map((unit) => row(`unit ${unit}`, (m) => cell(m.hidden[unit], m.width))),
      row(`p(${model.description.labels![answer]})`, (m) => bar(m.output[answer], m.width)),
    ].join("\n");
  });
  return `${blocks.join("\n\n")}\n\n${label("")}${legend()}`;
}
