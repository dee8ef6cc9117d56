/** A view on the memory, made anew where another place is asked for or the memory has grown. */
export class View<T extends Float32Array | Int32Array> {
  #memory: T | undefined;
  #view: T | undefined;

  /** `count` elements at `address`, of `memory`, all of it. */
  at(memory: T, address: number, count: number): T {
    const view = this.#view;
    if (view && this.#memory === memory && view.byteOffset === address && view.length === count) return view;
    this.#memory = memory;
    return (this.#view = memory.subarray(address >> 2, (address >> 2) + count) as T);
  }

  /** Lets go of the memory. */
  close(): void {
    this.#memory = this.#view = undefined;
  }
}
