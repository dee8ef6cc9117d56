// What every gate of an LSTM does over a text as it is typed, beside a plain RNN.
import { Model, type CellTrace } from "unrolled";
import type uPlot from "uplot";
import { fetchBytes, find } from "../kit.ts";
import { generation } from "./generate.ts";
import { columnOf, drawHeat, hit, type Band, type Place } from "./heat.ts";
import { drawHistory } from "./history.ts";
import { drawInfluence, influence } from "./influence.ts";
import { sunspots } from "./sunspots.ts";
import lstmAddress from "../../models/language-id-lstm.safetensors?int8";

const rnnAddress = new URL("../../models/language-id-rnn.safetensors", import.meta.url);

/** Units shown at first: those that vary most over the text. */
const LIVELIEST = 10;

const GATES: Readonly<Record<string, string>> = {
  i: "input gate i",
  f: "forget gate f",
  g: "candidate g",
  o: "output gate o",
};

const HTML = `
  <h2>Inside</h2>
  <p class="lead">The LSTM that tells languages apart, every gate after every character; below it a plain RNN that read
  the same text.</p>
  <label for="text">Text</label>
  <input id="text" type="text" maxlength="120" spellcheck="false" autocomplete="off" />
  <div class="row legend"><span class="legend"><span>−1</span><span class="scale"></span><span>1</span></span>
    <label>units <select id="units"><option value="${LIVELIEST}">the ${LIVELIEST} liveliest</option>
      <option value="1000">all</option></select></label></div>
  <div class="scroll" id="map" tabindex="0" role="application" aria-label="Gates by character; arrow keys move, Enter draws">
    <canvas id="heat"></canvas>
  </div>
  <p class="facts" id="cell" role="status">Point at a cell, or move with the arrow keys: its unit's numbers. Click, or
  Enter: the unit's history.</p>
  <div id="history"></div>
  <h3>What a character still counts at the end</h3>
  <p>Each character is changed in turn and the text read again: how far does the final hidden state move?</p>
  <div class="scroll" tabindex="0" role="img" aria-labelledby="counts"><canvas id="influence"></canvas></div>
  <p class="facts" id="counts"></p>
  <h3>Going on with a text</h3>
  <p class="row">
    <label>Begin with <input id="prompt" type="text" value="And the LORD said unto " /></label>
    <label>temperature <input id="temperature" type="range" min="0" max="1.5" step="0.1" value="0.7" /></label>
    <span id="degrees">0.7</span> <button id="go" class="main" type="button">Generate</button>
  </p>
  <pre id="made" class="wrap" tabindex="0" role="group" aria-label="What the net wrote"></pre>
  <h3>Sunspots</h3>
  <p class="row"><label>Forecast after <input id="from" type="range" min="1760" max="2008" value="1978" /></label>
    <span id="missed" role="status"></span></p>
  <div class="card" id="sunspots"></div>
  <p class="facts">It learnt from the years to 1978; those after it has not seen.</p>`;

