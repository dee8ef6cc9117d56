/** The compiled module's exports. Addresses are bytes, counts are elements, output comes first. */
export type Kernels = {
  /** Walks `layers` records at `net` over a block of rows; returns the address of the result, `a` or `b`. */
  readonly forward: (
    net: number, layers: number, state: number, a: number, b: number, scratch: number,
    steps: number, batch: number, active: number, rows: number,
  ) => number;
  /** Rows of pre-activations that a cell keeps at once, as a global. */
  readonly CHUNK: WebAssembly.Global;
  /** 1 in the relaxed build, as a global. */
  readonly FUSED: WebAssembly.Global;
  /** Version of the exports and of the layer record, as a global. */
  readonly ABI: WebAssembly.Global;
};

/** Which compilation of the module runs. */
export type Build = "base" | "relaxed";
