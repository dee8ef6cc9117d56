// The microphone, and on the audio thread the net that hears when someone speaks.
import address from "../models/silero-vad.safetensors";
import { RATE } from "../speech.ts";
import type { Told } from "./worklet.ts";

const listen = document.querySelector<HTMLButtonElement>("#listen")!;
const speech = document.querySelector<HTMLElement>("#speech")!;
const meter = document.querySelector("meter")!;
const share = document.querySelector("output")!;
const events = document.querySelector("ol")!;

listen.onclick = async () => {
  listen.disabled = true;
  const context = new AudioContext({ sampleRate: RATE });
  await context.audioWorklet.addModule("build/worklet.js");
  const file = await (await fetch(new URL(address, import.meta.url))).arrayBuffer();
  const listener = new AudioWorkletNode(context, "listener", { numberOfOutputs: 0, processorOptions: { file } });
  listener.port.onmessage = ({ data }: MessageEvent<Told>) => show(data);
  const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  const stream = await navigator.mediaDevices.getUserMedia({ audio });
  new MediaStreamAudioSourceNode(context, { mediaStream: stream }).connect(listener);
};

const shares: number[] = [];

function show(told: Told): void {
  if (told.type === "report") {
    shares.push(told.share);
    meter.value = shares.slice(-10).reduce((a, b) => a + b) / Math.min(shares.length, 10);
    const { probability } = told;
    share.textContent = `${(100 * meter.value).toFixed(1)} % of the audio thread's time; speech ${probability.toFixed(2)}`;
    return;
  }
  speech.textContent = told.type === "start" ? "speech" : "quiet";
  const item = document.createElement("li");
  item.dataset.type = told.type;
  item.textContent = `${told.type} ${(told.sample / RATE).toFixed(2)} s`;
  events.append(item);
}
