// A file of any kind: what it is, a form for its inputs, its answer and its time; or why not.
import { bytes, duration, find, make, percent } from "../kit.ts";
import { drawGraph } from "./draw.ts";
import { fieldFor, type Field } from "./inputs.ts";
import type { Facts, Sizes } from "./open.ts";
import type { Answer, Ask, Output } from "./worker.ts";

const HTML = `
  <h2>Your file</h2>
  <p class="lead">Drop a trained net: safetensors, ONNX, .keras, .h5, TensorFlow.js (model.json with its .bin files),
  .pt, .npz, .nam, RTNeural, AIDA-X, GuitarML. What it is, its content says. It stays on this machine.</p>
  <div class="drop row" id="drop"><label for="file">Files of a model</label> <input id="file" type="file" multiple />
    <button type="button" id="sample">A forecaster of sunspots</button></div>
  <progress id="progress" hidden aria-label="Reading the file"></progress>
  <div id="refused" role="alert"></div>
  <div id="what" class="card" role="status" hidden></div>
  <form id="sizes" class="row" hidden></form>
  <div id="rest" hidden>
    <h3>Inputs</h3>
    <div id="inputs"></div>
    <p class="row"><button id="run" class="main" type="button">Run</button><span id="time" role="status"></span></p>
    <div id="outputs"></div>
    <h3>What it is made of</h3>
    <div class="scroll graph" id="graph" tabindex="0" role="group" aria-label="The net, drawn"></div>
    <details><summary>As a table</summary><div class="scroll" tabindex="0" id="table" role="group" aria-label="Nodes"></div></details>
  </div>`;

/** A description, as one may begin. */
const EXAMPLE =
  '{"layers": [{"type": "lstm", "weights": "cell"}, {"type": "last"}, {"type": "linear", "weights": "head"}]}';

/** Numbers of an output that are shown. */
const SHOWN = 48;

