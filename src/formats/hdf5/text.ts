import { FormatError } from "../../check.ts";
import { readDatatype, readShape } from "./types.ts";
import { bad, textOf, unsupported, type View } from "./view.ts";

/** The texts of the attribute at `at` if it is called `name` (IV.A.2.m); version 1 pads its parts to 8 bytes. */
export function readTexts(view: View, heaps: TextHeaps, at: number, name: string): string[] | undefined {
  const version = view.u8(at);
  if (version < 1 || version > 3) throw unsupported(`expected an attribute of version 1 to 3, got ${version}`);
  const pad = (n: number) => (version === 1 ? Math.ceil(n / 8) * 8 : n);
  const label = at + (version === 3 ? 9 : 8);
  if (view.text(label, view.u16(at + 2)) !== name) return undefined;
  const typed = label + pad(view.u16(at + 2));
  const space = typed + pad(view.u16(at + 4));
  const data = space + pad(view.u16(at + 6));
  const type = readDatatype(view, typed);
  const count = readShape(view, space).reduce((product, n) => product * n, 1);
  view.slice(data, count * type.size);
  if (count === 0) return [];
  if (type.kind === "text")
    return Array.from({ length: count }, (_, i) => textOf(view.slice(data + i * type.size, type.size)));
  if (type.kind !== "long text") throw unsupported(`expected text in the attribute ${name}`);
  return Array.from({ length: count }, (_, i) => heaps.read(data + i * type.size));
}

/** Global heaps (III.E), where texts of any length are; each is looked through once. */
export class TextHeaps {
  readonly #view: View;
  readonly #heaps = new Map<number, Map<number, Uint8Array>>();

  constructor(view: View) {
    this.#view = view;
  }

  /** The text that is described at `at`: its length, its heap and its index there. */
  read(at: number): string {
    const length = this.#view.u32(at);
    const heap = this.#view.u64(at + 4);
    const index = this.#view.u32(at + 12);
    if (length === 0) return "";
    const bytes = this.#objects(heap).get(index);
    if (bytes === undefined) throw bad(`expected text ${index} in the heap at byte ${heap}`);
    if (length > bytes.length) {
      throw new FormatError("truncated", `HDF5: expected text of ${length} bytes, got ${bytes.length}`);
    }
    this.#view.spend(length);
    return textOf(bytes.subarray(0, length));
  }

  #objects(heap: number): Map<number, Uint8Array> {
    let objects = this.#heaps.get(heap);
    if (objects !== undefined) return objects;
    const view = this.#view;
    view.expect("GCOL", heap);
    objects = new Map();
    const end = heap + view.u64(heap + 8);
    for (let at = heap + 16; at + 16 <= end;) {
      const index = view.u16(at);
      if (index === 0) break;
      const size = view.u64(at + 8);
      view.spend(16 + size);
      objects.set(index, view.slice(at + 16, size));
      at += 16 + Math.ceil(size / 8) * 8;
    }
    this.#heaps.set(heap, objects);
    return objects;
  }
}
