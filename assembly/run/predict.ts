// A net on its own outputs: what comes next is computed from the state, then
// the net takes one timestep with it.
import { copy } from "../lanes";
import { Layer } from "../abi";
import { forward } from "../net";
import { sample } from "../ops/sample";

/**
 * The first `body` of `layers` records take a timestep; the others, from `last` on,
 * compute what comes next out of the state.
 * out [to, width] f32 gets the rows from `from` on; or where `width` is 0, out [to] i32
 * gets ids, drawn as in ops/sample.ts from `outputs` logits with the numbers of `seed`.
 * `stops`: [length, ids...] i32 each, then 0; ends after the first item that completes one of these.
 * Returns the end of what is written, or -1 - its index where the logits have no softmax.
 */
export function predict(
  out: usize,
  from: i32,
  to: i32,
  width: i32,
  net: usize,
  body: i32,
  layers: i32,
  state: usize,
  a: usize,
  b: usize,
  scratch: usize,
  outputs: i32,
  scale: f32,
  topK: i32,
  topP: f64,
  seed: u32,
  stops: usize,
): i32 {
  const head = net + <usize>body * offsetof<Layer>();
  while (from < to) {
    const y = forward(head, layers - body, state, a, b, scratch, 1, 1, 0, 1);
    if (width) {
      copy(out + ((<usize>(from * width)) << 2), y, width);
      if (y != a) copy(a, y, width);
    } else {
      seed += 0x6d2b79f5;
      const id = sample(y, outputs, scale, topK, topP, mulberry(seed));
      if (id < 0) return -1 - from;
      store<i32>(out + ((<usize>from) << 2), id);
      store<i32>(a, id);
    }
    forward(net, body, state, a, b, scratch, 1, 1, 0, 1);
    ++from;
    if (!width && ends(out, from, stops)) break;
  }
  return from;
}

/** mulberry32's output for a state; the next state is 0x6d2b79f5 more. */
@inline function mulberry(state: u32): u32 {
  let t = (state ^ (state >> 15)) * (state | 1);
  t ^= t + (t ^ (t >> 7)) * (t | 61);
  return t ^ (t >> 14);
}

/** Whether the ids up to `end` end in one of `stops`. */
function ends(out: usize, end: i32, stops: usize): bool {
  for (let length = load<i32>(stops); length; length = load<i32>(stops)) {
    let same = length <= end;
    for (let i = 0; same && i < length; ++i) {
      same = load<i32>(out + ((<usize>(end - length + i)) << 2)) == load<i32>(stops + ((<usize>i) << 2), 4);
    }
    if (same) return true;
    stops += (<usize>(length + 1)) << 2;
  }
  return false;
}
