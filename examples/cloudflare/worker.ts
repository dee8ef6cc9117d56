// POST /             the language of the text in the body
// POST /streams/NAME the language of all that was posted to NAME, read once, a byte a step
// GET  /streams/NAME what is kept of it between requests: the state, a kilobyte
import { DurableObject } from "cloudflare:workers";
import { Model } from "unrolled";
import file from "../models/language-id-lstm.safetensors";

interface Env {
  readonly STREAMS: { getByName(name: string): { fetch(request: Request): Promise<Response> } };
}

let loaded: Model | undefined;

/** One for all requests and objects of an isolate; deterministic, so that it does not matter which machine goes on. */
const model = () => (loaded ??= Model.fromSafetensors(file, { deterministic: true }));

function answer(probabilities: Float32Array): Response {
  const probability = Math.max(...probabilities);
  return Response.json({ language: model().description.labels![probabilities.indexOf(probability)], probability });
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const [, name] = /^\/streams\/([\w-]+)$/.exec(new URL(request.url).pathname) ?? [];
    if (name) return env.STREAMS.getByName(name).fetch(request);
    const text = request.method === "POST" ? await request.text() : "";
    if (!text) return new Response("POST a text\n", { status: 400 });
    return answer(model().run(text).output);
  },
};

/** A stream that lives as long as its name: it sleeps as saved bytes, and wakes wherever the next request finds it. */
export class LiveStream extends DurableObject {
  async fetch(request: Request): Promise<Response> {
    const { storage } = this.ctx;
    const bytes = new Uint8Array(await request.arrayBuffer());
    const saved = await storage.get<Uint8Array<ArrayBuffer>>("state"); // from here to `put` no other request comes in between
    if (request.method === "GET") return new Response(saved, { status: saved ? 200 : 404 });
    if (bytes.length === 0) return new Response("POST a text\n", { status: 400 });
    using stream = model().stream(saved);
    const probabilities = new Float32Array(model().outputSize);
    for (const byte of bytes) stream.step(byte, probabilities);
    await storage.put("state", stream.save());
    return answer(probabilities);
  }
}
