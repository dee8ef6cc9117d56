// What assembly/unpack.ts and build/squeeze.ts say alike: where the odds of each kind of bit begin, and their sizes.

/** Whether a token is a copy, by the kinds of the two tokens before and the byte before. */
export const COPY = 0;
/** Whether a copy is from the distance before, by these kinds. */
export const AGAIN = 9 << 8;
/** The bits of a literal, by the upper 3 of the byte before: plain, or beside a 0 or a 1 of the expected byte. */
export const LITERAL = 10 << 8;
/** Numbers: a copy's length - 2, one from the distance before - 1, and its distance - 1 by the length, 2 to 5. */
export const LENGTH = 34 << 8;
export const COUNT = 41 << 8;
export const DISTANCE = 48 << 8;
export const MODELS = 76 << 8;

/** A number has odds for each of 64 slots, then for 24 bits below each of them. */
export const NUMBER = 7 << 8;
export const SLOTS = 64;
export const BELOW = 24;

/** Odds are of 2^12, and move by 1/2^4 of the way; a range is of 30 bits and keeps 24. */
export const ODDS = 12;
export const EVEN = 1 << (ODDS - 1);
export const PACE = 4;
export const FULL = (1 << 30) - 1;
export const KEPT = 1 << 24;
