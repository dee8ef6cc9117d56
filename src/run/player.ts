import { recordBytes, writeRecord } from "../abi/records.ts";
import { FormatError, type FormatCode } from "../check.ts";
import type { Constant } from "../graph/graph.ts";
import { Arena } from "../memory/arena.ts";
import { countOf, isFloat } from "../ops/op.ts";
import type { At, Slot } from "../abi/lowering.ts";
import { planGraph, type BoundNode, type Plan } from "../plan/plan.ts";
import { loadFull, type FullKernels } from "../wasm/full.ts";

/** A plan in memory, ready to be played. */
export interface Loaded {
  readonly plan: Plan;
  /** Addresses: of the values, and of the records from the first to behind the last. */
  readonly values: number;
  readonly records: number;
  readonly end: number;
  /** Addresses of the graph's inputs and outputs. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** Owns one memory and the module on it: loads plans, shares their weights, plays them. */
export class Player {
  readonly arena: Arena;
  readonly build: string;
  #kernels: FullKernels;
  /** Weights by their numbers and layout, and how many plans use them. */
  readonly #weights = new Map<object, Map<string, { readonly address: number; plans: number }>>();

  constructor(deterministic = false, module?: object) {
    this.arena = new Arena(0);
    const { build, kernels } = loadFull(this.arena.memory!, deterministic, module);
    this.build = build;
    this.#kernels = kernels;
  }

  /** Writes a plan's weights, those that no plan before has written, and its records. */
  load(plan: Plan): Loaded {
    const { arena } = this;
    const weights = new Map<Slot, number>();
    for (const slot of plan.weights) weights.set(slot, this.#weightsAt(slot));
    const values = arena.allocate(plan.bytes);
    const records = arena.allocate(plan.recordBytes);
    const addressOf = ({ slot, offset }: At) =>
      (slot.space === "weights" ? weights.get(slot)! : values + slot.offset) + offset;
    let at = records >> 2;
    for (const record of plan.records) at = writeRecord(arena.i32, at, record, addressOf);
    return {
      plan,
      values,
      records,
      end: records + plan.recordBytes,
      inputs: plan.inputs.map(addressOf),
      outputs: plan.outputs.map(addressOf),
    };
  }

  /** Lets a plan go, and the weights that no other plan uses. */
  unload({ plan, values, records }: Loaded): void {
    this.arena.release(values, plan.bytes);
    this.arena.release(records, plan.recordBytes);
    for (const { source, layout, bytes } of plan.weights) {
      const layouts = this.#weights.get(source!)!;
      const kept = layouts.get(layout!)!;
      if (--kept.plans > 0) continue;
      this.arena.release(kept.address, bytes);
      layouts.delete(layout!);
      if (layouts.size === 0) this.#weights.delete(source!);
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
    let layouts = this.#weights.get(slot.source!);
    if (!layouts) this.#weights.set(slot.source!, (layouts = new Map<string, { address: number; plans: number }>()));
    let kept = layouts.get(slot.layout!);
    if (!kept) {
      const address = this.arena.allocate(slot.bytes);
      const end = (address + slot.bytes) >> 2;
      slot.write!(
        this.arena.f32.subarray(address >> 2, end),
        this.arena.i32.subarray(address >> 2, end),
        this.#kernels.group,
      );
      layouts.set(slot.layout!, (kept = { address, plans: 0 }));
    }
    kept.plans++;
    return kept.address;
  }

  /** What stopped a run: the record at `address`. */
  #refusal({ plan, records }: Loaded, address: number): RangeError {
    let at = records;
    const record = plan.records.find((r) => (at += recordBytes(r)) > address);
    return new RangeError(
      `${record?.node ?? "graph"}: expected indices and whole numbers in range, got one that is not`,
    );
  }
}

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
