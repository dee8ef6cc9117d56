import { readDataset, type Dataset } from "./dataset.ts";
import { MESSAGE, readHeader, readLinks, type Message } from "./header.ts";
import { readTexts, TextHeaps } from "./text.ts";
import { bad, unsupported, UNDEFINED, View } from "./view.ts";

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

export function isHdf5(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, i) => bytes[i] === byte);
}

/**
 * Opens an HDF5 file of superblock 0 to 3 as h5py and Keras write it. Every object is read where it
 * is asked for, by its path: nothing follows a cycle. Throws FormatError for what is damaged or not read.
 * https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html
 */
export function openHdf5(bytes: Uint8Array): Hdf5Object {
  if (!isHdf5(bytes)) throw bad("expected a file that begins with its signature");
  const view = new View(bytes);
  const version = view.u8(8);
  if (version > 3) throw unsupported(`expected a superblock of version 0 to 3, got ${version}`);
  const old = version < 2;
  if (view.u8(old ? 13 : 9) !== 8 || view.u8(old ? 14 : 10) !== 8) {
    throw unsupported("expected addresses and lengths of 8 bytes");
  }
  const base = old ? 24 + (version === 1 ? 4 : 0) : 12;
  if (view.u64(base) !== 0) throw unsupported("a file that begins inside another is not read");
  return new Hdf5Object(view, new TextHeaps(view), view.u64(old ? base + 40 : 36), "");
}

/** A group or a dataset, with its attributes. */
export class Hdf5Object {
  readonly path: string;
  readonly #view: View;
  readonly #heaps: TextHeaps;
  readonly #messages: Message[];
  /** Where its header is: what tells objects apart. */
  readonly address: number;
  #links: Map<string, number> | undefined;
  readonly #children = new Map<string, Hdf5Object>();

  constructor(view: View, heaps: TextHeaps, address: number, path: string) {
    this.#view = view;
    this.#heaps = heaps;
    this.address = address;
    this.path = path;
    this.#messages = readHeader(view, address);
  }

  get isDataset(): boolean {
    return this.#messages.some((m) => m.type === MESSAGE.layout);
  }

  /** Names of a group's members. */
  names(): string[] {
    return [...this.#members().keys()];
  }

  /** The object at a path of names with "/" between; undefined where there is none. */
  find(path: string): Hdf5Object | undefined {
    let object: Hdf5Object | undefined = this;
    for (const name of path.split("/")) object = object === undefined ? undefined : object.#child(name);
    return object;
  }

  /** The numbers of a dataset. */
  read(): Dataset {
    return readDataset(this.#view, this.#messages, this.path);
  }

  /** An attribute of text or texts; undefined where there is none. */
  texts(name: string): string[] | undefined {
    for (const m of this.#messages) {
      if (
        m.type === MESSAGE.attributeInfo &&
        this.#view.u64(m.at + (this.#view.u8(m.at + 1) & 1 ? 4 : 2)) !== UNDEFINED
      ) {
        throw unsupported(
          'attributes in a fractal heap (written with libver "latest") are not read: write the file again without it',
        );
      }
      if (m.type !== MESSAGE.attribute || m.shared) continue;
      const texts = readTexts(this.#view, this.#heaps, m.at, name);
      if (texts !== undefined) return texts;
    }
    return undefined;
  }

  #child(name: string): Hdf5Object | undefined {
    const known = this.#children.get(name);
    const address = this.isDataset ? undefined : this.#members().get(name);
    if (known !== undefined || address === undefined) return known;
    const child = new Hdf5Object(this.#view, this.#heaps, address, this.path === "" ? name : `${this.path}/${name}`);
    this.#children.set(name, child);
    return child;
  }

  #members(): Map<string, number> {
    if (this.isDataset) throw bad(`${this.path}: expected a group, got a dataset`);
    return (this.#links ??= readLinks(this.#view, this.#messages));
  }
}
