// Run by Node 26: the Cloudflare example that hears. Between the two halves of the samples on stdin all of workerd
// ends: the object wakes in another process, from its storage.
import { readFileSync } from "node:fs";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { modulesOf } from "./modules.ts";

/** Bytes of a message: a tenth of a second. */
const MESSAGE = 3200;

const [folder, storage] = process.argv.slice(2);
const bytes = readFileSync(0);
const half = (bytes.length >> 2) * 2;
const events: unknown[] = [];

async function hear(heard: Uint8Array): Promise<string> {
  const worker = convertV4MiniflareOptions({
    modulesRoot: folder,
    modules: modulesOf(folder),
    compatibilityDate: "2026-01-01",
    durableObjects: { LISTENERS: { className: "Listener", useSQLite: true } },
  });
  const miniflare = new Miniflare({ ...worker, resourcePersistencePath: storage });
  try {
    const { webSocket } = await miniflare.dispatchFetch("http://localhost/one", { headers: { upgrade: "websocket" } });
    webSocket!.accept();
    webSocket!.addEventListener("message", ({ data }) => events.push(JSON.parse(data as string)));
    const closed = new Promise((resolve) => webSocket!.addEventListener("close", resolve));
    for (let i = 0; i < heard.length; i += MESSAGE) webSocket!.send(heard.slice(i, i + MESSAGE));
    webSocket!.send("no samples"); // it closes
    await closed;
    const response = await miniflare.dispatchFetch("http://localhost/one");
    return Buffer.from(await response.arrayBuffer()).toString("hex");
  } finally {
    await miniflare.dispose();
  }
}

await hear(bytes.subarray(0, half));
const halfway = events.length;
const state = await hear(bytes.subarray(half));
console.log(JSON.stringify({ events, halfway, state }));
