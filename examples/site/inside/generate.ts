// A language model goes on with a text, some bytes a frame.
import { Model } from "unrolled";
import { fetchBytes, find } from "../kit.ts";
import address from "../../models/char-lm.safetensors?int8";

export function generation(root: HTMLElement, signal: AbortSignal): void {
  const button = find<HTMLButtonElement>(root, "#go");
  const temperature = find<HTMLInputElement>(root, "#temperature");
  const prompt = find<HTMLInputElement>(root, "#prompt");
  const made = find(root, "#made");
  let model: Model | undefined;
  let running = false;
  signal.addEventListener("abort", () => {
    running = false;
    model?.dispose();
  });
  temperature.addEventListener("input", () => (find(root, "#degrees").textContent = temperature.value));
  button.addEventListener("click", async () => {
    running = !running;
    button.textContent = running ? "Stop" : "Generate";
    if (!running) return;
    model ??= Model.fromSafetensors(await fetchBytes(address));
    made.textContent = prompt.value;
    const options = { prompt: prompt.value || "\n", length: 400, temperature: temperature.valueAsNumber };
    for (const { text } of model.generateEach({ ...options, seed: Date.now() % 2 ** 31, each: 2 })) {
      if (!running || signal.aborted) break;
      made.textContent += text;
      await new Promise((resolve) => setTimeout(resolve, 16));
    }
    running = false;
    button.textContent = "Generate";
  });
}
