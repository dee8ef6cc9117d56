import type { Attribute } from "../graph/graph.ts";
import type { GraphWriter } from "../graph/writer.ts";

/** An element-wise function as an attribute: `function`, `alpha` and `beta` as the op unary has them. */
export type Activation = { readonly function: string; readonly alpha?: number; readonly beta?: number };

export interface Convolution {
  /** [out, kernel, in / groups]; the last of the kernel's rows is the newest. */
  readonly weight: Float32Array;
  /** [out] */
  readonly bias: Float32Array | undefined;
  readonly in: number;
  readonly out: number;
  readonly kernel: number;
  readonly dilation?: number;
  readonly groups?: number;
}

const float = (g: GraphWriter, data: Float32Array | undefined, shape: readonly number[]): string =>
  data ? g.constant(data, "float32", shape) : "";

/** A convolution over time of rows [batch, time, in]; before the first row are zeros. */
export function causal(g: GraphWriter, x: string, c: Convolution, name: string, activation?: Activation): string {
  const { kernel, dilation = 1, groups = 1 } = c;
  const fused = activation && { activation: activation as unknown as Attribute };
  const bias = float(g, c.bias, [c.out]);
  if (kernel === 1 && groups === 1) {
    return g.node("linear", [x, float(g, c.weight, [c.out, c.in]), bias], { ...fused }, name);
  }
  const weight = float(g, c.weight, [c.out, kernel, c.in / groups]);
  const padding = { pads_before: [(kernel - 1) * dilation], pads_after: [0] };
  return g.node("conv", [x, weight, bias], { strides: [1], dilations: [dilation], ...padding, groups, ...fused }, name);
}

export function unary(g: GraphWriter, x: string, { ...activation }: Activation, name: string): string {
  return g.node("unary", [x], activation, name);
}

export function binary(g: GraphWriter, f: string, a: string, b: string, name: string): string {
  return g.node("binary", [a, b], { function: f }, name);
}

/** Channels `from` to `to` of [batch, time, channels]. */
export function channels(g: GraphWriter, x: string, from: number, to: number, name: string): string {
  return g.node("slice", [x], { axes: [2], starts: [from], ends: [to] }, name);
}

export interface Cell {
  readonly op: "rnn" | "gru" | "lstm";
  readonly in: number;
  readonly size: number;
  /** [gates * size, in], in PyTorch's order of gates. */
  readonly ih: Float32Array;
  /** [gates * size, size] */
  readonly hh: Float32Array;
  /** [gates * size] each. */
  readonly biasIh: Float32Array | undefined;
  readonly biasHh?: Float32Array | undefined;
  /** Initial states, [size] each. */
  readonly h0?: Float32Array;
  readonly c0?: Float32Array;
  readonly attributes?: { readonly [name: string]: Attribute };
}

const GATES = { rnn: 1, gru: 3, lstm: 4 };

/** A forward cell over rows [batch, time, in]. */
export function cell(g: GraphWriter, x: string, c: Cell, name: string): string {
  const rows = GATES[c.op] * c.size;
  const time = g.node("transpose", [x], { permutation: [1, 0, 2] }, name);
  const inputs = [
    time,
    float(g, c.ih, [1, rows, c.in]),
    float(g, c.hh, [1, rows, c.size]),
    float(g, c.biasIh, [1, rows]),
    float(g, c.biasHh, [1, rows]),
    "",
    float(g, c.h0, [1, 1, c.size]),
  ];
  if (c.op === "lstm") inputs.push(float(g, c.c0, [1, 1, c.size]));
  while (inputs.at(-1) === "") inputs.pop();
  const y = g.nodes(c.op, inputs, { direction: "forward", ...c.attributes }, name, c.op === "lstm" ? 3 : 2)[0];
  return g.node("transpose", [y], { permutation: [1, 0, 2] }, name);
}

/** A matrix [rows, columns] the other way about. */
export function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(data.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = data[r * columns + c];
  return out;
}

/** The first two gates of three change places: z r n becomes PyTorch's r z n. `data` is [3 * size, columns]. */
export function resetFirst(data: Float32Array, size: number, columns = 1): Float32Array {
  const gate = size * columns;
  const out = data.slice();
  out.set(data.subarray(gate, 2 * gate), 0);
  out.set(data.subarray(0, gate), gate);
  return out;
}
