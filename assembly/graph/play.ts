// A graph is a list of records in memory; one call plays it.
import {
  BinaryRecord, CastRecord, CellRecord, CopyRecord, FillRecord, LinearRecord, MatmulRecord, Op, Record, UnaryRecord, WhereRecord,
} from "../abi";
import { binary } from "../ops/binary";
import { cells } from "../ops/cell";
import { copies, fills } from "../ops/copy";
import { linears } from "../ops/linear";
import { matmuls } from "../ops/matmul";
import { cast, where } from "../ops/select";
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
      default: unreachable();
    }
    if (!right) return at;
    at += changetype<Record>(at).size;
  }
  return end;
}
