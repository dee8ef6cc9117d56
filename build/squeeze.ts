// Bytes as the text that assembly/unpack.ts reads: the cheapest way through a window at the odds that the reader then
// has, taken three quarters far; then from there on. The builds of a module in one text cost little more than one of
// them: full and fullRelaxed 15.4 KB gzipped, as hex in turns 22.1.
import {
  AGAIN,
  BELOW,
  COPY,
  COUNT,
  DISTANCE,
  EVEN,
  FULL,
  KEPT,
  LENGTH,
  LITERAL,
  MODELS,
  NUMBER,
  ODDS,
  PACE,
  SLOTS,
} from "../assembly/odds.ts";

const WINDOW = 2048;
/** Copies are tried at each length up to here, and at their longest. */
const SHORT = 40;

/** What a bit is given to: the coder, or the sum of what it would cost. */
type Sink = (model: number, bit: number) => void;

interface Step {
  cost: number;
  from: number;
  /** 0 a literal, 1 a copy, 2 one from the distance before. */
  kind: number;
  state: number;
  distance: number;
}

export function squeeze(data: Uint8Array): string {
  const odds = new Uint16Array(MODELS).fill(EVEN);
  const digits: number[] = [];
  let [low, range] = [0, FULL];

  const shift = () => {
    if (low >= 2 ** 30) {
      low -= 2 ** 30;
      for (let i = digits.length - 1; ++digits[i] === 64; i--) digits[i] = 0;
    }
    digits.push(Math.floor(low / KEPT));
    low = (low % KEPT) * 64;
    range *= 64;
  };
  const put: Sink = (model, bit) => {
    const bound = (range >>> ODDS) * odds[model];
    if (bit) {
      low += bound;
      range -= bound;
      odds[model] -= odds[model] >> PACE;
    } else {
      range = bound;
      odds[model] += ((1 << ODDS) - odds[model]) >> PACE;
    }
    while (range < KEPT) shift();
  };
  let sum = 0;
  const ask: Sink = (model, bit) => {
    sum += BITS[bit ? (1 << ODDS) - odds[model] : odds[model]];
  };

  const number = (sink: Sink, model: number, value: number) => {
    const below = Math.max(0, 30 - Math.clz32(value));
    const slot = 2 * below + (value >> below);
    for (let bits = SLOTS, node = 1; (bits >>= 1) > 0;) {
      const bit = slot & bits ? 1 : 0;
      sink(model + node, bit);
      node = 2 * node + bit;
    }
    for (let i = below - 1; i >= 0; i--) sink(model + SLOTS + slot * BELOW + i, (value >> i) & 1);
  };
  const copyFlag = (sink: Sink, at: number, state: number, bit: number) =>
    sink(COPY + (state << 8) + (data[at - 1] | 0), bit);
  const literal = (sink: Sink, at: number, { state, distance }: Step) => {
    copyFlag(sink, at, state, 0);
    const model = LITERAL + 768 * (data[at - 1] >> 5);
    let [node, parted] = [1, state % 3 === 0];
    for (let i = 7; i >= 0; i--) {
      const [bit, other] = [(data[at] >> i) & 1, (data[at - distance] >> i) & 1];
      sink(model + (parted ? 0 : 256 + 256 * other) + node, bit);
      parted ||= bit !== other;
      node = 2 * node + bit;
    }
  };
  const copy = (sink: Sink, at: number, { state }: Step, length: number, distance: number, again: number) => {
    copyFlag(sink, at, state, 1);
    sink(AGAIN + state, again);
    if (again) return number(sink, COUNT, length - 1);
    number(sink, LENGTH, length - 2);
    number(sink, DISTANCE + NUMBER * Math.min(length - 2, 3), distance - 1);
  };
  const token = (sink: Sink, at: number, before: Step, kind: number, length: number, distance: number) =>
    kind === 0 ? literal(sink, at, before) : copy(sink, at, before, length, distance, kind - 1);

  const copiesAt = finder(data);
  let here: Step = { cost: 0, from: 0, kind: 0, state: 0, distance: 1 };
  for (let at = 0; at < data.length;) {
    const size = Math.min(WINDOW, data.length - at);
    const steps: Step[] = [{ ...here, cost: 0 }];
    for (let i = 0; i < size; i++) {
      const before = steps[i];
      const reach = (kind: number, length: number, distance: number) => {
        sum = before.cost;
        token(ask, at + i, before, kind, length, distance);
        if (sum >= (steps[i + length]?.cost ?? Infinity)) return;
        steps[i + length] = { cost: sum, from: i, kind, state: (before.state * 3 + kind) % 9, distance };
      };
      reach(0, 1, before.distance);
      const tries = (kind: number, shortest: number, longest: number, distance: number) => {
        const end = Math.min(longest, size - i);
        for (let length = shortest; length <= end; length = length < SHORT || length >= end ? length + 1 : end)
          reach(kind, length, distance);
      };
      tries(2, 1, same(data, at + i, before.distance), before.distance);
      let shortest = 2;
      for (const { length, distance } of copiesAt(at + i)) {
        tries(1, shortest, length, distance);
        shortest = length + 1;
      }
    }
    const path: number[] = [];
    for (let i = size; i > 0; i = steps[i].from) path.unshift(i);
    const taken = at + size < data.length ? Math.ceil(path.length * 0.75) : path.length;
    for (const i of path.slice(0, taken)) {
      const { from, kind, distance } = steps[i];
      token(put, at + from, here, kind, i - from, distance);
      here = steps[i];
    }
    at += path[taken - 1];
  }
  for (let i = 0; i < 5; i++) shift();
  return digits.map((digit) => String.fromCharCode(digit + (digit < 52 ? 40 : 41))).join("");
}

/** What a bit costs at its odds. */
const BITS = Float64Array.from({ length: (1 << ODDS) + 1 }, (_, i) => ODDS - Math.log2(i));

/** How many bytes at `at` are those `distance` before, as far as a window goes. */
function same(data: Uint8Array, at: number, distance: number): number {
  let length = 0;
  const most = Math.min(WINDOW, data.length - at);
  while (length < most && data[at + length] === data[at + length - distance]) length++;
  return length;
}

/** The nearest copies of each length, the shortest first, by chains of the places of two bytes. */
function finder(data: Uint8Array): (at: number) => { length: number; distance: number }[] {
  const last = new Map<number, number>();
  const before = Array.from(data, (byte, i) => {
    const pair = byte * 256 + data[i + 1];
    const place = last.get(pair) ?? -1;
    last.set(pair, i);
    return place;
  });
  return (at) => {
    const copies: { length: number; distance: number }[] = [];
    let longest = 1;
    for (let place = before[at]; place >= 0 && longest < WINDOW; place = before[place]) {
      if (data[place + longest] !== data[at + longest]) continue;
      const length = same(data, at, at - place);
      if (length > longest) copies.push({ length: (longest = length), distance: at - place });
    }
    return copies;
  };
}