export function show(root: HTMLElement, signal: AbortSignal): void {
  root.innerHTML = HTML;
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  signal.addEventListener("abort", () => worker.terminate());
  const ask = (what: Ask) => worker.postMessage(what);
  const progress = find<HTMLProgressElement>(root, "#progress");
  const rest = find(root, "#rest");
  let files: readonly File[] = [];
  let facts: Facts | undefined;
  let fields = new Map<string, Field>();

  function take(given: readonly File[]): void {
    if (given.length === 0) return;
    files = given;
    rest.hidden = true;
    for (const id of ["#sizes", "#what"]) find(root, id).hidden = true;
    for (const id of ["#refused", "#what"]) find(root, id).replaceChildren();
    progress.hidden = false;
    ask({ open: given });
  }

  function describe(now: Facts, milliseconds: number): void {
    facts = now;
    const size = files.reduce((sum, file) => sum + file.size, 0);
    const rows: [string, string][] = [
      ["file", `${files.map((file) => file.name).join(", ")}: ${now.kind}, ${bytes(size)}`],
      ["parameters", now.parameters.toLocaleString("en")],
      ["inputs", now.inputs.map((p) => `${p.name} [${p.dims.join(", ")}]`).join("; ")],
      ["outputs", now.outputs.map((p) => `${p.name} [${p.dims.join(", ")}]`).join("; ")],
      ["streams", now.streams],
      ["opened in", duration(milliseconds)],
    ];
    if (now.multiplyAdds !== undefined) rows.splice(2, 0, ["multiply-adds", now.multiplyAdds.toLocaleString("en")]);
    find(root, "#what").replaceChildren(tableOf(rows, true));
    find(root, "#what").hidden = false;
    find(root, "#graph").replaceChildren(drawGraph(now.drawn));
    find(root, "#table").replaceChildren(
      tableOf([["op", "name", "shape", "parameters", "multiply-adds"], ...now.table.map((row) => row.map(String))]),
    );
    showSizes(now.sizes);
    fields = new Map();
    find(root, "#inputs").replaceChildren();
    for (const port of now.inputs) {
      if (!(port.name in now.sizes.constants)) fields.set(port.name, fieldFor(port, now, find(root, "#inputs")));
    }
    find(root, "#outputs").replaceChildren();
    find(root, "#time").textContent = "";
    rest.hidden = false;
  }

  /** Sizes that have names, constants, and the description of layers. */
  function showSizes({ dims, constants, description }: Sizes): void {
    const form = find<HTMLFormElement>(root, "#sizes");
    const fields: HTMLElement[] = Object.entries({ dims, constants }).flatMap(([kind, values]) =>
      Object.entries(values).map(([name, value]) => {
        const label = make("label", `${name} `);
        label.append(make("input", "", { type: "number", name: `${kind}:${name}`, value: String(value) }));
        return label;
      }),
    );
    if (description !== undefined) {
      const label = make("label", "Its layers, as JSON ", { className: "wide" });
      const area = make("textarea", description, {
        name: "description",
        rows: 3,
        spellcheck: false,
        placeholder: EXAMPLE,
      });
      label.append(area);
      fields.push(label);
    }
    form.hidden = fields.length === 0;
    form.replaceChildren(...fields, make("button", description === undefined ? "Set the sizes" : "Set the layers"));
  }

  function refuse(message: string, kind: string): void {
    const issue = `${files[0]?.name ?? "a file"} (${kind}, ${files[0]?.size ?? 0} bytes) is refused: ${message}`;
    find(root, "#refused").replaceChildren(
      make("p", message, { className: "refusal" }),
      make("p", "If this net should run, an issue needs this sentence, and the file or the script that wrote it:"),
      make("pre", issue, { tabIndex: 0, className: "sentence" }),
    );
  }

  worker.addEventListener("message", ({ data: answer }: MessageEvent<Answer>) => {
    if ("progress" in answer) {
      if (answer.progress < 1) progress.value = answer.progress;
      else progress.removeAttribute("value"); // it is read, and being opened
      return;
    }
    progress.hidden = true;
    find(root, "#refused").replaceChildren();
    if ("refused" in answer) {
      refuse(answer.refused, answer.kind);
      if (answer.sizes) showSizes(answer.sizes);
    } else if ("facts" in answer) describe(answer.facts, answer.milliseconds);
    else {
      find(root, "#time").textContent = `${duration(answer.milliseconds)} a run`;
      find(root, "#outputs").replaceChildren(...answer.outputs.map((output) => outputOf(output, facts?.labels)));
    }
  });

  find(root, "#sizes").addEventListener("submit", (event) => {
    event.preventDefault();
    const given = [...new FormData(event.target as HTMLFormElement)];
    const of = (kind: string) =>
      Object.fromEntries(
        given.filter(([n]) => n.startsWith(kind)).map(([n, value]) => [n.slice(kind.length), Number(value)]),
      );
    const description = given.find(([name]) => name === "description")?.[1] as string | undefined;
    ask({ sizes: { dims: of("dims:"), constants: of("constants:"), description } });
  });
  find(root, "#run").addEventListener("click", () =>
    ask({ run: Object.fromEntries([...fields].map(([name, field]) => [name, field.read()])) }),
  );
  find<HTMLInputElement>(root, "#file").addEventListener("change", ({ target }) =>
    take([...(target as HTMLInputElement).files!]),
  );
  find(root, "#sample").addEventListener("click", async () => {
    const address = new URL("../../models/sunspots.safetensors", import.meta.url);
    take([new File([await (await fetch(address)).blob()], "sunspots.safetensors")]);
  });
  for (const type of ["dragover", "drop"] as const) {
    root.addEventListener(type, (event) => {
      event.preventDefault();
      if (type === "drop") take([...event.dataTransfer!.files]);
    });
  }
}

function tableOf(rows: readonly (readonly string[])[], heads = false): HTMLTableElement {
  const table = make("table");
  rows.forEach((row, r) => {
    const line = table.insertRow();
    line.append(...row.map((text, i) => make(heads ? (i === 0 ? "th" : "td") : r === 0 ? "th" : "td", text)));
  });
  return table;
}

/** The most probable labels, or the numbers. */
function outputOf({ name, dims, data }: Output, labels?: readonly string[]): HTMLElement {
  if (labels) {
    const top = [...data.keys()].sort((a, b) => data[b] - data[a]).slice(0, 5);
    return tableOf(
      top.map((i) => [labels[i] ?? String(i), percent(data[i], 1)]),
      true,
    );
  }
  const shown = Array.from(data.subarray(0, SHOWN), (v) => v.toPrecision(4)).join(", ");
  return make("p", `${name} [${dims.join(", ")}]: ${shown}${data.length > SHOWN ? ", …" : ""}`, {
    className: "numbers",
  });
}
