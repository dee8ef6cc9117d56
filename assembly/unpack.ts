// LZ77 whose bits an adaptive range coder codes, as in LZMA (https://www.7-zip.org/sdk.html), on digits of 6 bits:
// text that gzip cannot shorten, so a module costs its transfer what it costs here. build/squeeze.ts writes it.
//
//   token  = literal | copy from a new distance | copy from the distance before
//   number = slot: its two leading bits and their place; the bits below
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
} from "./odds";

/** Bytes of the odds. */
export const ROOM: i32 = 2 * MODELS;

let table: usize = 0;
let read: usize = 0;
let code: i32 = 0;
let range: i32 = 0;

function shift(): void {
  code = (code << 6) + load<i32>(read);
  read += 4;
}

function bit(model: i32): i32 {
  const at = table + ((<usize>model) << 1);
  const odds = <i32>load<u16>(at);
  const bound = (range >>> ODDS) * odds;
  const one = i32(code >= bound);
  if (one) {
    code -= bound;
    range -= bound;
    store<u16>(at, odds - (odds >> PACE));
  } else {
    range = bound;
    store<u16>(at, odds + (((1 << ODDS) - odds) >> PACE));
  }
  while (range < KEPT) {
    range <<= 6;
    shift();
  }
  return one;
}

function number(model: i32): i32 {
  let slot = 1;
  while (slot < SLOTS) slot = 2 * slot + bit(model + slot);
  slot -= SLOTS;
  if (slot < 4) return slot;
  let value = 2 + (slot & 1);
  for (let i = (slot >> 1) - 2; i >= 0; i--) value = 2 * value + bit(model + SLOTS + slot * BELOW + i);
  return value;
}

/** Writes bytes from `at` to `end` of digits, a word each, with odds at `odds`. The byte before `at` is 0. */
export function unpack(digits: usize, odds: usize, at: usize, end: usize): void {
  for (let model = 0; model < MODELS; model++) store<u16>(odds + ((<usize>model) << 1), EVEN);
  table = odds;
  read = digits;
  range = FULL;
  for (let i = 0; i < 5; i++) shift();
  let state = 0;
  let distance = 1;
  while (at < end) {
    const before = <i32>load<u8>(at - 1);
    if (!bit(COPY + (state << 8) + before)) {
      // After a copy, the byte that would have gone on with it tells what this one is, until they part.
      const model = LITERAL + 768 * (before >> 5);
      const expected = <i32>load<u8>(at - distance);
      let parted = state % 3 == 0;
      let node = 1;
      for (let i = 7; i >= 0; i--) {
        const other = (expected >> i) & 1;
        const one = bit(model + (parted ? 0 : 256 + 256 * other) + node);
        parted = parted || one != other;
        node = 2 * node + one;
      }
      store<u8>(at++, node);
      state = (state * 3) % 9;
    } else {
      const again = bit(AGAIN + state);
      let length = again ? number(COUNT) + 1 : number(LENGTH) + 2;
      if (!again) distance = number(DISTANCE + NUMBER * min(length - 2, 3)) + 1;
      for (; length > 0 && at < end; length--, at++) store<u8>(at, load<u8>(at - distance));
      state = (state * 3 + 1 + again) % 9;
    }
  }
}
