// In the page: two MicVADs listen to one microphone; what ours heard is then said to theirs and to ours again.
interface Vad {
  readonly MicVAD: { readonly new: (options: object) => Promise<Mic> };
}
interface Mic {
  start(): Promise<void>;
  pause(): Promise<void>;
  readonly model: { process(frame: Float32Array): Promise<{ isSpeech: number }>; reset_state(): void };
  readonly frameProcessor: {
    resume(): void;
    reset(): void;
    process(frame: Float32Array, event: (e: { msg: string; audio?: Float32Array }) => void): Promise<void>;
  };
}
declare const theirVad: Vad;
declare const ourVad: Vad;

const SECONDS = 19;

async function open(vad: Vad, stream: MediaStream) {
  const events: [string, number, number][] = [];
  const frames: Float32Array[] = [];
  const at = (kind: string, audio?: Float32Array) => events.push([kind, frames.length, audio?.length ?? 0]);
  const before = performance.now();
  const mic = await vad.MicVAD.new({
    model: "v5",
    startOnLoad: false,
    baseAssetPath: "/",
    onnxWASMBasePath: "/",
    getStream: async () => stream,
    pauseStream: async () => {},
    onFrameProcessed: (_: unknown, frame: Float32Array) => frames.push(frame.slice()),
    onSpeechStart: () => at("start"),
    onSpeechRealStart: () => at("real start"),
    onVADMisfire: () => at("misfire"),
    onSpeechEnd: (audio: Float32Array) => at("end", audio),
  });
  return { mic, events, frames, start: performance.now() - before };
}

/** The probabilities of frames, the events that follow from them, and the time of a frame. */
async function replay({ model, frameProcessor }: Mic, frames: readonly Float32Array[]) {
  model.reset_state();
  const said: number[] = [];
  const before = performance.now();
  for (const frame of frames) said.push((await model.process(frame.slice())).isSpeech);
  const run = (performance.now() - before) / frames.length;
  frameProcessor.reset();
  frameProcessor.resume();
  const events: [string, number, number][] = [];
  for (const [i, frame] of frames.entries()) {
    await frameProcessor.process(frame.slice(), ({ msg, audio }) => {
      if (msg !== "FRAME_PROCESSED") events.push([msg, i, audio?.length ?? 0]);
    });
  }
  return { said, events, run };
}

async function main(): Promise<object> {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  });
  const theirs = await open(theirVad, stream);
  const ours = await open(ourVad, stream);
  await Promise.all([theirs.mic.start(), ours.mic.start()]);
  await new Promise((resolve) => setTimeout(resolve, SECONDS * 1000));
  await Promise.all([theirs.mic.pause(), ours.mic.pause()]);
  const frames = [...ours.frames];
  const a = await replay(theirs.mic, frames);
  const b = await replay(ours.mic, frames);
  const difference = Math.max(...a.said.map((v, i) => Math.abs(v - b.said[i])));
  return {
    theirs: theirs.events,
    ours: ours.events,
    start: [theirs.start, ours.start],
    run: [a.run, b.run],
    replayed: { theirs: a.events, ours: b.events, difference, frames: frames.length },
  };
}

const post = (report: object) => fetch("/report", { method: "POST", body: JSON.stringify(report) });
main().then(post, (error: Error) => post({ error: `${error.message}\n${error.stack}` }));
