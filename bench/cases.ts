export const CELLS = ["lstm", "gru", "rnn"] as const;
export const MODES = ["stream", "sequence", "batch", "bidirectional"] as const;
export const SIZES = [
  [1, 16],
  [8, 32],
  [64, 64],
  [128, 128],
  [256, 256],
  [512, 512],
  [1024, 1024],
] as const;

export type Cell = (typeof CELLS)[number];
export type Mode = (typeof MODES)[number];

export interface Case {
  readonly cell: Cell;
  readonly mode: Mode;
  readonly input: number;
  readonly hidden: number;
  readonly layers: number;
  readonly directions: 1 | 2;
  readonly steps: number;
  readonly batch: number;
  readonly seed: number;
}

export const GATES: Record<Cell, number> = { lstm: 4, gru: 3, rnn: 1 };

const STEPS = 128;
const BATCH = 16;
const SEED = 20261122;

export function makeCase(cell: Cell, mode: Mode, input: number, hidden: number): Case {
  const stacked = mode === "bidirectional";
  return {
    cell,
    mode,
    input,
    hidden,
    layers: stacked ? 2 : 1,
    directions: stacked ? 2 : 1,
    steps: STEPS,
    batch: mode === "batch" ? BATCH : 1,
    seed: SEED,
  };
}

export interface Filter {
  readonly cells: readonly string[];
  readonly modes: readonly string[];
  readonly hidden: readonly number[];
}

/** The grid, restricted; an empty list restricts nothing. */
export function selectCases(filter: Filter): Case[] {
  const keep = <T>(list: readonly T[], value: T) => list.length === 0 || list.includes(value);
  return CELLS.filter((cell) => keep<string>(filter.cells, cell)).flatMap((cell) =>
    MODES.filter((mode) => keep<string>(filter.modes, mode)).flatMap((mode) =>
      SIZES.filter(([, hidden]) => keep<number>(filter.hidden, hidden)).map(([input, hidden]) =>
        makeCase(cell, mode, input, hidden),
      ),
    ),
  );
}

/** Features that enter layer `layer`. */
export const layerInput = (c: Case, layer: number): number => (layer === 0 ? c.input : c.directions * c.hidden);

/** Weights of all matrices. */
export function matrixCount(c: Case): number {
  let columns = 0;
  for (let layer = 0; layer < c.layers; layer++) columns += layerInput(c, layer) + c.hidden;
  return c.directions * GATES[c.cell] * c.hidden * columns;
}

export const caseLabel = (c: Case): string => `${c.cell} ${c.mode} (${c.input}, ${c.hidden})`;
