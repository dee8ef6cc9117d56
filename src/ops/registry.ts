import { binary } from "./binary.ts";
import { gru, lstm, rnn } from "./cell.ts";
import { conv, convTranspose } from "./conv.ts";
import { linear } from "./linear.ts";
import { matmul } from "./matmul.ts";
import { concat, expand, slice, tile, transpose } from "./move.ts";
import { norm } from "./norm.ts";
import type { Op } from "./op.ts";
import { pool } from "./pool.ts";
import { resample } from "./resample.ts";
import { cast, where } from "./select.ts";
import { softmax } from "./softmax.ts";
import { unary } from "./unary.ts";
import { identity, reshape } from "./view.ts";

/** Every op of a graph by its word. Nothing else knows them all. */
export const OPS: { readonly [word: string]: Op } = {
  binary, cast, concat, conv, conv_transpose: convTranspose, expand, gru, identity, linear, lstm, matmul, norm, pool, resample, reshape, rnn, slice, softmax, tile, transpose, unary, where,
};
