// A guitar through an amplifier that is a net, on the audio thread: ours, or a capture of yours.
import { writeGraph } from "unrolled/graph";
import { fromGuitarMl, fromNam, fromRtNeural } from "unrolled/import";
import { kindOf } from "../../../src/formats/kind.ts";
import { bytes, duration, fetchBytes, find, make, percent, showTiles } from "../kit.ts";
import { strum } from "./guitar.ts";
import { drawSpectra, drawWaves } from "./scope.ts";
import type { Settings } from "./worklet.ts";
import worklet from "./worklet.ts?worker&url";

const ampAddress = new URL("../../audio-worklet/amp.safetensors", import.meta.url);

const RATE = 48_000;

/** Milliseconds that a block of 128 samples lasts. */
const BUDGET = (128 / RATE) * 1000;

interface Net {
  readonly name: string;
  readonly file: Uint8Array;
  readonly graph: boolean;
  readonly knobs: number;
}

const READERS: Readonly<Record<string, typeof fromNam>> = {
  nam: fromNam,
  rtneural: fromRtNeural,
  guitarml: fromGuitarMl,
};

/** Where a knob stands at first. */
const MIDDLE = 0.5;

const HTML = `
  <h2>The amplifier</h2>
  <p class="lead">A plucked guitar through a net, a step a sample, ${RATE.toLocaleString("en")} a second, on the audio
  thread. Bring your own: a .nam, AIDA-X, RTNeural or GuitarML file, and any sound.</p>
  <div class="card">
    <div class="row"><label>Amplifier <input id="file" type="file" accept=".nam,.json,.aidax" /></label>
      <label>Sound <input id="sound" type="file" accept="audio/*" /></label></div>
    <div class="row"><button id="play" class="main" type="button">Play</button>
      <button id="ab" type="button" aria-pressed="true">Amplifier on</button>
      <label>drive <input id="drive" type="range" min="0.2" max="4" step="0.1" value="1" /></label>
      <span id="knobs" class="row"></span></div>
  </div>
  <div id="refused" role="alert"></div>
  <p class="legend facts"><span class="key soft"></span> before <span class="key warm"></span> after</p>
  <h3>Waves, 21 ms</h3>
  <div class="screen" id="place"><canvas id="waves" role="img" aria-label="Waves before and after the amplifier, 21 ms"></canvas></div>
  <h3>Spectra</h3>
  <div class="screen"><canvas id="spectra" role="img" aria-label="Spectra before and after the amplifier, 40 Hz to 24 kHz"></canvas></div>
  <p><label>Share of the audio thread <meter id="share" min="0" max="1" low="0.5" high="0.8" optimum="0" value="0"></meter></label></p>
  <dl class="tiles" id="facts"></dl>`;

