// Run by Node 26: the Cloudflare example that hears. While it hears the samples on stdin its object is evicted twice
// with the socket open, and a message wakes it; then all of workerd ends, and it wakes in another process, from its
// storage.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { modulesOf } from "./modules.ts";

/** Bytes of a message: a tenth of a second. */
const MESSAGE = 3200;

/** The Worker as it is; beside it, how often its object was made, and how many messages it has heard. */
const COUNTED = `
import worker, { Listener as Base } from "./worker.js";
let made = 0;
let heard = 0;
export class Listener extends Base {
  constructor(...given) { super(...given); made++; }
  async webSocketMessage(...given) { await super.webSocketMessage(...given); heard++; }
}
export default {
  fetch: (request, env) =>
    request.url.endsWith("/counts") ? Response.json({ made, heard }) : worker.fetch(request, env),
};`;

const [folder, storage] = process.argv.slice(2);
const bytes = new Uint8Array(readFileSync(0));
const messages = Array.from({ length: Math.ceil(bytes.length / MESSAGE) }, (_, i) =>
  bytes.subarray(i * MESSAGE, (i + 1) * MESSAGE),
);
const events: unknown[] = [];
/** Events that had been said when the object was evicted or ended. */
const halts: number[] = [];
let made = 0;

/** Hears messages over one socket; before each of `evictions` the object's memory goes. Returns the state. */
async function hear(heard: readonly Uint8Array<ArrayBuffer>[], evictions: readonly number[]): Promise<string> {
  const worker = convertV4MiniflareOptions({
    name: "speech",
    modulesRoot: folder,
    modules: [{ type: "ESModule", path: join(folder, "counted.js"), contents: COUNTED }, ...modulesOf(folder)],
    compatibilityDate: "2026-01-01",
    durableObjects: { LISTENERS: { className: "Listener", useSQLite: true } },
  });
  const miniflare = new Miniflare({ ...worker, resourcePersistencePath: storage });
  const counts = async () =>
    (await (await miniflare.dispatchFetch("http://localhost/counts")).json()) as { made: number; heard: number };
  try {
    const { webSocket } = await miniflare.dispatchFetch("http://localhost/one", { headers: { upgrade: "websocket" } });
    webSocket!.accept();
    webSocket!.addEventListener("message", ({ data }) => events.push(JSON.parse(data as string)));
    const closed = new Promise((resolve) => webSocket!.addEventListener("close", resolve));
    for (const [i, message] of heard.entries()) {
      if (evictions.includes(i)) {
        while ((await counts()).heard < i) await new Promise((resolve) => setTimeout(resolve, 10));
        await miniflare.unsafeEvictDurableObject("speech", "Listener", { name: "/one", webSockets: "hibernate" });
        halts.push(events.length);
      }
      webSocket!.send(message);
    }
    webSocket!.send("no samples"); // it closes
    await closed;
    made += (await counts()).made;
    const response = await miniflare.dispatchFetch("http://localhost/one");
    return Buffer.from(await response.arrayBuffer()).toString("hex");
  } finally {
    await miniflare.dispose();
  }
}

const at = (share: number) => Math.floor(messages.length * share);
await hear(messages.slice(0, at(0.6)), [at(0.4), at(0.5)]);
halts.push(events.length);
const state = await hear(messages.slice(at(0.6)), []);
console.log(JSON.stringify({ events, halts, made, state }));
