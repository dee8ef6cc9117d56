import { LAYER_WORDS } from "../abi/layout.ts";
import { last } from "../layers/last.ts";
import { Flag, Kind, type Layer, type LayerRecord, type Weights } from "../layers/layer.ts";
import { makeLayers } from "../layers/make.ts";
import { layerWords, rowBytes } from "../layers/words.ts";
import { Arena } from "../memory/arena.ts";
import { Plan, type Region } from "../memory/plan.ts";
import { whole } from "../pack/gates.ts";
import { roomFor } from "../pack/integers.ts";
import { LANES } from "../pack/panels.ts";
import type { Build, Kernels } from "../wasm/kernels.ts";
import { instantiate } from "../wasm/host.ts";
import { chooseModule, noIntegers } from "../wasm/load.ts";
import type { Description } from "../layers/description.ts";
import { fingerprintOf, type Fingerprint } from "./fingerprint.ts";
import { precisionOf, type IntegerMaker, type Precisions } from "../pack/matrix.ts";
import { Tensors, type Tensor } from "../tensors/tensor.ts";

/** Where one direction of one cell keeps its state: elements within a sequence's state. */
export interface CellState {
  /** Features of h, and of c (0 where the cell has none). */
  readonly width: number;
  readonly units: number;
  readonly h: number;
  readonly c: number;
}

/** A list of records in memory; the first `body` run every timestep, the others once, at a sequence's end. */
export interface Program {
  readonly address: number;
  readonly body: number;
  readonly records: number;
  readonly outputSize: number;
}

/** A net in memory, ready to run. */
export interface Net {
  /** False once disposed: then nothing may run on it. */
  open: boolean;
  readonly description: Description;
  readonly fingerprint: Fingerprint;
  readonly layers: readonly Layer[];
  readonly build: Build;
  kernels: Kernels;
  readonly arena: Arena;
  /** What the memory holds, at which address. */
  readonly regions: readonly Region[];
  /** The whole net, and the net up to the final hidden state of its last cell. */
  readonly program: Program;
  readonly summary: Program;
  /** `body` as in `summary`, then the outputs from the final hidden state: what comes next. */
  readonly next: Program;
  /** Records at the end that are a softmax: 0 or 1. */
  readonly softmax: number;
  readonly bidirectional: boolean;
  /** Cells in PyTorch's order: layer by layer, forward before reverse. */
  readonly cells: readonly CellState[];
  /** Elements of one sequence's state, each block in whole vectors. */
  readonly stateSize: number;
  /** Columns of the widest row that a layer reads or writes. */
  readonly widest: number;
  /** Bytes of scratch for `batch` sequences. */
  scratchBytes(batch: number): number;
}

/** Throws TypeError where the net was disposed. */
export function checkOpen(label: string, net: Net): void {
  if (!net.open) throw new TypeError(`${label}: expected an open model, got a disposed one`);
}

/** Bytes of a record, assembly/abi.ts. */
const RECORD = 4 * LAYER_WORDS.length;

/** Which module runs a net, and how its matrices are kept. */
interface NetOptions {
  readonly deterministic?: boolean;
  readonly module?: object;
  readonly weights?: Precisions;
}

/**
 * Lays out the layers of a description in one memory; every tensor must be used. Without `maker` it takes floats alone.
 */
