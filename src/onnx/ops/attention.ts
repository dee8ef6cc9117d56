import type { Value } from "../../graph/value.ts";
import { range, type Context, type Operator, type Operators } from "../context.ts";

/** [batch, time, heads * size] to [batch, heads, time, size]; four axes stay. */
export function heads(c: Context, x: Value, count: number): Value {
  const [batch, time, width] = x.type.shape;
  if (x.type.shape.length === 4) return x;
  if (x.type.shape.length !== 3 || !(count >= 1) || width % count !== 0) {
    throw c.error(`expected [batch, time, ${count} heads], got [${x.type.shape}]`);
  }
  return c.transpose(c.reshape(x, [batch, time, count, width / count]), [0, 2, 1, 3]);
}

/** [batch, heads, time, size] to [batch, time, heads * size]. */
export function joined(c: Context, x: Value): Value {
  const [batch, count, time, size] = x.type.shape;
  return c.reshape(c.transpose(x, [0, 2, 1, 3]), [batch, time, count * size]);
}

/** Each head of keys and values as often as it has queries. */
export function repeated(c: Context, x: Value, queries: number): Value {
  const count = x.type.shape[1];
  if (queries % count !== 0) throw c.error(`expected ${count} heads of keys that divide ${queries} of queries`);
  return queries === count
    ? x
    : c.gather(
        x,
        range(0, queries).map((i) => Math.floor(i / (queries / count))),
        1,
      );
}

/** The sum of the masks: what is added to the products, -infinity where a key is not to be seen. */
function bias(c: Context, queries: number, keys: number, past: number): Value | undefined {
  const masks: Value[] = [];
  const minus = c.constant([-Infinity], "float32", []);
  const zero = c.constant([0], "float32", []);
  const seen = (allowed: Value): void => void masks.push(c.where(allowed, zero, minus));
  const lengths = c.optional(6);
  const mask = c.optional(3);
  if (mask) {
    const { shape, dtype } = mask.type;
    const short = keys - shape.at(-1)!;
    const none = range(0, shape.length).map(() => 0);
    const bool = dtype === "bool";
    const full =
      short > 0
        ? c.emit("pad", [mask], { before: none, after: none.with(-1, short), value: bool ? 0 : -Infinity })
        : mask;
    if (bool) seen(full);
    else masks.push(full);
  }
  // Place of a key less that of a query [queries, keys], or [batch, 1, queries, keys] where lengths say where queries
  // stand.
  const distance = c.constant(
    range(0, queries * keys).map((i) => (i % keys) - Math.floor(i / keys) - (lengths ? 0 : past)),
    "int64",
    [queries, keys],
  );
  const lead = lengths && c.reshape(lengths, [-1, 1, 1, 1]);
  const relative = lead ? c.sub(distance, c.sub(c.cast(lead, "int64"), c.scalar(queries, distance))) : distance;
  const windows = [
    ["less_equal", c.int("right_window_size", -1)],
    ["greater_equal", c.int("left_window_size", -1)],
  ] as const;
  if (c.flag("is_causal")) seen(c.binary("less_equal", relative, c.scalar(0, relative)));
  windows.forEach(([compare, size], i) => {
    if (size >= 0) seen(c.binary(compare, relative, c.scalar(i === 0 ? size : -size, relative)));
    else if (size !== -1)
      throw c.error(`attribute ${i === 0 ? "right" : "left"}_window_size: expected -1 or more, got ${size}`);
  });
  if (lead) seen(c.binary("less", c.constant(range(0, keys), lead.type.dtype), lead));
  return masks.length > 0 ? masks.reduce((a, b) => c.add(a, b)) : undefined;
}

/** softmax(softcap(scale q kᵀ) + masks) v; a query that sees no key gives zeros. */
const attention: Operator = (c) => {
  c.ignore("softmax_precision"); // float32 throughout
  const flat = c.input(0).type.shape.length === 3;
  const [countQ, countK] = [c.int("q_num_heads", 0), c.int("kv_num_heads", 0)];
  const q = heads(c, c.input(0), countQ);
  const past = [c.optional(4), c.optional(5)];
  const [k, v] = [1, 2].map((i) => {
    const now = heads(c, c.input(i), countK);
    const before = past[i - 1];
    return before ? c.concat([before, now], 2) : now;
  });
  const [, queries, length, size] = q.type.shape;
  const scale = c.float("scale", 1 / Math.sqrt(size));
  const masks = bias(c, length, k.type.shape[2], past[0]?.type.shape[2] ?? 0);
  const raw = c.unary("affine", c.emit("matmul", [q, c.transpose(repeated(c, k, queries), [0, 1, 3, 2])]), scale, 0);
  const cap = c.float("softcap", 0);
  const capped = cap > 0 ? c.unary("scaled_tanh", raw, cap, 1 / cap) : raw;
  const biased = masks ? c.add(capped, masks) : capped;
  const soft = c.emit("softmax", [biased], { axis: -1 });
  const weights = masks ? guarded(c, soft, masks) : soft;
  const y = c.emit("matmul", [weights, repeated(c, v, queries)]);
  const mode = c.int("qk_matmul_output_mode", 0);
  const shown = [raw, capped, biased, weights][mode];
  if (!shown) throw c.error(`attribute qk_matmul_output_mode: expected 0 to 3, got ${mode}`);
  return [flat ? joined(c, y) : y, k, v, shown];
};

function guarded(c: Context, soft: Value, masks: Value): Value {
  const most = c.reduce("max", masks, [-1]);
  return c.where(c.binary("equal", most, c.scalar(-Infinity, most)), c.scalar(0, soft), soft);
}

/** Pairs of numbers of each head turned by an angle that its place gives. */
const rotary: Operator = (c) => {
  const given = c.input(0);
  const flat = given.type.shape.length === 3;
  const x = heads(c, given, c.int("num_heads", 0));
  const [batch, , time, size] = x.type.shape;
  const turned = c.int("rotary_embedding_dim", 0) || size;
  if (turned % 2 !== 0 || turned > size) {
    throw c.error(`attribute rotary_embedding_dim: expected an even number of at most ${size}, got ${turned}`);
  }
  const half = turned / 2;
  const places = c.optional(3);
  const [cos, sin] = [1, 2].map((i) => {
    const cache = places ? c.emit("gather", [c.input(i), places], { axis: 0 }) : c.input(i);
    if (cache.type.shape.at(-1) !== half) {
      throw c.error(`input ${i}: expected ${half} numbers a place, got [${cache.type.shape}]`);
    }
    return c.reshape(cache, [cache.type.shape.length === 3 ? cache.type.shape[0] : 1, 1, time, half]);
  });
  const interleaved = c.flag("interleaved");
  const part = (from: number): Value =>
    interleaved ? c.slice(x, 3, from, turned, 2) : c.slice(x, 3, from * half, (from + 1) * half);
  const [a, b] = [part(0), part(1)];
  const real = c.sub(c.mul(cos, a), c.mul(sin, b));
  const imaginary = c.add(c.mul(sin, a), c.mul(cos, b));
  const pairs = [real, imaginary].map((v) => (interleaved ? c.reshape(v, [...v.type.shape, 1]) : v));
  const rotated = c.reshape(c.concat(pairs, interleaved ? 4 : 3), [batch, x.type.shape[1], time, turned]);
  const y = turned < size ? c.concat([rotated, c.slice(x, 3, turned, size)], 3) : rotated;
  return flat ? joined(c, y) : y;
};

export const attentions: Operators = { Attention: attention, RotaryEmbedding: rotary };
