import { align } from "./plan.ts";

const PAGE = 65536;

/** The first address in use: the module keeps what lies below for itself and its constants. */
const BASE = 2048;

/** Readable bytes past every region: a kernel may load a whole vector at a row's end. */
const SLACK = 64;

/** The largest memory that 32-bit addresses reach. */
const LIMIT = 65536 * PAGE;

/**
 * The linear memory, handed out in blocks, and the views on it. A freed block
 * serves the next request of its size. Growing replaces the views, so whoever
 * writes asks for them each time and keeps none.
 */
export class Arena {
  readonly memory: WebAssembly.Memory;
  f32: Float32Array;
  i32: Int32Array;
  #top = BASE;
  readonly #free = new Map<number, number[]>();

  /** A memory with room for `bytes` at once. */
  constructor(bytes: number) {
    const pages = Math.ceil((BASE + align(bytes) + SLACK) / PAGE);
    this.memory = guard(bytes, () => new WebAssembly.Memory({ initial: pages }));
    this.f32 = new Float32Array(this.memory.buffer);
    this.i32 = new Int32Array(this.memory.buffer);
  }

  /** The address of a block of `bytes`, filled with zeros; grows the memory where it must. */
  allocate(bytes: number): number {
    const size = align(bytes);
    let address = this.#free.get(size)?.pop();
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

  /** Lets go of the views: nothing can be written any more. */
  close(): void {
    this.f32 = new Float32Array();
    this.i32 = new Int32Array();
  }

  /** Bytes of the memory. */
  get bytes(): number {
    return this.memory.buffer.byteLength;
  }

  #reach(end: number, bytes: number): void {
    const missing = end - this.bytes;
    if (missing <= 0) return;
    guard(bytes, () => this.memory.grow(Math.ceil(missing / PAGE)));
    this.f32 = new Float32Array(this.memory.buffer);
    this.i32 = new Int32Array(this.memory.buffer);
  }
}

/** Turns the host's refusal into an error that says how much was asked for. */
function guard<T>(bytes: number, make: () => T): T {
  if (bytes <= LIMIT) {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  throw new RangeError(`memory: expected ${bytes} more bytes from the host, got none (WebAssembly has at most ${LIMIT})`);
}
