// The sunspots of the years after a year, forecast from those before, beside what came.
import { Model } from "unrolled";
import uPlot from "uplot";
import { colour, fetchBytes, find } from "../kit.ts";
import { axis } from "./history.ts";

const AHEAD = 30;

export async function sunspots(root: HTMLElement, signal: AbortSignal): Promise<void> {
  const file = await fetchBytes(new URL("../../models/sunspots.safetensors", import.meta.url));
  const csv = new TextDecoder().decode(await fetchBytes(new URL("../../models/sunspots.csv", import.meta.url)));
  const rows = csv
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(",").map(Number));
  if (signal.aborted) return;
  const model = Model.fromSafetensors(file);
  const years = rows.map(([year]) => year);
  const numbers = rows.map(([, number]) => number);
  const slider = find<HTMLInputElement>(root, "#from");
  const place = find(root, "#sunspots");
  const plot = new uPlot(
    {
      width: place.clientWidth - 24,
      height: 240,
      scales: { x: { time: false } },
      axes: [{ ...axis(), values: (_, years) => years.map(String) }, axis()],
      series: [
        { label: "year", value: (_, year) => String(year ?? "–") },
        { label: "sunspots", stroke: colour("ink"), width: 1.5, points: { show: false } },
        {
          label: "forecast",
          stroke: colour("warm"),
          width: 3,
          points: { show: false },
          value: (_, v) => (v == null ? "–" : v.toFixed(0)),
        },
      ],
    },
    [[], [], []],
    place,
  );
  const draw = () => {
    const known = years.indexOf(slider.valueAsNumber) + 1;
    const forecast = model.forecast(numbers.slice(0, known), { steps: AHEAD });
    const from = Math.max(0, known - 60);
    const x = Array.from({ length: known + AHEAD - from }, (_, i) => years[0] + from + i);
    const truth = x.map((_, i) => numbers[from + i] ?? null);
    const ahead = x.map((_, i) =>
      from + i < known - 1 ? null : from + i === known - 1 ? numbers[known - 1] : forecast[from + i - known],
    );
    plot.setData([x, truth, ahead]);
    const errors = [...forecast].flatMap((v, i) =>
      known + i < numbers.length ? [Math.abs(v - numbers[known + i])] : [],
    );
    const mean = errors.reduce((a, b) => a + b, 0) / errors.length;
    find(root, "#missed").textContent =
      `${slider.value}: the next ${AHEAD} years, ${errors.length ? `off by ${mean.toFixed(0)} on average` : "unknown to the data"}`;
  };
  slider.addEventListener("input", draw);
  draw();
  const watch = new ResizeObserver(() => plot.setSize({ width: place.clientWidth - 24, height: 240 }));
  watch.observe(place);
  signal.addEventListener("abort", () => {
    watch.disconnect();
    plot.destroy();
    model.dispose();
  });
}
