// In the page: two MicVADs listen to one microphone. Each has an audio graph of its own and starts at another sample,
// so what is compared is of the same frames: what each of them heard is said again to both.
interface Vad {
  readonly MicVAD: { readonly new: (options: object) => Promise<Mic> };
}
interface Mic {
  start(): Promise<void>;
  pause(): Promise<void>;
  readonly frameProcessor: {
    resume(): void;
    reset(): void;
    process(frame: Float32Array, event: (e: Said) => void): Promise<void>;
  };
}
interface Said {
  readonly msg: string;
  readonly audio?: Float32Array;
  readonly probs?: { readonly isSpeech: number };
}
declare const theirVad: Vad;
declare const ourVad: Vad;

/** The speech lasts less than 18 seconds. */
const SECONDS = 19;

type Event = readonly [kind: string, frame: number, samples: number];

async function open(vad: Vad, getStream: () => Promise<MediaStream>) {
  const events: Event[] = [];
  const frames: Float32Array[] = [];
  const at = (kind: string, audio?: Float32Array) => events.push([kind, frames.length - 1, audio?.length ?? 0]);
  const before = performance.now();
  const mic = await vad.MicVAD.new({
    model: "v5",
    startOnLoad: false,
    baseAssetPath: "/",
    onnxWASMBasePath: "/",
    getStream,
    pauseStream: async () => {},
    onFrameProcessed: (_: unknown, frame: Float32Array) => frames.push(frame.slice()),
    onSpeechStart: () => at("SPEECH_START"),
    onSpeechRealStart: () => at("SPEECH_REAL_START"),
    onVADMisfire: () => at("VAD_MISFIRE"),
    onSpeechEnd: (audio: Float32Array) => at("SPEECH_END", audio),
  });
  return { mic, events, frames, start: performance.now() - before };
}

/** The probabilities of frames, the events that follow from them, and the time of a frame. */
async function replay({ frameProcessor }: Mic, frames: readonly Float32Array[]) {
  const said: number[] = [];
  const events: Event[] = [];
  frameProcessor.reset();
  frameProcessor.resume();
  const before = performance.now();
  for (const [i, frame] of frames.entries()) {
    await frameProcessor.process(frame.slice(), ({ msg, audio, probs }) => {
      if (msg === "FRAME_PROCESSED") said.push(probs!.isSpeech);
      else events.push([msg, i, audio?.length ?? 0]);
    });
  }
  return { said, events, run: (performance.now() - before) / frames.length };
}

async function main(): Promise<object> {
  // Both sessions are there before the microphone opens: the file plays once, from then on.
  let stream: Promise<MediaStream> | undefined;
  const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  const getStream = () => (stream ??= navigator.mediaDevices.getUserMedia({ audio }));
  const theirs = await open(theirVad, getStream);
  const ours = await open(ourVad, getStream);
  await Promise.all([theirs.mic.start(), ours.mic.start()]);
  await new Promise((resolve) => setTimeout(resolve, SECONDS * 1000));
  await Promise.all([theirs.mic.pause(), ours.mic.pause()]);
  const frames = [theirs.frames, ours.frames].map((heard) => [...heard]);
  const replayed = [];
  for (const heard of frames) replayed.push([await replay(theirs.mic, heard), await replay(ours.mic, heard)]);
  const differences = replayed.flatMap(([a, b]) => a.said.map((v, i) => Math.abs(v - b.said[i])));
  return {
    live: ours.events,
    start: [theirs.start, ours.start],
    run: [replayed[1][0].run, replayed[1][1].run],
    replayed: replayed.map((pair) => pair.map(({ events }) => events)),
    difference: Math.max(...differences),
    frames: differences.length,
  };
}

const post = (report: object) => fetch("/report", { method: "POST", body: JSON.stringify(report) });
main().then(post, (error: Error) => post({ error: `${error.message}\n${error.stack}` }));
