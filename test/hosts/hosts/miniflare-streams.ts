// Run by Node 26: the Cloudflare example. A text is posted in two parts to one live stream, and
// between the two all of workerd ends: the object wakes in another process, from its storage.
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { modulesOf } from "./modules.ts";

const [folder, storage, text] = process.argv.slice(2);

async function visit<T>(
  run: (ask: (path: string, body?: Uint8Array | string) => Promise<Response>) => Promise<T>,
): Promise<T> {
  const worker = convertV4MiniflareOptions({
    modulesRoot: folder,
    modules: modulesOf(folder),
    compatibilityDate: "2026-01-01",
    durableObjects: { STREAMS: { className: "LiveStream", useSQLite: true } },
  });
  const miniflare = new Miniflare({ ...worker, resourcePersistencePath: storage });
  try {
    return await run(async (path, body) => {
      const response = await miniflare.dispatchFetch(
        `http://localhost${path}`,
        body === undefined ? {} : { method: "POST", body },
      );
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      return response as unknown as Response;
    });
  } finally {
    await miniflare.dispose();
  }
}

const bytes = new TextEncoder().encode(text);
const half = bytes.length >> 1;
const language = await visit(async (ask) => {
  await ask("/streams/one", bytes.subarray(0, half));
  await ask("/streams/another", "Menschen");
  return (await (await ask("/", text)).json()).language;
});
const [live, state] = await visit(async (ask) => [
  (await (await ask("/streams/one", bytes.subarray(half))).json()).language,
  Buffer.from(await (await ask("/streams/one")).arrayBuffer()).toString("hex"),
]);
console.log(JSON.stringify({ language, live, state }));
