// The language of a text as it is typed: a state a byte, so that going back is looking back.
import { Model, type RunResult } from "unrolled";
import address from "../models/language-id-lstm.safetensors";

const model = Model.fromSafetensors(await (await fetch(new URL(address, import.meta.url))).arrayBuffer());
const labels = model.description.labels!;
const names = new Intl.DisplayNames("en", { type: "language" });

const text = document.querySelector("textarea")!;
const list = document.querySelector("ol")!;
const canvas = document.querySelector("canvas")!;
const time = document.querySelector("output")!;

let bytes = new Uint8Array();
/** What the net said and kept after each byte of `bytes`. */
const past: RunResult[] = [];

function read(): void {
  const now = new TextEncoder().encode(text.value);
  const changed = now.findIndex((byte, i) => byte !== bytes[i]);
  past.length = Math.min(past.length, changed < 0 ? now.length : changed);
  const fresh = now.length - past.length;
  const start = performance.now();
  for (let i = past.length; i < now.length; i++) past.push(model.run([now[i]], { state: past.at(-1)?.state }));
  const spent = performance.now() - start;
  bytes = now;
  showLanguages(past.at(-1)?.output);
  showHidden();
  if (fresh > 0) time.textContent = ` The last ${fresh === 1 ? "byte" : `${fresh} bytes`} took ${spent.toFixed(1)} ms.`;
}

function showLanguages(probabilities: Float32Array | undefined): void {
  const top = probabilities
    ? [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]).slice(0, 5)
    : [];
  list.replaceChildren(
    ...top.map((i) => {
      const item = document.createElement("li");
      const bar = item.appendChild(document.createElement("span"));
      const percent = `${(100 * probabilities![i]).toFixed(0)} %`;
      bar.style.width = percent.replace(" ", "");
      Object.assign(item.dataset, { name: names.of(labels[i]), percent });
      return item;
    }),
  );
}

/** A column a byte, a row a hidden unit: orange where it is positive, blue where it is negative. */
function showHidden(): void {
  const { width, height } = canvas;
  const context = canvas.getContext("2d")!;
  const image = context.createImageData(width, height);
  past.slice(-width).forEach(({ state }, x) => {
    state.h.forEach((h, y) => {
      image.data.set(h > 0 ? [255, 140, 0, 255 * h] : [0, 110, 255, -255 * h], 4 * (y * width + x));
    });
  });
  context.putImageData(image, 0, 0);
}

text.addEventListener("input", read);
read();
