// Which number is the greatest, and the k greatest in order. NaN is greater than every number.
import { ArgumentRecord, TopKRecord, Word } from "../abi";
import { next } from "../graph/walk";

/** The number at `at` stands before the number at `by`. */
function before(at: usize, by: usize, word: i32, least: i32): bool {
  if (least) {
    const t = at;
    at = by;
    by = t;
  }
  if (word == Word.INT) return load<i32>(at) > load<i32>(by);
  const u = load<f32>(at),
    v = load<f32>(by);
  return u > v || (u != u && v == v);
}

/** The first of equals, or the last; NaN before all else. */
export function argument(r: ArgumentRecord): void {
  do {
    let best = r.a,
      place = 0;
    for (let i = 1, at = r.a + r.step; i < r.length; ++i, at += r.step) {
      if (r.word == Word.FLOAT && r.least && is(best) != is(at)) {
        if (is(best)) continue;
      } else if (r.last ? before(best, at, r.word, r.least) : !before(at, best, r.word, r.least)) continue;
      best = at;
      place = i;
    }
    store<i32>(r.y, place);
  } while (next(r));
}


@inline function is(nan: usize): bool {
  const v = load<f32>(nan);
  return v != v;
}

/** Equals in the order in which they stand: a heap of k places whose root is the last of them. */
export function topK(r: TopKRecord): void {
  const heap = r.heap;
  do {
    for (let i = 0; i < r.k; ++i) store<i32>(heap + ((<usize>i) << 2), i);
    for (let i = (r.k >> 1) - 1; i >= 0; --i) sink(r, i, r.k);
    for (let i = r.k; i < r.length; ++i) {
      if (!ahead(r, i, load<i32>(heap))) continue;
      store<i32>(heap, i);
      sink(r, 0, r.k);
    }
    for (let n = r.k - 1; n >= 0; --n) {
      const place = load<i32>(heap),
        last = heap + ((<usize>n) << 2),
        to = <usize>n * r.step;
      store<i32>(r.y + to, load<i32>(r.a + <usize>place * r.step));
      store<i32>(r.b + to, place);
      store<i32>(heap, load<i32>(last));
      sink(r, 0, n);
    }
  } while (next(r));
}

/** Place i comes before place j. */
function ahead(r: TopKRecord, i: i32, j: i32): bool {
  const u = r.a + <usize>i * r.step,
    v = r.a + <usize>j * r.step;
  return before(u, v, r.word, r.least) || (i < j && !before(v, u, r.word, r.least));
}

/** Moves entry i of `count` down to where none below it comes later. */
function sink(r: TopKRecord, i: i32, count: i32): void {
  for (;;) {
    let below = 2 * i + 1;
    if (below >= count) return;
    if (below + 1 < count && ahead(r, entry(r, below), entry(r, below + 1))) ++below;
    if (!ahead(r, entry(r, i), entry(r, below))) return;
    const place = entry(r, i);
    store<i32>(r.heap + ((<usize>i) << 2), entry(r, below));
    store<i32>(r.heap + ((<usize>below) << 2), place);
    i = below;
  }
}


@inline function entry(r: TopKRecord, i: i32): i32 {
  return load<i32>(r.heap + ((<usize>i) << 2));
}
