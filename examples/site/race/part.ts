// This engine and onnxruntime-web on the same ONNX file, in this browser.
import { bytes, duration, find, make } from "../kit.ts";
import { cellFile } from "./onnx.ts";
import type { Answer, Ask, Engine } from "./worker.ts";

const ENGINES: readonly Engine[] = ["unrolled", "onnxruntime-web"];
const ROUNDS = 5;
const ROUND = 150;

const NETS: Readonly<Record<string, () => Uint8Array | Promise<Uint8Array>>> = {
  "LSTM(16, 64), a step": () => cellFile("LSTM", 16, 64),
  "LSTM(64, 256), a step": () => cellFile("LSTM", 64, 256),
  "GRU(64, 256), a step": () => cellFile("GRU", 64, 256),
};

interface Result {
  readonly bytes: number;
  readonly startup: number;
  readonly step: number;
}

const HTML = `
  <h2>Race</h2>
  <p class="lead">This engine and onnxruntime-web on the same ONNX file, in your browser, one thread each. onnxruntime-web's 14 MB are
  loaded from this page's own folder when you press the button.</p>
  <div class="card row"><label>Net <select id="net"></select></label>
    <label>or your own <input id="file" type="file" accept=".onnx" /></label>
    <button id="start" class="main" type="button">Race</button></div>
  <div id="result" class="card" role="status" hidden></div>
  <p class="facts">Each engine runs in a new thread. Start-up: from its first byte to its first answer. A step: ${ROUNDS}
  rounds in turns of ${ROUND} ms each, the median; the same random numbers, inputs of sizes that have names are 1.
  Bytes: all that the thread loaded, not compressed. The result is in the address: nothing is sent.</p>`;

export function show(root: HTMLElement, signal: AbortSignal): void {
  root.innerHTML = HTML;
  const select = find<HTMLSelectElement>(root, "#net");
  const button = find<HTMLButtonElement>(root, "#start");
  const file = find<HTMLInputElement>(root, "#file");
  select.append(...Object.keys(NETS).map((name) => make("option", name)));

  const told = new URLSearchParams(location.hash.split("?")[1] ?? "");
  if (told.has("net")) {
    const read = (engine: Engine): Result => {
      const [bytes, startup, step] = (told.get(engine) ?? "").split(",").map(Number);
      return { bytes, startup, step };
    };
    showResult("From the link", told.get("net")!, ENGINES.map(read));
  }

  button.addEventListener("click", async () => {
    button.disabled = true;
    const [own] = file.files!;
    const name = own ? own.name : select.value;
    try {
      const given = own ? new Uint8Array(await own.arrayBuffer()) : await NETS[name]();
      const { results, apart } = await race(given, signal, (now) => tell(make("p", now)));
      const hash = new URLSearchParams({ net: name });
      ENGINES.forEach((engine, i) => hash.set(engine, Object.values(results[i]).join()));
      history.replaceState(null, "", `#race?${hash}`);
      showResult(`The answers differ by at most ${apart.toExponential(1)}`, name, results);
    } catch (error) {
      tell(make("p", (error as Error).message, { className: "refusal" }));
    }
    button.disabled = false;
  });

  function tell(...what: readonly HTMLElement[]): void {
    find(root, "#result").hidden = false;
    find(root, "#result").replaceChildren(...what);
  }

  function showResult(note: string, name: string, results: readonly Result[]): void {
    const table = make("table", "", { className: "race" });
    table.createCaption().textContent = name;
    const heads = table.insertRow();
    heads.append(...["", ...ENGINES].map((text) => make("th", text)));
    const row = (head: string, values: readonly number[], unit: (value: number) => string) => {
      const line = table.insertRow();
      line.append(make("th", head));
      for (const value of values) {
        const bar = make("span", "", { className: "bar" });
        bar.style.setProperty("--part", String(value / Math.max(1e-9, ...values)));
        const cell = make("td", unit(value));
        cell.append(bar);
        line.append(cell);
      }
    };
    const each = (what: keyof Result) => results.map((result) => result[what]);
    row("bytes", each("bytes"), (n) => (n ? bytes(n) : "not told")); // some browsers count none of a worker's
    row("start-up", each("startup"), duration);
    row("a step", each("step"), duration);
    const ratio = results[1].step / results[0].step;
    tell(
      make(
        "p",
        ratio > 1
          ? `unrolled is ${ratio.toFixed(1)} times as fast`
          : `unrolled is ${(1 / ratio).toFixed(1)} times as slow`,
        { className: "verdict" },
      ),
      table,
      make("p", `${note}.`, { className: "facts" }),
    );
  }
}

async function race(
  file: Uint8Array,
  signal: AbortSignal,
  tell: (now: string) => void,
): Promise<{ results: Result[]; apart: number }> {
  const workers = ENGINES.map(() => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }));
  const end = () => workers.forEach((worker) => worker.terminate());
  signal.addEventListener("abort", end);
  try {
    const starts: Extract<Answer, { output: Float32Array }>[] = [];
    for (const [i, engine] of ENGINES.entries()) {
      tell(`${engine} starts …`);
      starts.push(await ask(workers[i], { engine, file, seed: 1 }));
    }
    const steps: number[][] = ENGINES.map(() => []);
    for (let round = 1; round <= ROUNDS; round++) {
      tell(`Round ${round} of ${ROUNDS} …`);
      for (const i of ENGINES.keys()) {
        steps[i].push((await ask<{ step: number }>(workers[i], { milliseconds: ROUND })).step);
      }
    }
    const [a, b] = starts.map((start) => start.output);
    return {
      results: starts.map(({ bytes, startup }, i) => {
        const step = steps[i].sort((x, y) => x - y)[ROUNDS >> 1];
        return { bytes, startup: Number(startup.toFixed(1)), step: Number(step.toFixed(4)) };
      }),
      apart: a.reduce((most, v, i) => Math.max(most, Math.abs(v - b[i])), 0),
    };
  } finally {
    end();
  }
}

function ask<T extends Answer>(worker: Worker, what: Ask): Promise<T> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Answer>) =>
      "error" in data ? reject(new Error(data.error)) : resolve(data as T);
    worker.onerror = (event) => reject(new Error(event.message || "a thread could not start"));
    worker.postMessage(what);
  });
}
