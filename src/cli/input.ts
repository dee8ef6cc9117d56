import { FormatError, toFloat32, toIntegers, type Model, type RunOptions, type State, type Tensor } from "../index.ts";

/** Sequences from a file, ready for `Model.run`. */
export interface Input {
  readonly x: Float32Array | Float64Array;
  readonly steps: number;
  /** Absent where x has no batch dimension. */
  readonly batch: number | undefined;
  readonly options: RunOptions;
}

const FLOATS = ["F32", "F64", "F16", "BF16"];
const INTEGERS = ["I64", "I32", "I16", "I8", "U64", "U32", "U16", "U8"];

/**
 * Reads the tensors of an input file:
 *   x        [T, in] or [B, T, in] floats, or [T] or [B, T] ids
 *   h0, c0   [cells, (B,) size] floats, zero where absent
 *   lengths  [B] whole numbers
 * Where a net has several recurrent layers, h0 and c0 carry the layer's prefix.
 */
export function readInput(model: Model, tensors: readonly Tensor[]): Input {
  const left = new Map(tensors.map((t) => [t.name, t]));
  const take = (name: string) => {
    const t = left.get(name);
    left.delete(name);
    return t;
  };
  const { x, steps, batch } = readItems(model, take("x"));
  const state = readState(model, take, batch);
  const lengths = readLengths(take("lengths"), batch);
  if (left.size > 0)
    throw new FormatError("tensor", `${[...left.keys()].join(", ")}: expected only ${known(model).join(", ")}`);
  return { x, steps, batch, options: { batch, state, lengths } };
}

/** The prefix of a recurrent layer's states: none where it is the only one. */
export function prefixOf(model: Model, weights: string): string {
  return model.states.length > 1 ? weights : "";
}

function known(model: Model): string[] {
  const states = model.states.flatMap(({ weights, c }) => [
    `${prefixOf(model, weights)}h0`,
    ...(c > 0 ? [`${prefixOf(model, weights)}c0`] : []),
  ]);
  return ["x", ...states, "lengths"];
}

function readItems(model: Model, t: Tensor | undefined): { x: Input["x"]; steps: number; batch: number | undefined } {
  const ids = (model.description.input ?? "features") !== "features";
  const features = ids ? [] : [model.inputSize];
  const wanted = ids ? "[T] or [B, T]" : `[T, ${model.inputSize}] or [B, T, ${model.inputSize}]`;
  if (!t) throw new FormatError("tensor", `x: expected a tensor ${wanted}, got none`);
  checkDtype(t, ids ? INTEGERS : FLOATS);
  const leading = t.shape.slice(0, t.shape.length - features.length);
  const fits = features.every((n) => t.shape[t.shape.length - 1] === n);
  if (!fits || leading.length < 1 || leading.length > 2)
    throw new FormatError("shape", `x: expected ${wanted}, got [${t.shape.join(", ")}]`);
  if (leading.includes(0))
    throw new FormatError("shape", `x: expected ${wanted} with at least one timestep, got [${t.shape.join(", ")}]`);
  return {
    x: ids ? toIntegers(t) : toFloat32(t),
    steps: leading[leading.length - 1],
    batch: leading.length === 2 ? leading[0] : undefined,
  };
}

function readState(
  model: Model,
  take: (name: string) => Tensor | undefined,
  batch: number | undefined,
): State | undefined {
  const h: Float32Array[] = [];
  const c: Float32Array[] = [];
  let given = false;
  const read = (name: string, cells: number, size: number) => {
    const t = take(name);
    const shape = batch === undefined ? [cells, size] : [cells, batch, size];
    if (!t) return new Float32Array(cells * (batch ?? 1) * size);
    given = true;
    checkDtype(t, FLOATS);
    checkShape(t, shape);
    return toFloat32(t);
  };
  for (const s of model.states) {
    const prefix = prefixOf(model, s.weights);
    h.push(read(`${prefix}h0`, s.cells, s.h));
    if (s.c > 0) c.push(read(`${prefix}c0`, s.cells, s.c));
  }
  if (!given) return undefined;
  return c.length > 0 ? { h: concatenate(h), c: concatenate(c) } : { h: concatenate(h) };
}

function readLengths(t: Tensor | undefined, batch: number | undefined): Float64Array | undefined {
  if (!t) return undefined;
  if (batch === undefined)
    throw new FormatError("tensor", "lengths: expected none for an x without a batch dimension, got a tensor");
  checkDtype(t, INTEGERS);
  checkShape(t, [batch]);
  return toIntegers(t);
}

function checkDtype(t: Tensor, dtypes: readonly string[]): void {
  if (!dtypes.includes(t.dtype))
    throw new FormatError("dtype", `${t.name}: expected a dtype of ${dtypes.join(", ")}, got ${t.dtype}`);
}

function checkShape(t: Tensor, shape: readonly number[]): void {
  if (t.shape.join() !== shape.join())
    throw new FormatError("shape", `${t.name}: expected [${shape.join(", ")}], got [${t.shape.join(", ")}]`);
}

/** Arrays one after the other. */
export function concatenate(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0];
  const all = new Float32Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
