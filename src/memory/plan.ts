/** Bytes to which every region is aligned: a cache line, and a line of a packed panel. */
export const ALIGNMENT = 64;

/** A wanted piece of memory and, once planned, where it stands. */
export interface Region {
  /** What stands there. */
  readonly name: string;
  /** Its length. */
  readonly bytes: number;
  /** Its first byte. */
  readonly offset: number;
}

/** Lays regions one after the other; nothing is allocated. */
export class Plan {
  readonly regions: Region[] = [];
  #end = 0;

  /** Reserves `bytes`, aligned, and returns the offset. */
  region(name: string, bytes: number): number {
    const offset = this.#end;
    this.regions.push({ name, bytes, offset });
    this.#end = align(offset + bytes);
    return offset;
  }

  /** Bytes of all regions, aligned. */
  get bytes(): number {
    return this.#end;
  }
}

export function align(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
