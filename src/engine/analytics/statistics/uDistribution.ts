/**
 * P(U <= u) for u from 0 to m·n, where U is the Mann-Whitney statistic of samples of m and n values
 * from one distribution without ties. The recurrence of Mann and Whitney (1947, Ann. Math. Stat.
 * 18:50), by probabilities, which neither overflow nor cancel. O(m²·n²).
 */
export function uDistribution(m: number, n: number): Float64Array {
  // Of i values against j: the largest of all i + j is one of the i, above all j others, or one of the j.
  let rows = Array.from({ length: n + 1 }, () => Float64Array.of(1));
  for (let i = 1; i <= m; i++) {
    const next = [Float64Array.of(1)];
    for (let j = 1; j <= n; j++) {
      next.push(mix(rows[j], next[j - 1], i, j));
    }
    rows = next;
  }
  let sum = 0;
  return (rows[n] ?? new Float64Array()).map((probability) => (sum += probability));
}

function mix(
  oneFewerOfI: Float64Array | undefined,
  oneFewerOfJ: Float64Array | undefined,
  i: number,
  j: number,
): Float64Array<ArrayBuffer> {
  return Float64Array.from({ length: i * j + 1 }, (_, u) => {
    const largestIsOfI = oneFewerOfI?.[u - j] ?? 0;
    const largestIsOfJ = oneFewerOfJ?.[u] ?? 0;
    return (i * largestIsOfI + j * largestIsOfJ) / (i + j);
  });
}
