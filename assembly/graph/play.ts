// A graph is a list of records in memory; one call plays it.
import {
  BinaryRecord, CastRecord, CellRecord, ConvRecord, ConvTransposeRecord, CopyRecord, DepthwiseRecord, FillRecord, LinearRecord,
  MatmulRecord, NormRecord, Op, PoolRecord, Record, ResampleRecord, SoftmaxRecord, UnaryRecord, WhereRecord,
} from "../abi";
import { binary } from "../ops/binary";
import { cells } from "../ops/cell";
import { convs } from "../ops/conv";
import { convTransposes } from "../ops/conv_transpose";
import { copies, fills } from "../ops/copy";
import { depthwise } from "../ops/depthwise";
import { linears } from "../ops/linear";
import { matmuls } from "../ops/matmul";
import { norms } from "../ops/norm";
import { pools } from "../ops/pool";
import { resamples } from "../ops/resample";
import { cast, where } from "../ops/select";
import { softmaxes } from "../ops/softmaxes";
import { unary } from "../ops/unary";

/** Plays the records from `at` to `end`; returns `end`, or the record whose values cannot be right: an index out of range. */
export function play(at: usize, end: usize): usize {
  while (at < end) {
    let right = true;
    switch (changetype<Record>(at).op) {
      case Op.COPY: copies(changetype<CopyRecord>(at)); break;
      case Op.FILL: fills(changetype<FillRecord>(at)); break;
      case Op.UNARY: unary(changetype<UnaryRecord>(at)); break;
      case Op.BINARY: right = binary(changetype<BinaryRecord>(at)); break;
      case Op.WHERE: where(changetype<WhereRecord>(at)); break;
      case Op.CAST: cast(changetype<CastRecord>(at)); break;
      case Op.LINEAR: linears(changetype<LinearRecord>(at)); break;
      case Op.MATMUL: matmuls(changetype<MatmulRecord>(at)); break;
      case Op.CELL: right = cells(changetype<CellRecord>(at)); break;
      case Op.CONV: convs(changetype<ConvRecord>(at)); break;
      case Op.DEPTHWISE: depthwise(changetype<DepthwiseRecord>(at)); break;
      case Op.CONV_TRANSPOSE: convTransposes(changetype<ConvTransposeRecord>(at)); break;
      case Op.POOL: pools(changetype<PoolRecord>(at)); break;
      case Op.NORM: norms(changetype<NormRecord>(at)); break;
      case Op.SOFTMAX: softmaxes(changetype<SoftmaxRecord>(at)); break;
      case Op.RESAMPLE: resamples(changetype<ResampleRecord>(at)); break;
      default: unreachable();
    }
    if (!right) return at;
    at += changetype<Record>(at).size;
  }
  return end;
}
