// The walk over outer axes that element-wise records share: the inner axis is the op's own loop.
//
//   do inner(r.y, r.a, r.b, r.c, r.count); while (next(r));
import { Walk, Walks } from "../abi";

/** Bytes of one list of words, an axis each. */
const LIST: usize = Walks.AXES << 2;

/** Moves y, a, b, c to the next place; after the last they stand at the first again, and false is returned. */
export function next(r: Walk): bool {
  const lists = changetype<usize>(r) + r.size - LIST * 6;
  for (let axis = lists + ((<usize>r.rank) << 2) - 4; axis >= lists; axis -= 4) {
    const size = load<i32>(axis),
      at = load<i32>(axis, LIST * 5) + 1;
    const back = at < size ? 0 : size;
    r.y += load<i32>(axis, LIST) * (1 - back);
    r.a += load<i32>(axis, LIST * 2) * (1 - back);
    r.b += load<i32>(axis, LIST * 3) * (1 - back);
    r.c += load<i32>(axis, LIST * 4) * (1 - back);
    store<i32>(axis, back ? 0 : at, LIST * 5);
    if (!back) return true;
  }
  return false;
}
