/**
 * p-values adjusted for the false discovery rate, in the order given (Benjamini and Hochberg 1995,
 * J. R. Stat. Soc. B 57:289). Null, a comparison that could not be tested, stays null and does not count.
 */
export function benjaminiHochberg(pValues: readonly (number | null)[]): readonly (number | null)[] {
  const tested = pValues.flatMap((p, index) => (p === null ? [] : [{ p, index }]));
  const adjusted: (number | null)[] = pValues.map(() => null);
  let least = 1;
  for (const [rank, { p, index }] of tested.toSorted((a, b) => b.p - a.p).entries()) {
    least = Math.min(least, (p * tested.length) / (tested.length - rank));
    adjusted[index] = least;
  }
  return adjusted;
}
