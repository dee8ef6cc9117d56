import { serialize } from "@thi.ng/hiccup";
import { group, rect, svg, text } from "@thi.ng/hiccup-svg";
import { interpolateRdBu, interpolateViridis } from "d3-scale-chromatic";
import type { CellTrace, Trace } from "../index.ts";

const CELL = { width: 12, height: 7 };
const LEFT = 150;
const GAP = 26;

/** A gate or a state of a cell, as a map of units over time. */
interface Panel {
  readonly title: string;
  readonly values: Float32Array;
  /** Gates go from 0 to 1, all else from -bound to +bound; Infinity asks for the largest that is shown. */
  readonly bound: number | undefined;
}

const NAMES: Record<string, string> = {
  i: "i, input gate",
  f: "f, forget gate",
  g: "g, candidate",
  o: "o, output gate",
  r: "r, reset gate",
  z: "z, update gate",
  n: "n, candidate",
};

/**
 * An SVG with a heat map for every gate and state of every cell: columns are items under their headings, rows are
 * units.
 */
export function drawTrace({ steps, cells }: Trace, headings: readonly string[], most: number): string {
  const body: unknown[] = [];
  let y = GAP;
  for (const cell of cells) {
    const title = `${cell.type} ${drawn(cell.weights.replace(/\.$/, ""))} layer ${cell.depth}${cell.reverse ? ", reverse" : ""}`;
    body.push(text([8, y], title, { "font-weight": "bold" }));
    for (const { units, ...given } of panels(cell)) {
      const shown = liveliest(cell, steps, Math.min(most, units), units);
      const panel = given.bound === Infinity ? { ...given, bound: largest(given.values, shown, units, steps) } : given;
      y += GAP;
      body.push(text([8, y + 10], panel.title), headingRow(headings, y - 4), scale(panel, y + 16));
      body.push(group({}, ...shown.flatMap((unit, row) => rowOf(panel, unit, units, steps, y + row * CELL.height))));
      y += shown.length * CELL.height;
    }
    y += 2 * GAP;
  }
  const width = LEFT + steps * CELL.width + 8;
  const tree = svg(
    { width, height: y, viewBox: `0 0 ${width} ${y}`, "font-family": "monospace", "font-size": 11 },
    rect([0, 0], width, y, { fill: "white" }),
    ...body,
  );
  return serialize(tree, { escape: true });
}

function panels({ type, gates, h, c, units, width }: CellTrace): (Panel & { readonly units: number })[] {
  const candidate = (name: string) => name === "g" || name === "n";
  return [
    ...Object.entries(gates).map(([name, values]) => ({
      title: NAMES[name],
      values,
      units,
      bound: candidate(name) ? 1 : undefined,
    })),
    ...(c ? [{ title: "c, cell state", values: c, units, bound: Infinity }] : []),
    { title: "h, hidden state", values: h, units: width, bound: type === "rnn" ? Infinity : 1 },
  ];
}

/** The largest magnitude of the units shown, 1 where all are 0. */
function largest(values: Float32Array, shown: readonly number[], units: number, steps: number): number {
  let most = 0;
  for (const unit of shown) for (let t = 0; t < steps; t++) most = Math.max(most, Math.abs(values[t * units + unit]));
  return most || 1;
}

/** The units that change most over time: by their forget or update gate, else by the hidden state. */
function liveliest({ gates, h }: CellTrace, steps: number, count: number, units: number): number[] {
  const gate = gates.f ?? gates.z;
  const values = gate?.length === units * steps ? gate : h;
  const variance = (unit: number) => {
    let sum = 0;
    let squares = 0;
    for (let t = 0; t < steps; t++) {
      const v = values[t * units + unit];
      sum += v;
      squares += v * v;
    }
    return squares / steps - (sum / steps) ** 2;
  };
  return Array.from({ length: units }, (_, unit) => ({ unit, variance: variance(unit) }))
    .sort((a, b) => b.variance - a.variance)
    .slice(0, count)
    .map((u) => u.unit);
}

function rowOf({ values, bound, title }: Panel, unit: number, units: number, steps: number, y: number): unknown[] {
  return Array.from({ length: steps }, (_, t) => {
    const v = values[t * units + unit];
    const tip = ["title", {}, `${title[0]}[${unit}] = ${v.toFixed(3)}`];
    return rect([LEFT + t * CELL.width, y], CELL.width, CELL.height, { fill: color(v, bound) }, tip);
  });
}

function color(v: number, bound: number | undefined): string {
  return bound === undefined ? interpolateViridis(v) : interpolateRdBu((1 - v / bound) / 2);
}

function headingRow(headings: readonly string[], y: number): unknown {
  return group(
    { "text-anchor": "middle" },
    ...headings.map((h, t) => text([LEFT + (t + 0.5) * CELL.width, y], h === " " ? "␣" : drawn(h))),
  );
}

/** The text without control and format characters, and what XML has none of. */
const drawn = (words: string) => words.replace(/[\p{Cc}\p{Cf}\p{Cs}\ufffe\uffff]/gu, "");

/** The colours and what they mean. */
function scale({ bound }: Panel, y: number): unknown {
  const [low, high] = bound === undefined ? [0, 1] : [-bound, bound];
  const swatches = Array.from({ length: 10 }, (_, i) =>
    rect([8 + i * 8, y], 8, 7, { fill: color(low + ((high - low) * (i + 0.5)) / 10, bound) }),
  );
  return group(
    {},
    ...swatches,
    text([8, y + 19], `${Number(low.toPrecision(2))} to ${Number(high.toPrecision(2))}`, { "font-size": 9 }),
  );
}
