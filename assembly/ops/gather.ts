// Rows at indices, which count from the end where they are below 0. False where one is out of range.
import { GatherRecord, ReverseRecord } from "../abi";
import { copy } from "../lanes";

/** Where an index points, -1 where nowhere. */
@inline export function placeOf(index: i32, size: i32): i32 {
  const i = index < 0 ? index + size : index;
  return <u32>i < <u32>size ? i : -1;
}

export function gather(r: GatherRecord): bool {
  const bytes = (<usize>r.inner) << 2;
  for (let outer = r.outer, x = r.x, y = r.y; outer > 0; --outer, x += bytes * r.places) {
    for (let n = r.count, indices = r.indices; n > 0; --n, indices += 4, y += bytes) {
      const i = placeOf(load<i32>(indices), r.places);
      if (i < 0) return false;
      if (r.inner == 1) store<i32>(y, load<i32>(x + ((<usize>i) << 2)));
      else copy(y, x + bytes * i, r.inner);
    }
  }
  return true;
}

export function reverse(r: ReverseRecord): bool {
  for (let b = 0; b < r.batch; ++b) {
    const length = load<i32>(r.lengths + ((<usize>b) << 2)),
      from = <usize>b * r.batchStep;
    if (<u32>length > <u32>r.time) return false;
    for (let t = 0; t < r.time; ++t) {
      copy(
        r.y + from + <usize>t * r.timeStep,
        r.x + from + <usize>(t < length ? length - 1 - t : t) * r.timeStep,
        r.inner,
      );
    }
  }
  return true;
}
