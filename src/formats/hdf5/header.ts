import { bad, textOf, unsupported, UNDEFINED, type View } from "./view.ts";

/** Kinds of messages (IV.A.2). */
export const MESSAGE = {
  space: 1,
  linkInfo: 2,
  type: 3,
  link: 6,
  layout: 8,
  filters: 11,
  attribute: 12,
  continuation: 16,
  symbolTable: 17,
  attributeInfo: 21,
} as const;

/** One message of an object's header; its data are at `at`. */
export interface Message {
  readonly type: number;
  readonly at: number;
  readonly size: number;
  /** The data are elsewhere: a committed type. */
  readonly shared: boolean;
}

const MOST_MESSAGES = 100_000;

/** The messages of the object at `address`: version 1 (IV.A.1.a) or 2 (IV.A.1.b). */
export function readHeader(view: View, address: number): Message[] {
  const version = view.u8(address);
  if (version === 1) {
    return readBlocks(
      view,
      { at: address + 16, size: view.u32(address + 8) },
      { size: 8, wide: true, skip: 0, tail: 0 },
    );
  }
  view.expect("OHDR", address);
  if (view.u8(address + 4) !== 2) {
    throw unsupported(`expected an object header of version 1 or 2, got ${view.u8(address + 4)}`);
  }
  const flags = view.u8(address + 5);
  const bytes = 2 ** (flags & 3);
  const at = address + 6 + (flags & 32 ? 16 : 0) + (flags & 16 ? 4 : 0);
  const form = { size: flags & 4 ? 6 : 4, wide: false, skip: 4, tail: 4 };
  return readBlocks(view, { at: at + bytes, size: view.unsigned(at, bytes) }, form);
}

interface Form {
  /** Bytes before a message's data. */
  readonly size: number;
  /** Its type has two bytes. */
  readonly wide: boolean;
  /** Bytes of signature before, and of checksum after, the messages of a continuation. */
  readonly skip: number;
  readonly tail: number;
}

function readBlocks(view: View, first: { at: number; size: number }, form: Form): Message[] {
  const messages: Message[] = [];
  const blocks = [first];
  const seen = new Set([first.at]);
  for (const { at, size } of blocks) {
    view.slice(at, size);
    view.spend(size);
    for (let p = at; p + form.size <= at + size;) {
      const type = form.wide ? view.u16(p) : view.u8(p);
      const bytes = view.u16(p + (form.wide ? 2 : 1));
      const flags = view.u8(p + (form.wide ? 4 : 3));
      const data = p + form.size;
      if (data + bytes > at + size) throw bad(`a message at byte ${p} runs out of its block`);
      if (type === MESSAGE.continuation) {
        const next = { at: view.u64(data) + form.skip, size: view.u64(data + 8) - form.skip - form.tail };
        if (seen.has(next.at) || next.size < 0) throw bad(`an object header that leads back to byte ${next.at}`);
        seen.add(next.at);
        blocks.push(next);
      }
      messages.push({ type, at: data, size: bytes, shared: (flags & 2) !== 0 });
      if (messages.length > MOST_MESSAGES) throw bad(`expected at most ${MOST_MESSAGES} messages of an object`);
      p = data + bytes;
    }
  }
  return messages;
}

/** Members of a group by name: addresses of their headers. A link to elsewhere has none. */
export function readLinks(view: View, messages: readonly Message[]): Map<string, number> {
  const links = new Map<string, number>();
  for (const { type, at } of messages) {
    if (type === MESSAGE.symbolTable) readSymbols(view, view.u64(at), view.u64(at + 8), links);
    if (type === MESSAGE.link) readLink(view, at, links);
    if (type === MESSAGE.linkInfo && view.u64(at + (view.u8(at + 1) & 1 ? 10 : 2)) !== UNDEFINED) {
      throw unsupported(
        'a group in a fractal heap (written with libver "latest") is not read: write the file again without it',
      );
    }
  }
  return links;
}

/** A link message (IV.A.2.g); only a hard link (type 0) is kept. */
function readLink(view: View, at: number, links: Map<string, number>): void {
  const flags = view.u8(at + 1);
  const type = flags & 8 ? view.u8(at + 2) : 0;
  const bytes = 2 ** (flags & 3);
  const p = at + 2 + (flags & 8 ? 1 : 0) + (flags & 4 ? 8 : 0) + (flags & 16 ? 1 : 0);
  const length = view.unsigned(p, bytes);
  if (type === 0) links.set(view.text(p + bytes, length), view.u64(p + bytes + length));
}

/** A group as a tree of symbol tables (III.A.1, III.B) with its names in a local heap (III.D). */
function readSymbols(view: View, tree: number, heap: number, links: Map<string, number>): void {
  view.expect("HEAP", heap);
  const names = view.slice(view.u64(heap + 24), view.u64(heap + 8));
  for (const table of readTree(view, tree, 0, 8)) {
    view.expect("SNOD", table.child);
    const count = view.u16(table.child + 6);
    for (let i = 0, at = table.child + 8; i < count; i++, at += 40) {
      const name = view.u64(at);
      if (name >= names.length) throw bad(`a name at ${name} of a heap of ${names.length} bytes`);
      if (view.u32(at + 16) === 2) continue;
      links.set(textOf(names.subarray(name, name + nameLength(view, names, name))), view.u64(at + 8));
    }
  }
}

function nameLength(view: View, names: Uint8Array, at: number): number {
  const end = names.indexOf(0, at);
  const length = (end < 0 ? names.length : end) - at;
  view.spend(length);
  return length;
}

/** The leaves' entries of a version 1 B-tree (III.A.1) of groups (type 0) or chunks (type 1): key before child. */
export function readTree(view: View, root: number, type: number, keySize: number): { key: number; child: number }[] {
  const seen = new Set<number>();
  const entries: { key: number; child: number }[] = [];
  const visit = (at: number, level: number | undefined): void => {
    if (seen.has(at)) throw bad(`a tree that leads back to byte ${at}`);
    seen.add(at);
    view.expect("TREE", at);
    const got = view.u8(at + 5);
    if (view.u8(at + 4) !== type || (level !== undefined && got !== level)) {
      throw bad(`a node of another tree at byte ${at}`);
    }
    const used = view.u16(at + 6);
    for (let i = 0, key = at + 24; i < used; i++, key += keySize + 8) {
      const child = view.u64(key + keySize);
      if (got === 0) entries.push({ key, child });
      else visit(child, got - 1);
    }
  };
  visit(root, undefined);
  return entries;
}
