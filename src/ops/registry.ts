import { binary } from "./binary.ts";
import { gru, lstm, rnn } from "./cell.ts";
import { linear } from "./linear.ts";
import { matmul } from "./matmul.ts";
import { concat, expand, slice, tile, transpose } from "./move.ts";
import type { Op } from "./op.ts";
import { cast, where } from "./select.ts";
import { unary } from "./unary.ts";
import { identity, reshape } from "./view.ts";

/** Every op of a graph by its word. Nothing else knows them all. */
export const OPS: { readonly [word: string]: Op } = {
  binary, cast, concat, expand, gru, identity, linear, lstm, matmul, reshape, rnn, slice, tile, transpose, unary, where,
};
