import { writeRecord } from "../abi/records.ts";
import { FormatError, type FormatCode } from "../check.ts";
import type { Constant } from "../graph/graph.ts";
import { Arena } from "../memory/arena.ts";
import { countOf, isFloat } from "../ops/op.ts";
import { identityOf, type At, type Slot } from "../abi/lowering.ts";
import { planGraph, type BoundNode, type Plan } from "../plan/plan.ts";
import { loadFull, type FullKernels } from "../wasm/full.ts";

/** A plan in memory, ready to be played; the numbers that its weights are made of are let go. */
export interface Loaded {
  /** Addresses: of the values, and of the records from the first to behind the last. */
  readonly values: number;
  readonly records: number;
  readonly end: number;
  /** Bytes of the values. */
  readonly bytes: number;
  /** The node of each record, and where the record ends. */
  readonly nodes: readonly (readonly [name: string, end: number])[];
  /** Keys of its weights. */
  readonly weights: readonly string[];
  /** Addresses of the graph's inputs and outputs. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** Owns one memory and the module on it: loads plans, shares their weights, plays them. */
export class Player {
  readonly arena: Arena;
  readonly build: string;
  #kernels: FullKernels;
  /** Weights by their numbers' identity and layout, and how many plans use them. */
  readonly #weights = new Map<string, { readonly address: number; readonly bytes: number; plans: number }>();

  constructor(deterministic = false, module?: object) {
    this.arena = new Arena(0);
    const { build, kernels } = loadFull(this.arena.memory!, deterministic, module);
    this.build = build;
    this.#kernels = kernels;
  }

  /** Writes a plan's weights, those that no plan before has written, and its records. */
  load(plan: Plan): Loaded {
    const { arena } = this;
    const weights = new Map(plan.weights.map((slot) => [slot, this.#weightsAt(slot)]));
    const values = arena.allocate(plan.bytes);
    const records = arena.allocate(plan.recordBytes);
    const addressOf = ({ slot, offset }: At) =>
      (slot.space === "weights" ? weights.get(slot)! : values + slot.offset) + offset;
    let at = records >> 2;
    const nodes = plan.records.map((record) => {
      at = writeRecord(arena.i32, at, record, addressOf);
      return [record.node, at << 2] as const;
    });
    return {
      values,
      records,
      end: records + plan.recordBytes,
      bytes: plan.bytes,
      nodes,
      weights: plan.weights.map(keyOf),
      inputs: plan.inputs.map(addressOf),
      outputs: plan.outputs.map(addressOf),
    };
  }

  /** Lets a plan go, and the weights that no other plan uses. */
  unload({ values, bytes, records, end, weights }: Loaded): void {
    this.arena.release(values, bytes);
    this.arena.release(records, end - records);
    for (const key of weights) {
      const kept = this.#weights.get(key)!;
      if (--kept.plans > 0) continue;
      this.arena.release(kept.address, kept.bytes);
      this.#weights.delete(key);
    }
  }

  /** Computes the outputs from the inputs, all of them in memory. */
  play(loaded: Loaded): void {
    const stopped = this.#kernels.play(loaded.records, loaded.end);
    if (stopped !== loaded.end) throw this.#refusal(loaded, stopped);
  }

  close(): void {
    this.#kernels = {} as FullKernels; // these hold the memory too
    this.arena.close();
  }

  #weightsAt(slot: Slot): number {
    const key = keyOf(slot);
    let kept = this.#weights.get(key);
    if (!kept) {
      const { bytes } = slot;
      const address = this.arena.allocate(bytes);
      const end = (address + bytes) >> 2;
      slot.write!(
        this.arena.f32.subarray(address >> 2, end),
        this.arena.i32.subarray(address >> 2, end),
        this.#kernels.group,
      );
      this.#weights.set(key, (kept = { address, bytes, plans: 0 }));
    }
    kept.plans++;
    return kept.address;
  }

  /** What stopped a run: the record at `address`. */
  #refusal({ nodes }: Loaded, address: number): RangeError {
    const [node] = nodes.find(([, end]) => end > address) ?? ["graph"];
    return new RangeError(`${node}: expected indices and whole numbers in range, got one that is not`);
  }
}

const keyOf = ({ source, layout }: Slot): string => `${identityOf(source)} ${layout}`;

/** Computes nodes whose inputs are all known, one at a time. */
export class Evaluator {
  readonly #player: Player;

  constructor(player = new Player()) {
    this.#player = player;
  }

  readonly evaluate = ({ op, call, outputs }: BoundNode): Constant[] => {
    const { arena } = this.#player;
    const plan = planGraph({
      inputs: [],
      outputs: outputs.map((value) => ({ name: value.name, value })),
      nodes: [{ op, call, outputs }],
    });
    const loaded = refused("unsupported", `${call.name}: `, () => this.#player.load(plan));
    try {
      refused("graph", "", () => this.#player.play(loaded));
      return outputs.map(({ type }, i) => {
        const from = loaded.outputs[i] >> 2;
        const to = from + countOf(type.shape);
        return { ...type, data: isFloat(type.dtype) ? arena.f32.slice(from, to) : arena.i32.slice(from, to) };
      });
    } finally {
      this.#player.unload(loaded);
    }
  };

  close(): void {
    this.#player.close();
  }
}

/** What no memory can be had for, or an index out of range, is here the file's fault. */
function refused<T>(code: FormatCode, label: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw error instanceof RangeError ? new FormatError(code, label + error.message) : error;
  }
}
