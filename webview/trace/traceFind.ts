import { stepName } from './stepWords.ts';
import type { StepTree } from './stepTree.ts';

/** The places of steps whose name, model or message has the text, without case. */
export function placesNamed(tree: StepTree, query: string): ReadonlySet<number> {
  const wanted = query.toLowerCase();
  const places = new Set<number>();
  for (let place = 0; place < tree.size; place++) {
    const step = tree.step(place);
    const has = (text: string | null): boolean => text?.toLowerCase().includes(wanted) === true;
    if (has(stepName(step)) || has(step.model) || has(step.statusMessage)) {
      places.add(place);
    }
  }
  return places;
}

/** All matches in the order of the tree: by their own words, and by the ids of those whose texts have the text. */
export function matches(tree: StepTree, named: ReadonlySet<number>, idsByText: readonly string[]): readonly number[] {
  const places = new Set([...named, ...tree.placesOf(idsByText)]);
  return [...places].sort((a, b) => a - b);
}

/** The next of some ascending places after `from`, or before it; after the last comes the first. Null when there is none. */
export function nextPlace(places: readonly number[], from: number | null, direction: 1 | -1): number | null {
  const found =
    direction === 1
      ? places.find((place) => place > (from ?? -1))
      : places.findLast((place) => place < (from ?? Number.POSITIVE_INFINITY));
  return found ?? places.at(direction === 1 ? 0 : -1) ?? null;
}
