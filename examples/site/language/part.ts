// The language of a text as it is typed: one step of an LSTM a byte, the state after each kept, so going back is free.
import { Model, type RunResult } from "unrolled";
import { SENTENCES } from "../../sentences.ts";
import { bytes as inBytes, duration, fetchBytes, find, make, percent, showTiles } from "../kit.ts";
import address from "../../models/language-id-lstm.safetensors?int8";

/** Below this the net does not say: docs/model-card-language-id.md. */
const SURE = 0.6;

const HTML = `
  <h2>Which language is this?</h2>
  <p class="lead">An LSTM reads the bytes of what you type, one a step, and says after each which of 78 languages it is,
  or that it is not sure.</p>
  <label for="text">Text, in any of 78 languages</label>
  <textarea id="text" rows="3" spellcheck="false"></textarea>
  <div class="row" id="samples" role="group" aria-label="Sentences to try"></div>
  <div class="card">
    <p class="verdict" id="verdict" role="status"></p>
    <ol class="bars" id="languages" aria-label="The most probable languages"></ol>
  </div>
  <dl class="tiles" id="facts"></dl>`;

const names = new Intl.DisplayNames("en", { type: "language" });
const nameOf = (label: string) => names.of(label) ?? label;

export async function show(root: HTMLElement, signal: AbortSignal): Promise<void> {
  root.innerHTML = HTML;
  const text = find<HTMLTextAreaElement>(root, "#text");
  const file = await fetchBytes(address);
  const model = Model.fromSafetensors(file);
  signal.addEventListener("abort", () => model.dispose());

  let read: Uint8Array = new Uint8Array();
  /** What the net said and kept after each byte of `read`. */
  const past: RunResult[] = [];

  function update(): void {
    const now = new TextEncoder().encode(text.value);
    const changed = now.findIndex((byte, i) => byte !== read[i]);
    past.length = Math.min(past.length, changed < 0 ? now.length : changed);
    const fresh = now.length - past.length;
    const start = performance.now();
    for (let i = past.length; i < now.length; i++) past.push(model.run([now[i]], { state: past.at(-1)?.state }));
    const spent = performance.now() - start;
    read = now;
    showAnswer(past.at(-1)?.output);
    showTiles(find(root, "#facts"), [
      [fresh === 1 ? "the last byte took" : `the last ${fresh} bytes took`, duration(spent)],
      ["languages", String(model.outputSize)],
      ["weights", `${inBytes(file.byteLength)}, int8`],
    ]);
  }

  function showAnswer(probabilities: Float32Array = new Float32Array()): void {
    const top = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]).slice(0, 5);
    const [best] = top;
    find(root, "#verdict").textContent =
      best === undefined
        ? "Type, or take a sentence."
        : probabilities[best] < SURE
          ? "Not sure."
          : `${nameOf(model.description.labels![best])}, ${percent(probabilities[best])}`;
    find(root, "#languages").replaceChildren(
      ...top.map((i) => {
        const item = make("li");
        const bar = make("span", "", { className: "bar" });
        bar.style.setProperty("--part", String(probabilities[i]));
        item.append(make("span", nameOf(model.description.labels![i])), bar, make("span", percent(probabilities[i])));
        return item;
      }),
    );
  }

  for (const [language, sentence] of SENTENCES.filter((_, i) => i % 3 === 1)) {
    const button = make("button", nameOf(language), { type: "button" });
    button.addEventListener("click", () => {
      text.value = sentence;
      update();
    });
    find(root, "#samples").append(button);
  }
  text.addEventListener("input", update);
  text.value = SENTENCES[1][1];
  update();
}
