import {
  closeSync,
  existsSync,
  fchmodSync,
  openSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { dirname, join, resolve } from "node:path";
import { about } from "./files.ts";

/** A temporary file's name says which process of which machine writes it. */
const PREFIX = `.unrolled-${hostname()}-`;
const SUFFIX = ".tmp";
const OURS = `${PREFIX}${process.pid}${SUFFIX}`;

/** Symbolic links that are followed. */
const MOST_LINKS = 40;

/**
 * Writes a file that is there whole or not at all: under a temporary name first, then renamed.
 * What is there keeps its mode; a link is followed.
 */
export function writeWhole(path: string, bytes: Uint8Array): void {
  about(path, () => {
    const target = follow(path);
    const there = statSync(target, { throwIfNoEntry: false });
    if (there?.isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" });
    if (there && !there.isFile()) return writeFileSync(target, bytes); // a pipe or a device
    const folder = dirname(target);
    if (!existsSync(folder)) throw new Error("expected a directory to write into, got none of this name");
    sweep(folder);
    const temporary = join(folder, OURS);
    listen();
    const file = openSync(temporary, "wx");
    try {
      if (there) fchmodSync(file, there.mode & 0o7777);
      writeFileSync(file, bytes);
      closeSync(file);
      renameSync(temporary, target);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  });
}

/** Where a chain of links leads, be there a file or not. */
function follow(path: string): string {
  let target = resolve(path);
  for (let i = 0; i < MOST_LINKS; i++) {
    try {
      target = resolve(dirname(target), readlinkSync(target));
    } catch {
      return target;
    }
  }
  throw new Error("expected a file, got links that lead nowhere");
}

/** Removes what runs of this machine left that were killed at once. */
function sweep(folder: string): void {
  for (const name of namesIn(folder)) {
    if (!name.startsWith(PREFIX) || !name.endsWith(SUFFIX)) continue;
    const id = name.slice(PREFIX.length, -SUFFIX.length);
    if (/^\d+$/.test(id) && (name === OURS || !isAlive(Number(id)))) rmSync(join(folder, name), { force: true });
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // one may write there, yet not look
  }
}

function isAlive(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

let listens = false;

/** From the first write on a signal is heard between turns of the event loop alone: a file is written in one. */
function listen(): void {
  if (listens) return;
  listens = true;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(signal, () => process.kill(process.pid, signal));
}