export async function show(root: HTMLElement, signal: AbortSignal): Promise<void> {
  root.innerHTML = HTML;
  const play = find<HTMLButtonElement>(root, "#play");
  const ab = find<HTMLButtonElement>(root, "#ab");
  const drive = find<HTMLInputElement>(root, "#drive");
  const refused = find(root, "#refused");
  let net: Net = { name: "LSTM(1, 40)", file: new Uint8Array(await fetchBytes(ampAddress)), graph: false, knobs: 0 };
  let knobs: readonly HTMLInputElement[] = [];
  let sound: ArrayBuffer | undefined;
  let context: AudioContext | undefined;
  let signals: AnalyserNode[] = [];
  let amplifier: AudioWorkletNode | undefined;
  let gain: GainNode | undefined;

  function stop(): void {
    void context?.close();
    context = amplifier = gain = undefined;
    play.textContent = "Play";
  }

  async function start(): Promise<void> {
    stop();
    const own = (context = new AudioContext({ sampleRate: RATE }));
    play.textContent = "Stop";
    try {
      await own.audioWorklet.addModule(worklet);
      const buffer = sound ? await own.decodeAudioData(sound.slice(0)) : strum(RATE);
      amplifier = new AudioWorkletNode(own, "amplifier", {
        channelCount: 1,
        channelCountMode: "explicit",
        processorOptions: net,
      });
      amplifier.onprocessorerror = (event) => fail((event as ErrorEvent).message ?? event.type);
      amplifier.port.onmessage = ({ data }) => timed(own, data);
      set();
      gain = new GainNode(own, { gain: drive.valueAsNumber });
      signals = [gain, amplifier].map((node) => {
        const analyser = new AnalyserNode(own, { fftSize: 4096 });
        node.connect(analyser);
        return analyser;
      });
      const source = new AudioBufferSourceNode(own, { buffer, loop: true });
      source.connect(gain).connect(amplifier).connect(own.destination);
      source.start();
    } catch (error) {
      fail((error as Error).message);
    }
  }

  /** Tells the audio thread what is set. */
  function set(): void {
    const settings: Settings = { on: ab.ariaPressed === "true", knobs: knobs.map((knob) => knob.valueAsNumber) };
    amplifier?.port.postMessage(settings);
  }

  function showKnobs(count: number): void {
    knobs = Array.from({ length: count }, () =>
      make("input", "", { type: "range", min: "0", max: "1", step: "0.01", value: String(MIDDLE) }),
    );
    const labels = knobs.map((knob, k) => {
      const label = make("label", `knob ${k + 1} `);
      label.append(knob);
      knob.addEventListener("input", set);
      return label;
    });
    find(root, "#knobs").replaceChildren(...labels);
  }

  function fail(message: string): void {
    stop();
    refused.className = "refusal";
    refused.textContent = message;
  }

  function timed(context: AudioContext, milliseconds: number): void {
    find<HTMLMeterElement>(root, "#share").value = milliseconds / BUDGET;
    const late = 1000 * (context.baseLatency + (context.outputLatency || 0));
    showTiles(find(root, "#facts"), [
      ["net", `${net.name}, ${bytes(net.file.length)}`],
      [`a block of 128 samples, ${BUDGET.toFixed(2)} ms`, duration(milliseconds)],
      ["share of the audio thread", percent(milliseconds / BUDGET, 1)],
      ["latency: the net's, the browser's", `0 ms, ${late.toFixed(0)} ms`],
    ]);
  }

  async function take(file: File): Promise<void> {
    refused.textContent = refused.className = "";
    try {
      const given = new Uint8Array(await file.arrayBuffer());
      const reader = READERS[kindOf(given)];
      if (!reader)
        throw new TypeError(`${file.name}: expected a .nam, AIDA-X, RTNeural or GuitarML file, got ${kindOf(given)}`);
      const model = reader(given);
      const { inputSize, outputSize } = model;
      if (outputSize !== 1)
        throw new TypeError(`${file.name}: expected a net that gives one sample, got ${outputSize}`);
      net = { name: file.name, file: writeGraph(model.graph), graph: true, knobs: inputSize - 1 };
      showKnobs(net.knobs);
      model.dispose();
      await start();
    } catch (error) {
      fail((error as Error).message);
    }
  }

  function draw(): void {
    if (signal.aborted) return;
    const width = find(root, "#place").clientWidth;
    drawWaves(find(root, "#waves"), width, signals);
    drawSpectra(find(root, "#spectra"), width, signals);
    requestAnimationFrame(draw);
  }

  play.addEventListener("click", () => (context ? stop() : void start()));
  ab.addEventListener("click", () => {
    const on = ab.ariaPressed !== "true";
    ab.ariaPressed = String(on);
    ab.textContent = on ? "Amplifier on" : "Amplifier off";
    set();
  });
  drive.addEventListener("input", () => {
    if (gain) gain.gain.value = drive.valueAsNumber;
  });
  find<HTMLInputElement>(root, "#file").addEventListener("change", ({ target }) => {
    const [file] = (target as HTMLInputElement).files!;
    if (file) void take(file);
  });
  find<HTMLInputElement>(root, "#sound").addEventListener("change", async ({ target }) => {
    const [file] = (target as HTMLInputElement).files!;
    sound = await file?.arrayBuffer();
    await start();
  });
  signal.addEventListener("abort", stop);
  draw();
}