export async function show(root: HTMLElement, signal: AbortSignal): Promise<void> {
  root.innerHTML = HTML;
  const [lstm, rnn] = (await Promise.all([lstmAddress, rnnAddress].map(fetchBytes))).map((f) =>
    Model.fromSafetensors(f),
  );
  signal.addEventListener("abort", () => [lstm, rnn].forEach((model) => model.dispose()));
  if (signal.aborted) return;

  const input = find<HTMLInputElement>(root, "#text");
  const units = find<HTMLSelectElement>(root, "#units");
  const heat = find<HTMLCanvasElement>(root, "#heat");
  const map = find(root, "#map");
  let characters: string[] = [];
  let bands: Band[] = [];
  let column = 0;
  let cursor = { row: 0, character: 0 };
  let plot: uPlot | undefined;

  function read(): void {
    plot?.destroy();
    plot = undefined;
    characters = [...new Intl.Segmenter().segment(input.value || " ")].map((s) => s.segment);
    /** The last byte of each character. */
    let bytes = 0;
    const ends = characters.map((c) => (bytes += new TextEncoder().encode(c).length) - 1);
    const text = characters.join("");
    bands = Object.entries({ LSTM: lstm, "plain RNN": rnn }).flatMap(([net, model]) =>
      bandsOf(model.trace(text).cells[0], net, ends, Number(units.value)),
    );
    draw();
  }

  function draw(): void {
    column = columnOf(map.clientWidth - 24, characters.length);
    drawHeat(heat, column, characters, bands);
    const [long, short] = [lstm, rnn].map((model) => influence(model, characters));
    drawInfluence(find(root, "#influence"), column, characters, [
      { name: "LSTM", values: long, ink: "accent" },
      { name: "plain RNN", values: short, ink: "warm" },
    ]);
    const half = Math.max(1, characters.length >> 1);
    const mean = (values: number[]) => (values.slice(0, half).reduce((a, b) => a + b, 0) / half).toFixed(3);
    find(root, "#counts").textContent =
      `A character of the first half moves the LSTM's final state by ${mean(long)} of its length on average, the plain RNN's by ${mean(short)}.`;
  }

  /** The bands of a place's net. */
  const kin = ({ band: { net } }: Place) => bands.filter((band) => band.net === net);

  function tell(at: Place | undefined): void {
    if (!at || at.character < 0 || at.character >= characters.length) return;
    const numbers = kin(at).map((band) => `${band.name} ${band.at(at.unit, at.character).toFixed(3)}`);
    find(root, "#cell").textContent =
      `${at.band.net}, unit ${at.unit}, after “${characters[at.character]}”: ${numbers.join(", ")}`;
  }

  function history(at: Place | undefined): void {
    if (!at) return;
    plot?.destroy();
    plot = drawHistory(find(root, "#history"), characters, at, kin(at));
  }

  const under = (event: MouseEvent) => hit(bands, column, event.offsetX, event.offsetY);
  heat.addEventListener("mousemove", (event) => tell(under(event)));
  heat.addEventListener("click", (event) => history(under(event)));
  map.addEventListener("keydown", (event) => {
    const down = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const right = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const rows = bands.flatMap((band) => band.units.map((unit) => ({ band, unit })));
    const row = Math.min(rows.length - 1, Math.max(0, cursor.row + down));
    cursor = { row, character: Math.min(characters.length - 1, Math.max(0, cursor.character + right)) };
    const at = { ...rows[row], character: cursor.character };
    if (event.key === "Enter") history(at);
    else if (down || right) {
      event.preventDefault();
      map.scrollTo({ left: cursor.character * column - 100 });
      tell(at);
    }
  });
  input.addEventListener("input", read);
  units.addEventListener("change", read);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", read, { signal });
  addEventListener("resize", draw, { signal });
  input.value = "The cat sat on the mat, und dann ging sie nach Hause.";
  read();
  generation(root, signal);
  await sunspots(root, signal);
}

/** What a cell has, as bands of its liveliest units: the gates, the cell state squashed, the hidden state. */
function bandsOf(cell: CellTrace, net: string, ends: readonly number[], shown: number): Band[] {
  const value = (all: Float32Array, unit: number, character: number) => all[ends[character] * cell.units + unit];
  const variance = (unit: number) => {
    const values = ends.map((_, i) => value(cell.h, unit, i));
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return values.reduce((sum, v) => sum + (v - mean) ** 2, 0);
  };
  const lively = Array.from({ length: cell.units }, (_, unit) => ({ unit, variance: variance(unit) }));
  const units = lively
    .sort((a, b) => b.variance - a.variance)
    .slice(0, shown)
    .map(({ unit }) => unit);
  const band = (name: string, all: Float32Array, squash = (v: number) => v): Band => ({
    net,
    name,
    units,
    at: (unit, character) => squash(value(all, unit, character)),
  });
  return [
    ...Object.entries(cell.gates).map(([gate, values]) => band(GATES[gate] ?? gate, values)),
    ...(cell.c ? [band("cell state, tanh c", cell.c, Math.tanh)] : []),
    band("hidden state h", cell.h),
  ];
}
