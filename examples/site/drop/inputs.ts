// A form for a net's inputs: numbers, a text, a sound or CSV file, or chance.
import { make } from "../kit.ts";
import type { Facts } from "./open.ts";

/** Timesteps of an input whose length is free. */
const STEPS = 16;

export interface Field {
  read(): { dims: readonly number[]; data: Float32Array } | string;
}

export function fieldFor(
  { name, dtype, dims }: Facts["inputs"][number],
  { text, sizes }: Facts,
  root: HTMLElement,
): Field {
  const id = `input-${name}`;
  const area = make("textarea", "", { id, rows: 2, spellcheck: false });
  const label = make("label", `${name}: ${text ? "text" : `${dtype} [${dims.join(", ")}]`}`, { htmlFor: id });
  const box = make("div");
  box.append(label, area);
  root.append(box);
  if (text) {
    area.value = "Time flies like an arrow.";
    return { read: () => area.value };
  }
  /** Every size; -1 for the length of a sequence, which the numbers give. */
  const known = dims.map((d) => (typeof d === "number" ? d : (sizes.dims[d] ?? (d === "batch" ? 1 : -1))));
  const free = known.indexOf(-1);
  const row = known.reduce((product, d) => (d < 0 ? product : product * d), 1);
  const count = free < 0 ? row : row * STEPS;
  const fill = (values: ArrayLike<number>) =>
    (area.value = Array.from(values, (v) => Number(v.toPrecision(6))).join(", "));
  const whole = !/float/.test(dtype);
  const random = make("button", "Random", { type: "button" });
  const chance = () =>
    fill(Array.from({ length: count }, () => (whole ? Math.floor(2 * Math.random()) : 2 * Math.random() - 1)));
  random.addEventListener("click", chance);
  const zeros = make("button", "Zeros", { type: "button" });
  zeros.addEventListener("click", () => fill(new Float32Array(count)));
  const file = make("input", "", { type: "file", accept: "audio/*,.csv,.txt" });
  file.setAttribute("aria-label", `${name} from a sound or CSV file`);
  file.addEventListener("change", async () => {
    const [given] = file.files!;
    if (!given) return;
    const values = given.type.startsWith("audio/") ? await sound(given) : numbers(await given.text());
    fill(values.slice(0, free < 0 ? count : 48_000));
  });
  const buttons = make("p", "", { className: "row" });
  buttons.append(random, zeros, file);
  box.append(buttons);
  chance();
  return {
    read() {
      const data = Float32Array.from(numbers(area.value));
      return { data, dims: known.map((d) => (d < 0 ? data.length / row : d)) };
    },
  };
}

const numbers = (text: string): number[] =>
  text
    .split(/[\s,;]+/)
    .filter(Boolean)
    .map(Number)
    .filter((v) => !Number.isNaN(v));

async function sound(file: File): Promise<number[]> {
  const context = new OfflineAudioContext(1, 1, 48_000);
  return Array.from((await context.decodeAudioData(await file.arrayBuffer())).getChannelData(0));
}
