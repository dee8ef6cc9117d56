import { readdirSync } from "node:fs";
import { join } from "node:path";

/** What wrangler left in a folder, as miniflare takes it: the script first, then the modules it imports. */
export function modulesOf(folder: string): { type: "ESModule" | "CompiledWasm" | "Data"; path: string }[] {
  const files = readdirSync(folder).map((name) => join(folder, name));
  return [
    ...files.filter((path) => path.endsWith(".js")).map((path) => ({ type: "ESModule" as const, path })),
    ...files.filter((path) => path.endsWith(".wasm")).map((path) => ({ type: "CompiledWasm" as const, path })),
    ...files.filter((path) => path.endsWith(".safetensors")).map((path) => ({ type: "Data" as const, path })),
  ];
}
