import type { StepTree } from './stepTree.ts';

/** Which steps are shown, in order: computed once, then changed where something is folded or unfolded. */
export class VisibleRows {
  readonly #tree: StepTree;
  readonly #folded: Set<number>;
  /** Ascending places. */
  #places: readonly number[];

  /** @param folded places that begin folded */
  constructor(tree: StepTree, folded: Iterable<number> = []) {
    this.#tree = tree;
    this.#folded = new Set(folded);
    this.#places = this.#below(0, tree.size);
  }

  get length(): number {
    return this.#places.length;
  }

  get folded(): readonly number[] {
    return [...this.#folded];
  }

  at(index: number): number | undefined {
    return this.#places[index];
  }

  isFolded(place: number): boolean {
    return this.#folded.has(place);
  }

  /** The row of a place; of its nearest shown ancestor when it is folded away. */
  indexOf(place: number): number {
    let low = 0;
    let high = this.#places.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#places[middle] ?? 0) <= place) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  fold(place: number): void {
    if (!this.#tree.hasChildren(place) || this.#folded.has(place)) {
      return;
    }
    this.#folded.add(place);
    this.#replace(place, []);
  }

  unfold(place: number): void {
    if (this.#folded.delete(place)) {
      this.#replace(place, this.#below(place + 1, this.#tree.end(place)));
    }
  }

  /** Unfolds whatever hides it. */
  reveal(place: number): void {
    const hiding: number[] = [];
    for (let parent = this.#tree.parent(place); parent !== null; parent = this.#tree.parent(parent)) {
      if (this.#folded.has(parent)) {
        hiding.push(parent);
      }
    }
    for (const parent of hiding.reverse()) {
      this.unfold(parent);
    }
  }

  foldAll(): void {
    for (let place = 0; place < this.#tree.size; place++) {
      if (this.#tree.hasChildren(place)) {
        this.#folded.add(place);
      }
    }
    this.#places = this.#below(0, this.#tree.size);
  }

  unfoldAll(): void {
    this.#folded.clear();
    this.#places = this.#below(0, this.#tree.size);
  }

  /** What is shown of the places from `start` on and before `end`. */
  #below(start: number, end: number): readonly number[] {
    const places: number[] = [];
    for (let place = start; place < end;) {
      places.push(place);
      place = this.#folded.has(place) ? this.#tree.end(place) : place + 1;
    }
    return places;
  }

  /** Puts these rows in the place of all that are shown below one; nothing to do when that is not shown itself. */
  #replace(place: number, below: readonly number[]): void {
    const index = this.indexOf(place);
    if (this.#places[index] !== place) {
      return;
    }
    const end = this.#tree.end(place);
    const after = end >= this.#tree.size ? this.#places.length : this.indexOf(end - 1) + 1;
    this.#places = this.#places.slice(0, index + 1).concat(below, this.#places.slice(after));
  }
}
