/**
 * softmax of logits / temperature, cut to the k most probable, then to the fewest that sum to p:
 * test/run/sampling.test.ts.
 */
export function distribution(logits: ArrayLike<number>, temperature = 1, topK = Infinity, topP = 1): Float64Array {
  const top = Math.max(...Array.from(logits));
  const p = Float64Array.from(logits, (x) => Math.exp((x - top) / temperature));
  const order = [...p.keys()].sort((i, j) => p[j] - p[i] || i - j);
  const kept = order.slice(0, topK);
  const total = kept.reduce((sum, i) => sum + p[i], 0);
  const chosen = new Set<number>();
  let sum = 0;
  for (const i of kept) {
    if (chosen.size > 0 && sum >= topP * total) break;
    chosen.add(i);
    sum += p[i];
  }
  return p.map((v, i) => (chosen.has(i) ? v / sum : 0));
}

/**
 * How many standard deviations Pearson's chi-squared lies above its mean, by Wilson and Hilferty's
 * cube root; outcomes expected fewer than 5 times count as one. Infinity where the impossible occurred.
 */
export function surprise(counts: ArrayLike<number>, p: ArrayLike<number>): number {
  const draws = Array.from(counts).reduce((a, b) => a + b, 0);
  let chi = 0;
  let cells = 0;
  const rest = { count: 0, expected: 0 };
  const add = (count: number, expected: number) => {
    chi += (count - expected) ** 2 / expected;
    cells++;
  };
  for (let i = 0; i < p.length; i++) {
    if (p[i] === 0 && counts[i] > 0) return Infinity;
    if (p[i] * draws >= 5) add(counts[i], p[i] * draws);
    else {
      rest.count += counts[i];
      rest.expected += p[i] * draws;
    }
  }
  if (rest.expected > 1) add(rest.count, rest.expected);
  const freedom = Math.max(1, cells - 1);
  const variance = 2 / (9 * freedom);
  return ((chi / freedom) ** (1 / 3) - (1 - variance)) / Math.sqrt(variance);
}