export function buildNet(
  description: Description,
  tensors: readonly Tensor[],
  { deterministic = false, module, weights }: NetOptions,
  maker: IntegerMaker | undefined,
): Net {
  const taken = new Tensors(tensors, weights, maker);
  if (taken.integers && !maker) throw noIntegers();
  const layers = makeLayers(description, taken);
  const integers = layers.some((l) => l.records.some((r) => r.integers));
  const compiled = chooseModule(deterministic, integers, module);
  const lastCell = layers.findLastIndex((l) => l.directions);
  const records = layers.flatMap((l) => l.records);
  const toSummary = [...layers.slice(0, lastCell + 1), last(layers[lastCell])];
  const summary = toSummary.flatMap((l) => l.records);
  const next = [
    ...summary,
    ...layers
      .slice(lastCell + 1)
      .filter((l) => l.type !== "last")
      .flatMap((l) => l.records),
  ];

  const plan = new Plan();
  const placed = new Map<Weights, number>();
  const place = (name: string, w: Weights | undefined) => w && placed.set(w, plan.region(name, w.size * 4));
  for (const [i, layer] of layers.entries()) {
    for (const r of layer.records) {
      place(`layers[${i}] ${layer.type} ${layer.weights}`, r.weights);
      place(`layers[${i}] ${layer.type} ${layer.weights} second`, r.second);
      place(`layers[${i}] ${layer.type} ${layer.weights} peepholes`, r.peepholes);
    }
  }
  const recordsAt = plan.region("records", (records.length + next.length) * RECORD);
  const state = planState(records);

  const arena = new Arena(plan.bytes);
  const base = arena.allocate(plan.bytes);
  const { build, kernels } = instantiate<Kernels>(compiled, arena.memory!);
  if (integers !== (build === "integer"))
    throw new RangeError(
      `module: expected ${integers ? "integer.wasm" : "base.wasm or relaxed.wasm"} for these weights, got ${build}.wasm`,
    );
  if (deterministic && build === "relaxed")
    throw new RangeError("module: expected base.wasm with deterministic, got relaxed.wasm");
  const chunk = kernels.CHUNK.value as number;
  for (const [w, offset] of placed) {
    const at = (base + offset) >> 2;
    w.write(arena.f32.subarray(at, at + w.size), kernels.group);
  }
  const addressOf = (w: Weights) => base + placed.get(w)!;
  const room = integers
    ? arena.allocate(
        Math.max(
          ...records.map((r) =>
            roomFor(Math.max(r.inputs, r.units, r.state?.h ?? 0), r.panels ?? Math.ceil(r.units / LANES)),
          ),
        ),
      )
    : 0;
  const words = (r: LayerRecord) => {
    const { width = 0, h = 0, c = 0 } = state.cells.get(r.of ?? r) ?? {};
    return layerWords(r, addressOf, { width, h: h * 4, c: c * 4, ...(r.integers && { panel: room + 1 }) });
  };
  arena.i32.set([...records, ...next].flatMap(words), (base + recordsAt) >> 2);

  return {
    open: true,
    description,
    fingerprint: fingerprintOf(description, tensors, [...taken.matrices.values()].map(precisionOf)),
    layers: Object.freeze(layers.map(withoutFile)),
    build,
    kernels,
    arena,
    regions: plan.regions.map((r) => ({ ...r, offset: base + r.offset })),
    program: program(base + recordsAt, records, layers[layers.length - 1].outputSize),
    summary: program(base + recordsAt + records.length * RECORD, summary, layers[lastCell].outputSize),
    next: program(base + recordsAt + records.length * RECORD, next, layers[layers.length - 1].outputSize),
    softmax: layers[layers.length - 1].type === "softmax" ? 1 : 0,
    bidirectional: records.some((r) => r.flags & Flag.REVERSE),
    cells: [...state.cells.values()],
    stateSize: state.size,
    widest: records.reduce((most, r) => Math.max(most, r.kind === Kind.EMBEDDING ? 1 : r.inputs, r.columns), 0),
    scratchBytes: scratchSizes(records, chunk),
  };
}

function program(address: number, records: readonly LayerRecord[], outputSize: number): Program {
  const body = records.findIndex((r) => r.kind === Kind.LAST);
  return { address, body: body < 0 ? records.length : body, records: records.length, outputSize };
}

/** One block a cell for h and one for c. */
function planState(records: readonly LayerRecord[]): { cells: Map<LayerRecord, CellState>; size: number } {
  const cells = new Map<LayerRecord, CellState>();
  let size = 0;
  for (const r of records) {
    if (!r.state) continue;
    const h = size;
    const c = h + whole(r.state.h);
    size = c + whole(r.state.c);
    cells.set(r, { width: r.state.h, units: r.state.c, h, c });
  }
  return { cells, size };
}

/** A layer whose weights are packed: what would hold on to the file's tensors is left out. */
function withoutFile(layer: Layer): Layer {
  return Object.freeze({
    ...layer,
    records: layer.records.map((r) => ({
      ...r,
      weights: undefined,
      second: undefined,
      peepholes: undefined,
      of: undefined,
    })),
  });
}

/**
 * Bytes that assembly/cells uses for `batch` sequences: a chunk's pre-activations, and what stands between two steps of
 * a sequence.
 */
function scratchSizes(records: readonly LayerRecord[], chunk: number): (batch: number) => number {
  const sizes = records
    .filter((r) => r.state)
    .map((r) => ({ row: rowBytes(r), between: r.second ? 8 * whole(r.units) : 0 }));
  return (batch) => sizes.reduce((most, s) => Math.max(most, s.row * Math.max(chunk, batch) + s.between * batch), 0);
}
