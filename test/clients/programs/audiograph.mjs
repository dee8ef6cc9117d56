// A page's audio graph in Node, at 16 kHz: a microphone into the client's own worklet or script, block by block, each
// frame waited for. Two engines hear the same frames, which two graphs in a browser do not.
import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";

const BLOCK = 128;
const processors = new Map();
const nodes = [];

class AudioWorkletProcessor {
  port = { postMessage: (data) => this.posted.push(data), onmessage: null };
  posted = [];
}

class AudioContext {
  sampleRate = 16000;
  state = "running";
  destination = {};
  audioWorklet = {
    addModule: async (path) =>
      void runInNewContext(readFileSync(path.replace(/^file:\/\//, ""), "utf8"), {
        AudioWorkletProcessor,
        registerProcessor: (name, Processor) => processors.set(name, Processor),
        sampleRate: this.sampleRate,
        Float32Array,
        ArrayBuffer,
        console,
      }),
  };
  createScriptProcessor(size) {
    return new ScriptProcessorNode(size);
  }
  async resume() {}
  async close() {}
  createMediaStreamSource() {
    return new MediaStreamAudioSourceNode();
  }
}

class AudioWorkletNode {
  port = { postMessage() {}, onmessage: null };
  constructor(_, name, options) {
    this.processor = new (processors.get(name))(options);
  }
  connect() {}
  disconnect() {}
  async hear(block) {
    this.processor.process([[block]], [[new Float32Array(BLOCK)]], {});
    for (const data of this.processor.posted.splice(0)) {
      await this.port.onmessage?.({ data });
      await settled();
    }
  }
}

class ScriptProcessorNode {
  filled = 0;
  constructor(size) {
    this.buffer = new Float32Array(size);
  }
  connect() {}
  disconnect() {}
  async hear(block) {
    this.buffer.set(block, this.filled);
    this.filled = (this.filled + BLOCK) % this.buffer.length;
    if (this.filled > 0) return;
    const channel = (data) => ({ getChannelData: () => data });
    await this.onaudioprocess({ inputBuffer: channel(this.buffer), outputBuffer: channel(this.buffer.slice()) });
    await settled();
  }
}

class MediaStreamAudioSourceNode {
  connect(node) {
    nodes.push(node);
  }
  disconnect() {}
}

class MediaStream {
  getTracks = () => [];
}

Object.assign(globalThis, { AudioContext, AudioWorkletNode, MediaStreamAudioSourceNode, MediaStream });
Object.defineProperty(globalThis, "navigator", {
  value: { mediaDevices: { getUserMedia: async () => new MediaStream() } },
  configurable: true,
});
globalThis.fetch = async (path) => new Response(readFileSync(String(path).replace(/^file:\/\//, "")));

/** Waits until no net runs. */
async function settled() {
  do await new Promise((resolve) => setImmediate(resolve));
  while (globalThis.counted.running > 0);
}

/** Plays samples into every node that a microphone is connected to. */
export async function play(samples) {
  for (let i = 0; i + BLOCK <= samples.length; i += BLOCK)
    for (const node of nodes) await node.hear(samples.slice(i, i + BLOCK));
}
