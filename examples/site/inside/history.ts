// All that one unit did over a text, as lines.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { colour } from "../kit.ts";
import type { Band, Place } from "./heat.ts";

/** Colours of the style sheet, a line each. */
const INKS = ["line-1", "line-2", "line-3", "line-4", "line-5", "ink"];

/** Axes in the page's colours. */
export const axis = (): uPlot.Axis => ({
  stroke: colour("soft"),
  grid: { stroke: colour("line"), width: 1 },
  ticks: { stroke: colour("line"), width: 1 },
});

export function drawHistory(
  place: HTMLElement,
  characters: readonly string[],
  { band: { net }, unit }: Place,
  bands: readonly Band[],
): uPlot {
  return new uPlot(
    {
      title: `${net}, unit ${unit}`,
      width: place.clientWidth,
      height: 240,
      scales: { x: { time: false }, y: { range: [-1.05, 1.05] } },
      axes: [{ ...axis(), space: 12, values: (_, marks) => marks.map((i) => characters[i] ?? "") }, axis()],
      series: [
        { label: "after", value: (_, i) => characters[i] ?? "–" },
        ...bands.map((band, i) => ({
          label: band.name,
          stroke: colour(INKS.at(i - bands.length)!),
          width: i === bands.length - 1 ? 3 : 2,
          points: { show: false },
          value: (_: uPlot, v: number | null) => v?.toFixed(3) ?? "–",
        })),
      ],
    },
    [characters.map((_, i) => i), ...bands.map((band) => characters.map((_, i) => band.at(unit, i)))],
    place,
  );
}
