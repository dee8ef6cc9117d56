import { align } from "../memory/plan.ts";
import { View } from "../memory/view.ts";
import type { Net } from "../model/build.ts";

/** Rows that pass through a net in one call, where it need not see the whole sequence. */
export const CHUNK_ROWS = 128;

/** The buffers between layers, shared by all that runs on a net; they grow to the largest block asked for. */
export class Workspace {
  /** Addresses: two buffers of rows, scratch, and the number of sequences at each timestep. */
  a = 0;
  b = 0;
  scratch = 0;
  active = 0;
  /** Items that a net writes and reads on its own. */
  items = 0;
  readonly #net: Net;
  #rows = 0;
  #batch = 0;
  #steps = 0;
  #items = 0;
  readonly #view = new View<Float32Array>();
  readonly #result = new View<Float32Array>();

  constructor(net: Net) {
    this.#net = net;
    this.reserve(CHUNK_ROWS, 1, 0);
  }

  /** A view on `count` floats at `address`: the last one again where it is the same. */
  view(address: number, count: number): Float32Array {
    return this.#view.at(this.#net.arena.f32, address, count);
  }

  /** The same for a step's result, which stays while runs look elsewhere. */
  result(address: number, count: number): Float32Array {
    return this.#result.at(this.#net.arena.f32, address, count);
  }

  /** Lets go of the memory. */
  close(): void {
    this.#view.close();
    this.#result.close();
  }

  /** Makes room for `bytes` of items. */
  reserveItems(bytes: number): void {
    if (bytes <= this.#items) return;
    const larger = this.#net.arena.allocate(bytes); // may throw: then all stays as it was
    if (this.items) this.#net.arena.release(this.items, this.#items);
    this.items = larger;
    this.#items = bytes;
  }

  /** Makes room for a block of `rows` rows of `batch` sequences, `steps` of them counted one by one. */
  reserve(rows: number, batch: number, steps: number): void {
    if (rows <= this.#rows && batch <= this.#batch && steps <= this.#steps) return;
    const { arena, widest, scratchBytes } = this.#net;
    const grow = (address: number, now: number, wanted: number) => {
      const larger = arena.allocate(wanted); // may throw: then all stays as it was
      if (address) arena.release(address, now);
      return larger;
    };
    if (rows > this.#rows) {
      const bytes = align(rows * widest * 4);
      this.a = grow(this.a, 2 * align(this.#rows * widest * 4), 2 * bytes);
      this.b = this.a + bytes;
      this.#rows = rows;
    }
    if (batch > this.#batch) {
      this.scratch = grow(this.scratch, scratchBytes(this.#batch), scratchBytes(batch));
      this.#batch = batch;
    }
    if (steps > this.#steps) {
      this.active = grow(this.active, this.#steps * 4, steps * 4);
      this.#steps = steps;
    }
  }
}
