import { argReduce, cumulate, topK } from "./along.ts";
import { binary } from "./binary.ts";
import { gru, lstm, rnn } from "./cell.ts";
import { conv, convTranspose } from "./conv.ts";
import { embedding, gather, gatherElements, gatherNd, reverseSequence, scatterElements, scatterNd } from "./gather.ts";
import { groupNorm } from "./group-norm.ts";
import { linear } from "./linear.ts";
import { matmul } from "./matmul.ts";
import { concat, expand, slice, tile, transpose } from "./move.ts";
import { norm } from "./norm.ts";
import type { Op } from "./op.ts";
import { pad } from "./pad.ts";
import { pool } from "./pool.ts";
import { reduce } from "./reduce.ts";
import { resample } from "./resample.ts";
import { cast, where } from "./select.ts";
import { roll } from "./roll.ts";
import { softmax } from "./softmax.ts";
import { unary } from "./unary.ts";
import { identity, reshape } from "./view.ts";

/** Every op of a graph by its word. Nothing else knows them all. */
export const OPS: { readonly [word: string]: Op } = {
  arg_reduce: argReduce,
  binary,
  cast,
  concat,
  conv,
  conv_transpose: convTranspose,
  cumulate,
  embedding,
  expand,
  gather,
  gather_elements: gatherElements,
  gather_nd: gatherNd,
  group_norm: groupNorm,
  gru,
  identity,
  linear,
  lstm,
  matmul,
  norm,
  pad,
  pool,
  reduce,
  resample,
  reshape,
  reverse_sequence: reverseSequence,
  rnn,
  roll,
  scatter_elements: scatterElements,
  scatter_nd: scatterNd,
  slice,
  softmax,
  tile,
  top_k: topK,
  transpose,
  unary,
  where,
};
