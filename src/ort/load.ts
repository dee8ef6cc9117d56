import { kindOf } from "../check.ts";
import type { BlobLike } from "./types.ts";

/**
 * Of a host with files: the one place outside cli/ that asks for it, at run time, so that no bundler sees an import.
 */
interface Host {
  readonly location?: object;
  readonly process?: {
    getBuiltinModule?(name: string): { readFile(path: string | URL): Promise<Uint8Array> } | undefined;
  };
  readonly fetch?: (
    url: string,
  ) => Promise<{ readonly ok: boolean; readonly status: number; arrayBuffer(): Promise<ArrayBuffer> }>;
}

/**
 * A file's bytes. URLs are fetched; a path is read where the host has files and no page (Node 20.16, Deno, Bun),
 * and is fetched elsewhere. Bytes are copied: the caller may use them again.
 */
export async function load(label: string, source: unknown, offset?: number, length?: number): Promise<Uint8Array> {
  if (typeof source === "string" || source instanceof URL) return loadUrl(label, String(source));
  if (source instanceof Uint8Array) return Uint8Array.from(source);
  if (isBuffer(source)) return Uint8Array.from(new Uint8Array(source, offset, length));
  if (isBlob(source)) return new Uint8Array(await source.arrayBuffer());
  throw new TypeError(`${label}: expected a path, a URL, an ArrayBuffer or a Uint8Array, got ${kindOf(source)}`);
}

const isBuffer = (source: unknown): source is ArrayBufferLike =>
  source instanceof ArrayBuffer || (typeof SharedArrayBuffer !== "undefined" && source instanceof SharedArrayBuffer);

const isBlob = (source: unknown): source is BlobLike =>
  typeof source === "object" && source !== null && "arrayBuffer" in source;

async function loadUrl(label: string, url: string): Promise<Uint8Array> {
  const host = globalThis as Host;
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(url)?.[1].toLowerCase(); // one letter is a Windows drive
  const files =
    scheme === "file" || (!scheme && !host.location) ? host.process?.getBuiltinModule?.("node:fs/promises") : undefined;
  if (files) return new Uint8Array(await files.readFile(scheme ? new URL(url) : url));
  if (!host.fetch)
    throw new TypeError(`${label}: expected bytes in a host without files and fetch, got ${JSON.stringify(url)}`);
  const response = await host.fetch(url);
  if (!response.ok) throw new Error(`${label}: ${url}: expected a file, got status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
