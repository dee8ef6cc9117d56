// A graph is a list of records in memory; one call plays it.
import {
  ArgumentRecord,
  BinaryRecord,
  CastRecord,
  CellRecord,
  ConvRecord,
  ConvTransposeRecord,
  CopyRecord,
  CumulateRecord,
  DepthwiseRecord,
  ElementsRecord,
  FillRecord,
  GatherRecord,
  GroupNormRecord,
  IntegerMatmulRecord,
  LinearRecord,
  MatmulRecord,
  NormRecord,
  Op,
  PoolRecord,
  Record,
  ReduceRecord,
  ResampleRecord,
  ReverseRecord,
  SoftmaxRecord,
  TopKRecord,
  TuplesRecord,
  UnaryRecord,
  WhereRecord,
} from "../abi";
import { binary } from "../ops/binary";
import { cells } from "../ops/cell";
import { convs } from "../ops/conv";
import { convTransposes } from "../ops/conv_transpose";
import { copies, fills } from "../ops/copy";
import { cumulate } from "../ops/cumulate";
import { depthwise } from "../ops/depthwise";
import { gather, reverse } from "../ops/gather";
import { groupNorms } from "../ops/group_norm";
import { integerMatmuls } from "../ops/integer_matmul";
import { linears } from "../ops/linear";
import { matmuls } from "../ops/matmul";
import { norms } from "../ops/norm";
import { argument, topK } from "../ops/order";
import { pools } from "../ops/pool";
import { reduce } from "../ops/reduce";
import { resamples } from "../ops/resample";
import { elements, tuples } from "../ops/scatter";
import { cast, where } from "../ops/select";
import { softmaxes } from "../ops/softmaxes";
import { unary } from "../ops/unary";

/**
 * Plays the records from `at` to `end`; returns `end`, or the record whose values cannot be right: an index out of
 * range.
 */
export function play(at: usize, end: usize): usize {
  while (at < end) {
    let right = true;
    switch (changetype<Record>(at).op) {
      case Op.COPY:
        copies(changetype<CopyRecord>(at));
        break;
      case Op.FILL:
        fills(changetype<FillRecord>(at));
        break;
      case Op.UNARY:
        right = unary(changetype<UnaryRecord>(at));
        break;
      case Op.BINARY:
        right = binary(changetype<BinaryRecord>(at));
        break;
      case Op.WHERE:
        where(changetype<WhereRecord>(at));
        break;
      case Op.CAST:
        cast(changetype<CastRecord>(at));
        break;
      case Op.LINEAR:
        linears(changetype<LinearRecord>(at));
        break;
      case Op.MATMUL:
        matmuls(changetype<MatmulRecord>(at));
        break;
      case Op.INTEGER_MATMUL:
        integerMatmuls(changetype<IntegerMatmulRecord>(at));
        break;
      case Op.CELL:
        right = cells(changetype<CellRecord>(at));
        break;
      case Op.ARGUMENT:
        argument(changetype<ArgumentRecord>(at));
        break;
      case Op.CUMULATE:
        right = cumulate(changetype<CumulateRecord>(at));
        break;
      case Op.ELEMENTS:
        right = elements(changetype<ElementsRecord>(at));
        break;
      case Op.GATHER:
        right = gather(changetype<GatherRecord>(at));
        break;
      case Op.REDUCE:
        right = reduce(changetype<ReduceRecord>(at));
        break;
      case Op.REVERSE:
        right = reverse(changetype<ReverseRecord>(at));
        break;
      case Op.TOP_K:
        topK(changetype<TopKRecord>(at));
        break;
      case Op.TUPLES:
        right = tuples(changetype<TuplesRecord>(at));
        break;
      case Op.CONV:
        convs(changetype<ConvRecord>(at));
        break;
      case Op.DEPTHWISE:
        depthwise(changetype<DepthwiseRecord>(at));
        break;
      case Op.CONV_TRANSPOSE:
        convTransposes(changetype<ConvTransposeRecord>(at));
        break;
      case Op.POOL:
        pools(changetype<PoolRecord>(at));
        break;
      case Op.GROUP_NORM:
        groupNorms(changetype<GroupNormRecord>(at));
        break;
      case Op.NORM:
        norms(changetype<NormRecord>(at));
        break;
      case Op.SOFTMAX:
        softmaxes(changetype<SoftmaxRecord>(at));
        break;
      case Op.RESAMPLE:
        resamples(changetype<ResampleRecord>(at));
        break;
      default:
        unreachable();
    }
    if (!right) return at;
    at += changetype<Record>(at).size;
  }
  return end;
}
