import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

/** What loads with a file of `folder`: itself and the chunks that it reaches. */
function loadedWith(folder: string, file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const code = readFileSync(join(folder, file), "utf8");
  for (const [, chunk] of code.matchAll(/\b(?:from|import)\s*"\.\/([^"]+)"/g)) loadedWith(folder, chunk, seen);
  return seen;
}

/** Bytes of a file of `folder` and of all that loads with it, each gzipped. */
export function bytesToShip(folder: string, file: string): number {
  const files = [...loadedWith(folder, file)].map((name) => readFileSync(join(folder, name)));
  return files.reduce((sum, bytes) => sum + gzipSync(bytes, { level: 9 }).length, 0);
}
