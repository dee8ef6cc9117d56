import { align } from "./plan.ts";

const PAGE = 65536;

/** The first address in use: the module keeps what lies below for itself and its constants. */
const BASE = 2048;

/** Readable bytes past every region: a kernel may load a whole vector at a row's end. */
const SLACK = 64;

/** The largest memory whose addresses JavaScript's signed shifts keep: 2 GiB. */
const LIMIT = 32768 * PAGE;

/**
 * The linear memory, handed out in blocks, and the views on it. A freed block
 * serves the next request of its size; before new memory is used, free neighbours
 * are joined. Growing replaces the views, so whoever writes asks for them each
 * time and keeps none.
 */
export class Arena {
  memory: WebAssembly.Memory | undefined;
  f32!: Float32Array;
  i32!: Int32Array;
  #top = BASE;
  readonly #free = new Map<number, number[]>();

  /** A memory with room for `bytes` at once. */
  constructor(bytes: number) {
    const end = BASE + align(bytes) + SLACK;
    const memory = guard(bytes, end, () => new WebAssembly.Memory({ initial: Math.ceil(end / PAGE) }));
    this.memory = memory;
    this.#view(memory.buffer);
  }

  /** The address of a block of `bytes`, filled with zeros; grows the memory where it must. */
  allocate(bytes: number): number {
    const size = align(bytes);
    let address = this.#free.get(size)?.pop() ?? this.#cut(size);
    if (address === undefined) {
      address = this.#top;
      this.#reach(address + size + SLACK, bytes);
      this.#top = address + size;
    }
    this.f32.fill(0, address >> 2, (address + size) >> 2);
    return address;
  }

  /** Takes back a block of `bytes` at `address`. */
  release(address: number, bytes: number): void {
    const size = align(bytes);
    const blocks = this.#free.get(size);
    if (blocks) blocks.push(address);
    else this.#free.set(size, [address]);
  }

  /** Lets go of the memory and its views: nothing can be written any more. */
  close(): void {
    this.memory = undefined;
    this.#view(new ArrayBuffer(0));
  }

  /** Bytes of the memory. */
  get bytes(): number {
    return this.f32.byteLength;
  }

  /**
   * Joins free neighbours, lowers the top to the last block in use, and cuts `size` from the first block that has it.
   */
  #cut(size: number): number | undefined {
    if (this.#free.size === 0) return undefined;
    const blocks: { address: number; size: number }[] = [];
    for (const [size, addresses] of this.#free) for (const address of addresses) blocks.push({ address, size });
    blocks.sort((a, b) => a.address - b.address);
    this.#free.clear();
    let cut: number | undefined;
    for (let i = 0; i < blocks.length;) {
      let { address, size: left } = blocks[i++];
      for (; i < blocks.length && blocks[i].address === address + left; i++) left += blocks[i].size;
      if (address + left === this.#top) {
        this.#top = address;
        continue;
      }
      if (cut === undefined && left >= size) {
        cut = address;
        address += size;
        left -= size;
      }
      if (left > 0) this.release(address, left);
    }
    return cut;
  }

  #reach(end: number, bytes: number): void {
    const missing = end - this.bytes;
    if (missing <= 0) return;
    const memory = this.memory!;
    guard(bytes, end, () => memory.grow(Math.ceil(missing / PAGE)));
    this.#view(memory.buffer);
  }

  #view(buffer: ArrayBuffer): void {
    this.f32 = new Float32Array(buffer);
    this.i32 = new Int32Array(buffer);
  }
}

/**
 * Turns the host's refusal, a RangeError, into an error that says how much was asked for. V8 sets 10 GiB of addresses
 * aside for each memory: 12,900 models fill a process's 128 TiB.
 */
function guard<T>(bytes: number, end: number, make: () => T): T {
  if (end <= LIMIT) {
    try {
      return make();
    } catch {}
  }
  throw new RangeError(
    `memory: expected ${bytes} more bytes from the host, got none (a model has at most ${LIMIT}; thousands fill the address space)`,
  );
}
