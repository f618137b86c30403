import { distance } from 'fastest-levenshtein';

/** Names that `wanted` may have been meant as: those that hold it first, then those a few letters away; at most three. */
export function nearestNames(wanted: string, names: readonly string[]): readonly string[] {
  const sought = wanted.toLowerCase();
  return names
    .map((name) => {
      const candidate = name.toLowerCase();
      const letters = distance(sought, candidate);
      return { name, holds: sought !== '' && candidate.includes(sought), letters };
    })
    .filter(({ holds, letters }) => holds || letters <= Math.max(2, Math.ceil(sought.length / 3)))
    .toSorted((a, b) => Number(b.holds) - Number(a.holds) || a.letters - b.letters || (a.name < b.name ? -1 : 1))
    .slice(0, 3)
    .map(({ name }) => name);
}
