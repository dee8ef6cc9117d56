// What every gate of an LSTM does over a text as it is typed, beside a plain RNN.
import { Model, type CellTrace } from "unrolled";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { colour, fetchBytes, find } from "../kit.ts";
import { generation } from "./generate.ts";
import { COLUMN, drawHeat, hit, type Band } from "./heat.ts";
import { drawInfluence, influence } from "./influence.ts";
import { sunspots } from "./sunspots.ts";
import lstmAddress from "../../models/language-id-lstm.safetensors?int8";

const rnnAddress = new URL("../../models/language-id-rnn.safetensors", import.meta.url);

/** Units shown: those that vary most over the text. */
const UNITS = 12;

const GATES: Readonly<Record<string, string>> = {
  i: "input gate i",
  f: "forget gate f",
  g: "candidate g",
  o: "output gate o",
};

const HTML = `
  <h2>Inside</h2>
  <p>The LSTM that tells languages apart, gate by gate, after each character; below it a plain RNN on the same text.
  The ${UNITS} liveliest units of each.</p>
  <label for="text">Text</label>
  <input id="text" type="text" maxlength="120" spellcheck="false" autocomplete="off" />
  <p class="legend"><span>−1</span><span class="scale"></span><span>1</span>
    <span class="facts">Point at a cell, or move with the arrow keys; click or Enter draws the unit's history.</span></p>
  <div class="scroll" id="map" tabindex="0" role="application" aria-label="Gates by character; arrow keys move, Enter draws">
    <canvas id="heat"></canvas>
  </div>
  <p class="facts" id="cell" role="status"></p>
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
  <pre id="made" class="wrap" tabindex="0" aria-label="What the net wrote"></pre>
  <h3>Sunspots</h3>
  <p class="row"><label>Forecast after <input id="from" type="range" min="1760" max="2008" value="1978" /></label>
    <span id="missed" role="status"></span></p>
  <div id="sunspots"></div>
  <p class="facts">It learnt from the years to 1978; those after it has not seen.</p>`;

