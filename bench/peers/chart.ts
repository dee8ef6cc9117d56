import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { LIMIT, PEERS } from "../peer.ts";
import type { Results } from "../results.ts";

interface Point {
  readonly name: string;
  readonly label: string;
  readonly hidden: number;
  readonly us: number;
}

const COLORS: Record<string, string> = {
  [LIMIT]: "#888888",
  unrolled: "#d6336c",
  "onnxruntime-web": "#1c7ed6",
  tfjs: "#f08c00",
  "brain.js": "#7048e8",
  plain: "#2b8a3e",
};
/** Labels at the lines' ends stay this factor apart. */
const LABEL_GAP = 1.55;

/** Time of a streaming LSTM step over the hidden size, as an SVG. */
export function stepTimeChart({ rows, node, cpu }: Results): string {
  const points = rows
    .filter(({ case: c }) => c.cell === "lstm" && c.mode === "stream")
    .sort((a, b) => a.case.hidden - b.case.hidden)
    .flatMap(({ case: { hidden }, limit, peers }): Point[] => [
      { name: LIMIT, label: LIMIT, hidden, us: limit },
      ...PEERS.flatMap((name) => {
        const outcome = peers[name];
        if (!outcome || !("us" in outcome)) return [];
        return [{ name, label: outcome.differs ? `${name} (another function)` : name, hidden, us: outcome.us }];
      }),
    ]);
  const { document } = parseHTML("<html></html>");
  const svg = Plot.plot({
    document,
    width: 820,
    height: 480,
    marginLeft: 60,
    marginRight: 190,
    style: { background: "white", color: "black", fontSize: "13px" },
    x: { type: "log", base: 2, label: "hidden size", ticks: [16, 32, 64, 128, 256, 512, 1024], tickFormat: "d" },
    y: {
      type: "log",
      label: `microseconds a step (LSTM, streaming, Node ${node}, ${cpu})`,
      grid: true,
      tickFormat: (us: number) => us.toLocaleString("en-US"),
    },
    color: { domain: Object.keys(COLORS), range: Object.values(COLORS) },
    marks: [
      Plot.line(points, {
        x: "hidden",
        y: "us",
        stroke: "name",
        strokeWidth: (point: Point) => (point.name === PEERS[0] ? 3 : 1.5),
        z: "name",
      }),
      Plot.dot(points, { x: "hidden", y: "us", fill: "name", r: 3 }),
      Plot.text(endLabels(points), { x: "hidden", y: "us", text: "label", fill: "name", textAnchor: "start", dx: 10 }),
    ],
  });
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return `${svg.outerHTML}\n`;
}

function endLabels(points: readonly Point[]): Point[] {
  const last = new Map(points.map((point) => [point.name, point]));
  let floor = 0;
  return [...last.values()]
    .sort((a, b) => a.us - b.us)
    .map((point) => {
      const us = Math.max(point.us, floor);
      floor = us * LABEL_GAP;
      return { ...point, us };
    });
}
