// Is anybody speaking? Silero's detector on the audio thread, from a microphone or a file.
import { bytes, colour, duration, fetchBytes, find, paper, percent, showTiles } from "../kit.ts";
import worklet from "./worklet.ts?worker&url";

const modelAddress = new URL("../../models/silero-vad-576.safetensors", import.meta.url);
const sampleAddress = new URL("./speech.mp3", import.meta.url);

/** The rate that the net was trained for. */
const RATE = 16_000;
const WINDOW = 512;

/** Windows that are shown: 8 s. */
const SHOWN = 250;

/** Milliseconds that a window of samples lasts. */
const BUDGET = (WINDOW / RATE) * 1000;

interface Heard {
  readonly probability: number;
  readonly samples: Float32Array;
}

const HTML = `
  <h2>Voice</h2>
  <p class="lead">Silero's voice detector, converted from ONNX, reads ${RATE.toLocaleString("en")} samples a second, all
  on the audio thread: whether somebody speaks, 31 times a second.</p>
  <div class="card row"><button id="microphone" class="main" type="button">Microphone</button>
    <button id="sample" type="button">A sample</button>
    <label>or a file <input id="file" type="file" accept="audio/*" /></label>
    <button id="stop" type="button" disabled>Stop</button></div>
  <p class="verdict" id="verdict" role="status">Silence</p>
  <div class="screen" id="place"><canvas id="wave" role="img" aria-label="The last eight seconds: the sound, and over it the probability of speech"></canvas></div>
  <p class="legend facts"><span class="key warm"></span> probability of speech <span class="key soft"></span> sound, 8 s</p>
  <dl class="tiles" id="facts"></dl>
  <p class="facts">Silero VAD v5, © Silero Team, MIT licence.</p>`;

export async function show(root: HTMLElement, signal: AbortSignal): Promise<void> {
  root.innerHTML = HTML;
  const [file, script] = await Promise.all([modelAddress, worklet].map(fetchBytes));
  const stopButton = find<HTMLButtonElement>(root, "#stop");
  const verdict = find(root, "#verdict");
  const heard: Heard[] = [];
  let context: AudioContext | undefined;
  let stream: MediaStream | undefined;
  const shipped = [
    ["the net", bytes(file.byteLength)],
    ["engine and worklet", bytes(script.byteLength)],
  ] as const;
  showTiles(find(root, "#facts"), shipped);

  function stop(): void {
    for (const track of stream?.getTracks() ?? []) track.stop();
    void context?.close();
    context = stream = undefined;
    stopButton.disabled = true;
  }

  /** Listens to what `connect` plugs into the detector. */
  async function listen(connect: (context: AudioContext, detector: AudioWorkletNode) => Promise<void>): Promise<void> {
    stop();
    heard.length = 0;
    const own = (context = new AudioContext({ sampleRate: RATE }));
    try {
      await own.audioWorklet.addModule(worklet);
      const detector = new AudioWorkletNode(own, "detector", {
        channelCount: 1,
        channelCountMode: "explicit",
        processorOptions: { file },
      });
      detector.port.onmessage = ({ data }: MessageEvent<Heard | { readonly milliseconds: number }>) =>
        "milliseconds" in data ? timed(data.milliseconds) : hear(data);
      detector.onprocessorerror = (event) => {
        stop();
        verdict.textContent = `The detector stopped: ${(event as ErrorEvent).message ?? event.type}`;
      };
      await connect(own, detector);
      stopButton.disabled = false;
    } catch (error) {
      stop();
      verdict.textContent = (error as Error).message;
    }
  }

  function hear(window: Heard): void {
    heard.push(window);
    if (heard.length > SHOWN) heard.shift();
    verdict.textContent = window.probability > 0.5 ? "Speech" : "Silence";
  }

  function timed(milliseconds: number): void {
    showTiles(find(root, "#facts"), [
      ...shipped,
      [`a window of ${WINDOW} samples, ${BUDGET} ms`, duration(milliseconds)],
      ["share of the audio thread", percent(milliseconds / BUDGET, 1)],
    ]);
  }

  function draw(): void {
    if (signal.aborted) return;
    const { pen, width, height } = paper(find(root, "#wave"), find(root, "#place").clientWidth, 200);
    const step = width / SHOWN;
    pen.strokeStyle = colour("line");
    pen.strokeRect(0, height / 2, width, 0); // one half: where it turns from silence to speech
    pen.fillStyle = colour("soft");
    heard.forEach(({ samples }, i) => {
      const loud = 2 * samples.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
      const reach = Math.min(1, loud) * (height / 2);
      pen.fillRect(i * step, height / 2 - reach, Math.max(1, step - 1), 2 * reach + 1);
    });
    pen.strokeStyle = colour("warm");
    pen.lineWidth = 2.5;
    pen.beginPath();
    heard.forEach(({ probability }, i) => pen.lineTo((i + 0.5) * step, 3 + (1 - probability) * (height - 6)));
    pen.stroke();
    requestAnimationFrame(draw);
  }

  const play = (sound: ArrayBuffer) =>
    listen(async (context, detector) => {
      const source = new AudioBufferSourceNode(context, { buffer: await context.decodeAudioData(sound) });
      source.connect(detector).connect(context.destination);
      source.addEventListener("ended", stop);
      source.start();
    });

  find(root, "#microphone").addEventListener("click", () =>
    listen(async (context, detector) => {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      const silent = new GainNode(context, { gain: 0 }); // a node is run where it leads to the loudspeaker
      context.createMediaStreamSource(stream).connect(detector).connect(silent).connect(context.destination);
    }),
  );
  find(root, "#sample").addEventListener("click", async () => play(await fetchBytes(sampleAddress)));
  find<HTMLInputElement>(root, "#file").addEventListener("change", async ({ target }) => {
    const [given] = (target as HTMLInputElement).files!;
    if (given) await play(await given.arrayBuffer());
  });
  stopButton.addEventListener("click", stop);
  signal.addEventListener("abort", stop);
  draw();
}
