// A form for a net's inputs: numbers, a text, a sound or CSV file, the microphone, or chance.
import { make } from "../kit.ts";
import type { Facts } from "./open.ts";

/** Timesteps of an input whose length is free. */
const STEPS = 16;

/** Samples of a sound that such an input takes at most. */
const LONGEST = 32_768;

export interface Field {
  read(): { dims: readonly number[]; data: Float32Array } | string;
}

export function fieldFor(
  { name, dtype, dims }: Facts["inputs"][number],
  { text, sizes }: Facts,
  root: HTMLElement,
): Field {
  const id = `input-${name}`;
  const area = make("textarea", "", { id, rows: 3, spellcheck: false, className: text ? "" : "numbers" });
  const label = make("label", text ? `${name}: text` : `${name}: ${dtype} [${dims.join(", ")}]`, { htmlFor: id });
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
  const most = free < 0 ? row : Math.floor(LONGEST / row) * row;
  const whole = !/float/.test(dtype);
  const fill = (values: ArrayLike<number>) =>
    (area.value = Array.from(values, (v) => Number(v.toPrecision(6))).join(", "));
  const chance = () =>
    fill(Array.from({ length: count }, () => (whole ? Math.floor(2 * Math.random()) : 2 * Math.random() - 1)));
  const note = make("span", "", { className: "facts" });
  note.setAttribute("role", "status");
  const rate = make("input", "", { type: "number", value: "16000", min: "3000", max: "192000", step: "any" });
  const samples = make("label", "samples a second ");
  samples.append(rate);
  const file = make("input", "", { type: "file", accept: "audio/*,.csv,.txt" });
  file.setAttribute("aria-label", `${name} from a sound or CSV file`);
  /** Numbers from elsewhere: as many as fit. */
  async function take(from: () => number[] | Promise<number[]>): Promise<void> {
    try {
      const values = await from();
      fill(values.slice(0, most));
      note.textContent = `${Math.min(values.length, most)} of ${values.length} numbers`;
    } catch (error) {
      note.textContent = (error as Error).message;
    }
  }
  file.addEventListener("change", () => {
    const [given] = file.files!;
    if (given?.type.startsWith("audio/")) void take(() => sound(given, rate.valueAsNumber));
    else if (given) void take(async () => numbers(await given.text()));
  });
  const button = (label: string, action: () => void) => {
    const made = make("button", label, { type: "button" });
    made.addEventListener("click", action);
    return made;
  };
  const buttons = make("div", "", { className: "row" });
  buttons.append(
    button("Random", chance),
    button("Zeros", () => fill(new Float32Array(count))),
    button("Microphone", () => {
      note.textContent = "listening …";
      void take(() => microphone(rate.valueAsNumber, most));
    }),
    file,
    samples,
    note,
  );
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

async function sound(file: File, rate: number): Promise<number[]> {
  const context = new OfflineAudioContext(1, 1, rate);
  return Array.from((await context.decodeAudioData(await file.arrayBuffer())).getChannelData(0));
}

/** The next `count` samples at most that the microphone hears. */
async function microphone(rate: number, count: number): Promise<number[]> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const context = new AudioContext();
  try {
    const heard = new AnalyserNode(context, { fftSize: LONGEST });
    context.createMediaStreamSource(stream).connect(heard);
    const step = context.sampleRate / rate;
    const taken = Math.min(LONGEST, Math.ceil(count * step));
    await context.resume();
    await new Promise((resolve) => setTimeout(resolve, 100 + (1000 * taken) / context.sampleRate));
    const all = new Float32Array(LONGEST);
    heard.getFloatTimeDomainData(all);
    const buffer = new AudioBuffer({ length: taken, sampleRate: context.sampleRate });
    buffer.copyToChannel(all.subarray(LONGEST - taken), 0);
    const resampled = new OfflineAudioContext(1, Math.floor(taken / step), rate); // filters as it resamples
    const source = new AudioBufferSourceNode(resampled, { buffer });
    source.connect(resampled.destination);
    source.start();
    return Array.from((await resampled.startRendering()).getChannelData(0));
  } finally {
    for (const track of stream.getTracks()) track.stop();
    await context.close();
  }
}
