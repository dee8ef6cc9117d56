/** What every module exports. */
export type Exports = {
  /** Writes the constants that the others read; once for each memory. */
  readonly prepare: () => void;
  /** Vectors that stand side by side first, of `left` that have `perPanel` in a panel's line. */
  readonly group: (left: number, perPanel: number) => number;
  /** 1 in the relaxed build, as a global. */
  readonly FUSED: WebAssembly.Global;
  /** 1 in the build for integers, as a global. */
  readonly INTEGER: WebAssembly.Global;
  /** The hash of assembly/abi.ts, as a global. */
  readonly ABI: WebAssembly.Global;
};

/** The exports that walk a list of layers. Addresses are bytes, counts are elements, output comes first. */
export type Kernels = Exports & {
  /** Walks `layers` records at `net` over a block of rows; returns the address of the result, `a` or `b`. */
  readonly forward: (
    net: number,
    layers: number,
    state: number,
    a: number,
    b: number,
    scratch: number,
    steps: number,
    batch: number,
    active: number,
    rows: number,
  ) => number;
  /**
   * Writes what comes next, and goes on with it: rows of `width`, or ids where `width` is 0; returns the end of what is
   * written.
   */
  readonly predict: (
    out: number,
    from: number,
    to: number,
    width: number,
    net: number,
    body: number,
    layers: number,
    state: number,
    a: number,
    b: number,
    scratch: number,
    outputs: number,
    scale: number,
    topK: number,
    topP: number,
    seed: number,
    stops: number,
  ) => number;
  /** Copies a sequence [steps, width] to and from its places in time-major rows. */
  readonly toTimeMajor: (
    rows: number,
    sequence: number,
    width: number,
    steps: number,
    batch: number,
    active: number,
  ) => void;
  readonly fromTimeMajor: (
    sequence: number,
    rows: number,
    width: number,
    steps: number,
    batch: number,
    active: number,
  ) => void;
  /** Rows of pre-activations that a cell keeps at once, as a global. */
  readonly CHUNK: WebAssembly.Global;
};

/** Which compilation of the module runs. */
export type Build = "base" | "relaxed" | "integer";