export async function show(root: HTMLElement, signal: AbortSignal): Promise<void> {
  root.innerHTML = HTML;
  const [lstm, rnn] = (await Promise.all([lstmAddress, rnnAddress].map(fetchBytes))).map((f) =>
    Model.fromSafetensors(f),
  );
  signal.addEventListener("abort", () => [lstm, rnn].forEach((model) => model.dispose()));
  if (signal.aborted) return;

  const input = find<HTMLInputElement>(root, "#text");
  const heat = find<HTMLCanvasElement>(root, "#heat");
  let characters: string[] = [];
  let bands: Band[] = [];
  let cells: readonly CellTrace[] = [];
  let cursor = { band: 0, row: 0, character: 0 };
  let plot: uPlot | undefined;

  function update(): void {
    plot?.destroy();
    plot = undefined;
    characters = [...new Intl.Segmenter().segment(input.value || " ")].map((s) => s.segment);
    /** The last byte of each character. */
    let bytes = 0;
    const ends = characters.map((c) => (bytes += new TextEncoder().encode(c).length) - 1);
    const text = characters.join("");
    cells = [lstm, rnn].map((model) => model.trace(text).cells[0]);
    bands = [...bandsOf(cells[0], "LSTM: ", ends), ...bandsOf(cells[1], "plain RNN: ", ends)];
    drawHeat(heat, characters, bands);
    const [long, short] = [lstm, rnn].map((model) => influence(model, characters));
    drawInfluence(find(root, "#influence"), characters, [
      { name: "LSTM", values: long, ink: "accent" },
      { name: "plain RNN", values: short, ink: "warm" },
    ]);
    const half = characters.length >> 1;
    const mean = (values: number[]) =>
      (values.slice(0, half).reduce((a, b) => a + b, 0) / Math.max(1, half)).toFixed(3);
    find(root, "#counts").textContent =
      `A character of the first half moves the LSTM's final state by ${mean(long)} of its length on average, the plain RNN's by ${mean(short)}.`;
  }

  function tell(at: ReturnType<typeof hit>): void {
    if (!at || at.character < 0 || at.character >= characters.length) return;
    const value = at.band.at(at.unit, at.character).toFixed(3);
    find(root, "#cell").textContent = `${at.band.name}, unit ${at.unit}, after “${characters[at.character]}”: ${value}`;
  }

  /** All that one unit did over the text. */
  function history(at: ReturnType<typeof hit>): void {
    if (!at) return;
    plot?.destroy();
    const net = at.band.name.split(":")[0];
    const kin = bands.filter((band) => band.name.startsWith(`${net}:`));
    const inks = ["accent", "warm", "bad", "soft", "ink", "warm"];
    const axis = { stroke: colour("soft"), grid: { stroke: colour("line") }, ticks: { stroke: colour("line") } };
    const place = find(root, "#history");
    plot = new uPlot(
      {
        title: `${net}, unit ${at.unit}`,
        width: place.clientWidth,
        height: 220,
        scales: { x: { time: false } },
        axes: [{ ...axis, values: (_, marks) => marks.map((i) => characters[i] ?? "") }, axis],
        series: [
          { label: "character", value: (_, i) => characters[i] ?? "–" },
          ...kin.map((band, i) => ({
            label: band.name.slice(net.length + 2),
            stroke: colour(inks[i]),
            width: 2,
            dash: i > 4 ? [4, 4] : [],
            value: (_: uPlot, v: number | null) => v?.toFixed(3) ?? "–",
          })),
        ],
      },
      [characters.map((_, i) => i), ...kin.map((band) => characters.map((_, i) => band.at(at.unit, i)))],
      place,
    );
  }

  const under = (event: MouseEvent) => hit(bands, event.offsetX, event.offsetY);
  heat.addEventListener("mousemove", (event) => tell(under(event)));
  heat.addEventListener("click", (event) => history(under(event)));
  find(root, "#map").addEventListener("keydown", (event) => {
    const { band, row, character } = cursor;
    const down = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const right = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const place = Math.min(bands.length * UNITS - 1, Math.max(0, band * UNITS + row + down));
    const next = Math.min(characters.length - 1, Math.max(0, character + right));
    cursor = { band: Math.floor(place / UNITS), row: place % UNITS, character: next };
    const at = { band: bands[cursor.band], unit: bands[cursor.band].units[cursor.row], character: next };
    if (event.key === "Enter") history(at);
    else if (down || right) {
      event.preventDefault();
      find(root, "#map").scrollTo({ left: next * COLUMN - 100 });
      tell(at);
    }
  });
  input.addEventListener("input", update);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", update, { signal });
  input.value = "The cat sat on the mat, und dann ging sie nach Hause.";
  update();
  generation(root, signal);
  await sunspots(root, signal);
}

/** What a cell has, as bands of its liveliest units: the gates, the cell state squashed, the hidden state. */
function bandsOf(cell: CellTrace, prefix: string, ends: readonly number[]): Band[] {
  const value = (all: Float32Array, unit: number, character: number) => all[ends[character] * cell.units + unit];
  const variance = (unit: number) => {
    const values = ends.map((_, i) => value(cell.h, unit, i));
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return values.reduce((sum, v) => sum + (v - mean) ** 2, 0);
  };
  const lively = Array.from({ length: cell.units }, (_, unit) => ({ unit, variance: variance(unit) }));
  const units = lively
    .sort((a, b) => b.variance - a.variance)
    .slice(0, UNITS)
    .map(({ unit }) => unit);
  const band = (name: string, all: Float32Array, squash = (v: number) => v): Band => ({
    name: prefix + name,
    units,
    at: (unit, character) => squash(value(all, unit, character)),
  });
  return [
    ...Object.entries(cell.gates).map(([gate, values]) => band(GATES[gate] ?? gate, values)),
    ...(cell.c ? [band("cell state, tanh c", cell.c, Math.tanh)] : []),
    band("hidden state h", cell.h),
  ];
}
