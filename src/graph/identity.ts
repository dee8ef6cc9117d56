// Numbers of a file are let go once they are packed, and made again when they are wanted: what they are made of tells
// that they are the same.
const sources = new WeakMap<object, object>();
const made = new WeakMap<object, Map<string, object>>();
const identities = new WeakMap<object, number>();
let identified = 0;

/** Says that these numbers are read from `source`, and with `recipe` that they are what it always makes of that. */
export function identify(numbers: object, source: object, recipe?: string): void {
  const from = sources.get(source) ?? source;
  if (recipe === undefined) {
    sources.set(numbers, from);
    return;
  }
  let recipes = made.get(from);
  if (!recipes) made.set(from, (recipes = new Map<string, object>()));
  let result = recipes.get(recipe);
  if (!result) recipes.set(recipe, (result = {}));
  sources.set(numbers, result);
}

/** A number that this object's source has alone: 0 for none. */
export function identityOf(value: object | undefined): number {
  if (!value) return 0;
  const source = sources.get(value) ?? value;
  let identity = identities.get(source);
  if (identity === undefined) identities.set(source, (identity = ++identified));
  return identity;
}
