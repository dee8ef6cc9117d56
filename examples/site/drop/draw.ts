// A graph as a picture: who feeds whom, from the top down.
import { Graph, layout } from "@dagrejs/dagre";
import type { Facts } from "./open.ts";

/** Nodes that are drawn; of a larger graph the first. */
const MOST = 250;

const SVG = "http://www.w3.org/2000/svg";

export function drawGraph({ words, edges }: Facts["drawn"]): SVGSVGElement {
  const graph = new Graph();
  graph.setGraph({ rankdir: "TB", nodesep: 16, ranksep: 22, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  const shown = Math.min(words.length, MOST);
  for (let i = 0; i < shown; i++) graph.setNode(String(i), { width: 24 + 8 * words[i].length, height: 26 });
  for (const [from, to] of edges) if (from < shown && to < shown) graph.setEdge(String(from), String(to));
  layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  const svg = part("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", class: "graph" });
  svg.append(part("title", {}, `${words.length} nodes${shown < words.length ? `, the first ${shown} drawn` : ""}`));
  for (const edge of graph.edges()) {
    const points = graph.edge(edge).points.map(({ x, y }: { x: number; y: number }) => `${x},${y}`);
    svg.append(part("polyline", { points: points.join(" ") }));
  }
  for (const id of graph.nodes()) {
    const { x, y, width, height } = graph.node(id);
    svg.append(part("rect", { x: x - width / 2, y: y - height / 2, width, height, rx: 5 }));
    svg.append(part("text", { x, y: y + 4, "text-anchor": "middle" }, words[Number(id)]));
  }
  return svg;
}

function part<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | number>>,
  text = "",
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.textContent = text;
  return element;
}
