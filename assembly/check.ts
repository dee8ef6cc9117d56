// What the debug build asserts of its arguments. A release build, under --noAssert,
// still evaluates them (a load might trap): all calls stand behind CHECKED.

export const CHECKED: bool = !ASC_NO_ASSERT;

/** `bytes` at `at` lie within the memory, above the module's own, and `at` is a multiple of `alignment`. */
@inline export function assertRegion(at: usize, bytes: usize, alignment: usize): void {
  assert(at >= 2048, "a region below the module's own");
  assert(at % alignment == 0, "a region out of line");
  assert(<u64>at + <u64>bytes <= (<u64>memory.size()) << 16, "a region past the memory's end");
}

/** `rows` rows of `width` elements, `row` bytes apart, as in assertRegion. */
@inline export function assertRows(at: usize, row: usize, width: i32, rows: i32, alignment: usize): void {
  assert(width > 0 && rows >= 0, "no columns");
  if (rows == 0) return;
  assert(row % 4 == 0 && (rows == 1 || row >= (<usize>width) << 2), "rows that overlap");
  assertRegion(at, row * <usize>(rows - 1) + ((<usize>width) << 2), alignment);
}

/** Two regions share nothing. */
@inline export function assertApart(a: usize, aBytes: usize, b: usize, bBytes: usize): void {
  assert(a + aBytes <= b || b + bBytes <= a, "regions that overlap");
}

/** `active` [steps] falls from `batch` or less, and adds up to `rows`. */
export function assertActive(active: usize, steps: i32, batch: i32, rows: i32): void {
  let sum = active ? 0 : steps * batch,
    before = batch;
  if (active) {
    assertRegion(active, (<usize>steps) << 2, 4);
    for (let t = 0; t < steps; ++t) {
      const now = load<i32>(active + ((<usize>t) << 2));
      assert(now >= 0 && now <= before, "sequences out of order");
      sum += before = now;
    }
  }
  assert(sum == rows, "rows that do not add up");
}
