// y[row] = table[id[row]]
import { copy } from "../lanes";

/** y [rows, width] from table [vocabulary, width]; ids [rows] are i32 within the vocabulary. */
export function embedding(y: usize, table: usize, ids: usize, width: i32, rows: i32): void {
  const bytes = (<usize>width) << 2;
  for (; rows > 0; --rows) {
    copy(y, table + bytes * <usize>load<i32>(ids), width);
    y += bytes;
    ids += 4;
  }
}
