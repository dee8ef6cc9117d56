/** "; did you mean NAME?" for the name that fewest changes make of `name`, if these are few. */
export function nearest(name: string, known: readonly string[]): string {
  if (name.length > 30 || known.length === 0) return "";
  const distances = known.map((k) => distance(name.toLowerCase(), k.toLowerCase()));
  const least = Math.min(...distances);
  const found = known[distances.indexOf(least)];
  return least <= 1 + found.length / 4 ? `; did you mean ${found}?` : "";
}

/** Characters to insert, remove or replace between two words: Levenshtein's distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length];
}
