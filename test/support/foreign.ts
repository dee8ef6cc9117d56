import { readFileSync } from "node:fs";
import { readSafetensors, type Safetensors, type Tensor } from "../../src/index.ts";
import { readNpz, readTorch } from "../../src/import.ts";

/** A file of another tool, from test/formats/foreign/recipe.py. */
export interface Foreign {
  readonly name: string;
  readonly kind: "torch" | "npz";
  readonly file: Uint8Array;
  /** A part of the refusal; null where it is to be read. */
  readonly says: string | null;
  /** What is in it, by name. */
  readonly tensors: ReadonlyMap<string, Tensor>;
}

export const readers: Record<Foreign["kind"], (file: Uint8Array) => Safetensors> = { torch: readTorch, npz: readNpz };

export function foreignFiles(): Foreign[] {
  const { tensors, metadata } = readSafetensors(
    readFileSync(new URL("../formats/foreign/foreign.safetensors", import.meta.url)),
  );
  return (JSON.parse(metadata.get("cases")!) as Pick<Foreign, "name" | "kind" | "says">[]).map((about) => ({
    ...about,
    file: Uint8Array.from(tensors.find((t) => t.name === about.name)!.bytes),
    tensors: new Map(
      tensors.filter((t) => t.name.startsWith(`${about.name}/`)).map((t) => [t.name.slice(about.name.length + 1), t]),
    ),
  }));
}
