// A WebSocket to /NAME  samples in, 16 bits, little-endian, 16 kHz; starts and ends of speech out, as JSON
// GET /NAME             what is kept of it between messages: the state of the net, a kilobyte
import { DurableObject } from "cloudflare:workers";
import file from "../../models/silero-vad.f16.safetensors";
import { SpeechListener, type Saved } from "../../speech.ts";

interface Env {
  readonly LISTENERS: { getByName(name: string): { fetch(request: Request): Promise<Response> } };
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    return env.LISTENERS.getByName(new URL(request.url).pathname).fetch(request);
  },
};

/** Hears one caller. Between messages it may hibernate: its socket stays open, its memory does not. */
export class Listener extends DurableObject {
  /** Deterministic, so that it does not matter which machine goes on. */
  readonly #listener = new SpeechListener(file, { deterministic: true });

  constructor(...given: ConstructorParameters<typeof DurableObject>) {
    super(...given);
    void this.ctx.blockConcurrencyWhile(async () => {
      const saved = await this.ctx.storage.get<Saved>("listener");
      if (saved) this.#listener.load(saved);
    });
  }

  async fetch(request: Request): Promise<Response> {
    if (request.headers.get("upgrade") !== "websocket")
      return new Response(new Uint8Array(this.#listener.save().stream));
    const [client, server] = Object.values(new WebSocketPair());
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client } as ResponseInit);
  }

  async webSocketMessage(socket: WebSocket, message: ArrayBuffer | string): Promise<void> {
    if (typeof message === "string" || message.byteLength % 2) return socket.close(1003, "expected samples of 16 bits");
    const samples = Float32Array.from(new Int16Array(message), (v) => v / 32768);
    this.#listener.hear(samples, (event) => socket.send(JSON.stringify(event)));
    await this.ctx.storage.put("listener", this.#listener.save());
  }
}
