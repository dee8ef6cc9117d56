// Run by Node 26: what the Worker in a folder answers to GET /.
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { modulesOf } from "./modules.ts";

const [folder] = process.argv.slice(2);
const miniflare = new Miniflare(
  convertV4MiniflareOptions({ modulesRoot: folder, modules: modulesOf(folder), compatibilityDate: "2025-01-01" }),
);
console.log(await (await miniflare.dispatchFetch("http://localhost/")).text());
await miniflare.dispose();
