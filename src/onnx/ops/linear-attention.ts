import type { Value } from "../../graph/value.ts";
import { countOf, range, type Operator, type Operators } from "../context.ts";
import { heads, joined, repeated } from "./attention.ts";

/** Steps of a linear attention that are written out. */
const MOST_STEPS = 1000;

/** S = exp(g) S + k (beta (v - Sᵀ k))ᵀ, o = scale Sᵀ q, a step at a time. */
const linearAttention: Operator = (c) => {
  c.ignore("chunk_size");
  const rule = c.string("update_rule", "gated_delta", ["linear", "gated", "delta", "gated_delta"]);
  const [countQ, countK] = [c.int("q_num_heads"), c.int("kv_num_heads")];
  const [q, k, v] = [countQ, countK, countK].map((count, i) => heads(c, c.input(i), count));
  const [batch, , time, size] = q.type.shape;
  if (time > MOST_STEPS) throw c.error(`expected at most ${MOST_STEPS} steps, got ${time}`);
  const gated = rule.startsWith("gated");
  const delta = rule.endsWith("delta");
  const scale = c.float("scale", 0) || 1 / Math.sqrt(size);
  const decay = c.optional(4);
  const beta = c.optional(5);
  if (gated !== (decay !== undefined) || delta !== (beta !== undefined)) {
    throw c.error(`attribute update_rule: ${rule} takes ${gated ? "a" : "no"} decay and ${delta ? "a" : "no"} beta`);
  }
  const gates = decay && c.unary("exp", heads(c, decay, countK));
  const rates = beta && heads(c, beta, beta.type.shape[2]);
  const at = (x: Value, t: number, shape: readonly number[]): Value =>
    c.reshape(c.slice(x, 2, t, t + 1), [x.type.shape[0], x.type.shape[1], ...shape]);
  const width = v.type.shape[3];
  let state =
    c.optional(3) ??
    c.constant(
      range(0, batch * countK * size * width).map(() => 0),
      "float32",
      [batch, countK, size, width],
    );
  const outputs = range(0, time).map((t) => {
    const key = at(k, t, [size, 1]);
    if (gates) state = c.mul(state, at(gates, t, [gates.type.shape[3], 1]));
    const row = at(v, t, [1, width]);
    const written = rates
      ? c.mul(at(rates, t, [1, 1]), c.sub(row, c.emit("matmul", [c.transpose(key, [0, 1, 3, 2]), state])))
      : row;
    state = c.add(state, c.mul(key, written));
    return c.emit("matmul", [at(q, t, [1, size]), repeated(c, state, countQ)]);
  });
  return [joined(c, c.unary("affine", c.concat(outputs, 2), scale, 0)), state];
};

/** A depthwise convolution over the last k - 1 places and x; those places are handed on. */
const causalConv: Operator = (c) => {
  const x = c.input(0);
  const [batch, channels, length] = x.type.shape;
  const taps = c.input(1).type.shape.at(-1)!;
  for (const i of [1, 2]) if (c.optional(i)) c.known(c.input(i), "weight");
  const shape = [batch, channels, taps - 1];
  const past =
    c.optional(3) ??
    (taps > 1
      ? c.constant(
          range(0, countOf(shape)).map(() => 0),
          "float32",
          shape,
        )
      : undefined);
  const all = past && taps > 1 ? c.concat([past, x], 2) : x;
  const weight = c.transpose(c.input(1), [0, 2, 1]);
  const y = c.transpose(
    c.emit("conv", [c.transpose(all, [0, 2, 1]), weight, c.optional(2)], { groups: channels }),
    [0, 2, 1],
  );
  const activation = c.string("activation", "none", ["none", "silu", "swish"]);
  return [
    activation === "none" ? y : c.unary("silu", y),
    taps > 1 ? c.slice(all, 2, length, length + taps - 1) : c.constant([], x.type.dtype, shape),
  ];
};

export const linearAttentions: Operators = { CausalConvWithState: causalConv, LinearAttention: linearAttention };
