import type { StepColumns } from '../../src/protocol/browse.ts';

/** What a bar of the waterfall stands for. */
export type StepKind = 'model' | 'tool' | 'group' | 'event';

/** One observation. Times are milliseconds after the first one began. */
export interface Step {
  readonly id: string;
  /** GENERATION, SPAN, EVENT, AGENT, TOOL … */
  readonly type: string;
  readonly kind: StepKind;
  readonly name: string | null;
  readonly level: string;
  readonly failed: boolean;
  readonly fallback: boolean;
  readonly statusMessage: string | null;
  readonly model: string | null;
  readonly start: number;
  /** Null while it runs, and when nobody said when it ended. */
  readonly end: number | null;
  readonly firstToken: number | null;
  readonly tokens: number | null;
  readonly costUsd: number | null;
}

const none = -1;
const modelTypes = new Set(['GENERATION', 'EMBEDDING']);

/**
 * The observations of a trace as a tree, walked once: each is known by its place, the row that it
 * has when everything is unfolded. Arrays of numbers, since there may be tens of thousands.
 */
export class StepTree {
  readonly columns: StepColumns;
  readonly size: number;
  /** Milliseconds from the first start to the last end. */
  readonly duration: number;
  /** Places of steps that failed, in order. */
  readonly failures: readonly number[];
  readonly #rows: Int32Array;
  readonly #depths: Int32Array;
  readonly #parents: Int32Array;
  /** The place after the last one below this one. */
  readonly #ends: Int32Array;
  readonly #positions: Int32Array;
  readonly #siblings: Int32Array;
  /** Failed steps before a place, so that a difference counts those of a range. */
  readonly #failuresBefore: Int32Array;
  readonly #placesOfRows: Int32Array;
  readonly #fallbacks: ReadonlySet<number>;

  constructor(columns: StepColumns) {
    this.columns = columns;
    this.size = columns.ids.length;
    this.#rows = new Int32Array(this.size);
    this.#placesOfRows = new Int32Array(this.size);
    this.#depths = new Int32Array(this.size);
    this.#parents = new Int32Array(this.size);
    this.#ends = new Int32Array(this.size);
    this.#positions = new Int32Array(this.size);
    this.#siblings = new Int32Array(this.size);
    this.#failuresBefore = new Int32Array(this.size + 1);
    this.#fallbacks = new Set(columns.fallbacks);
    this.#walk();
    const failures: number[] = [];
    for (let place = 0; place < this.size; place++) {
      if (this.failed(place)) {
        failures.push(place);
      }
      this.#failuresBefore[place + 1] = failures.length;
    }
    this.failures = failures;
    this.duration = durationOf(columns);
  }

  step(place: number): Step {
    const { columns } = this;
    const row = this.#rows[place] ?? 0;
    const text = (number: number | null | undefined): string | null => columns.texts[number ?? none] ?? null;
    const type = text(columns.types[row]) ?? '';
    return {
      id: columns.ids[row] ?? '',
      type,
      kind: this.kind(place),
      name: text(columns.names[row]),
      level: text(columns.levels[row]) ?? '',
      failed: this.failed(place),
      fallback: this.#fallbacks.has(row),
      statusMessage: text(columns.statusMessages[row]),
      model: text(columns.models[row]),
      start: columns.starts[row] ?? 0,
      end: columns.ends[row] ?? null,
      firstToken: columns.firstTokens[row] ?? null,
      tokens: columns.tokens[row] ?? null,
      costUsd: columns.costsUsd[row] ?? null,
    };
  }

  kind(place: number): StepKind {
    const type = this.columns.texts[this.columns.types[this.#rows[place] ?? 0] ?? none] ?? '';
    if (modelTypes.has(type)) {
      return 'model';
    }
    if (type === 'EVENT') {
      return 'event';
    }
    return this.hasChildren(place) ? 'group' : 'tool';
  }

  failed(place: number): boolean {
    return this.columns.texts[this.columns.levels[this.#rows[place] ?? 0] ?? none] === 'ERROR';
  }

  /** What a step's bar is drawn from, without the rest of it. */
  bar(place: number): Pick<Step, 'kind' | 'failed' | 'start' | 'end'> {
    const row = this.#rows[place] ?? 0;
    return {
      kind: this.kind(place),
      failed: this.failed(place),
      start: this.columns.starts[row] ?? 0,
      end: this.columns.ends[row] ?? null,
    };
  }

  /** Null for an id that the trace does not have. */
  placeOf(id: string): number | null {
    const row = this.columns.ids.indexOf(id);
    return row === none ? null : (this.#placesOfRows[row] ?? null);
  }

  /** Those of some ids that the trace has. */
  placesOf(ids: readonly string[]): readonly number[] {
    const wanted = new Set(ids);
    const places: number[] = [];
    for (let row = 0; wanted.size > 0 && row < this.size; row++) {
      if (wanted.has(this.columns.ids[row] ?? '')) {
        places.push(this.#placesOfRows[row] ?? 0);
      }
    }
    return places;
  }

  /** 0 for the first level. */
  depth(place: number): number {
    return this.#depths[place] ?? 0;
  }

  /** Null for the first level. */
  parent(place: number): number | null {
    const parent = this.#parents[place] ?? none;
    return parent === none ? null : parent;
  }

  /** The place after the last step below this one. */
  end(place: number): number {
    return this.#ends[place] ?? place + 1;
  }

  hasChildren(place: number): boolean {
    return this.end(place) > place + 1;
  }

  /** Among those with the same parent, from 1; and how many these are. */
  position(place: number): { readonly position: number; readonly siblings: number } {
    return { position: this.#positions[place] ?? 1, siblings: this.#siblings[place] ?? 1 };
  }

  /** Failed steps below this one. */
  failuresInside(place: number): number {
    return (this.#failuresBefore[this.end(place)] ?? 0) - (this.#failuresBefore[place + 1] ?? 0);
  }

  /** Failed steps directly below this one. */
  failedChildren(place: number): number {
    let failed = 0;
    for (let child = place + 1; child < this.end(place); child = this.end(child)) {
      failed += (this.#failuresBefore[child + 1] ?? 0) - (this.#failuresBefore[child] ?? 0);
    }
    return failed;
  }

  /** Depth first, without recursion: a trace may be as deep as it is long. */
  #walk(): void {
    const { firstChild, nextSibling } = linkChildren(this.columns.parents);
    const placed = new Uint8Array(this.size);
    let place = 0;
    const visitTree = (root: number): void => {
      const open: number[] = [];
      let row = root;
      while (row !== none) {
        placed[row] = 1;
        this.#enter(row, place, open.at(-1) ?? none, open.length);
        open.push(place);
        place += 1;
        row = firstUnplaced(firstChild[row] ?? none, nextSibling, placed);
        while (row === none && open.length > 0) {
          const closed = open.pop() ?? 0;
          this.#ends[closed] = place;
          const sibling = open.length === 0 ? none : (nextSibling[this.#rows[closed] ?? 0] ?? none);
          row = firstUnplaced(sibling, nextSibling, placed);
        }
      }
    };
    this.columns.parents.forEach((parent, row) => {
      if (parent === null) {
        visitTree(row);
      }
    });
    // What is left are circles of parents: broken where they begin, so that nothing is hidden.
    for (let row = 0; row < this.size; row++) {
      if (placed[row] === 0) {
        visitTree(row);
      }
    }
    this.#countSiblings();
  }

  #enter(row: number, place: number, parent: number, depth: number): void {
    this.#rows[place] = row;
    this.#parents[place] = parent;
    this.#depths[place] = depth;
    this.#placesOfRows[row] = place;
  }

  #countSiblings(): void {
    const counts = new Int32Array(this.size + 1);
    for (let place = 0; place < this.size; place++) {
      const parent = (this.#parents[place] ?? none) + 1;
      counts[parent] = (counts[parent] ?? 0) + 1;
      this.#positions[place] = counts[parent] ?? 1;
    }
    for (let place = 0; place < this.size; place++) {
      this.#siblings[place] = counts[(this.#parents[place] ?? none) + 1] ?? 1;
    }
  }
}

function linkChildren(parents: StepColumns['parents']): {
  readonly firstChild: Int32Array;
  readonly nextSibling: Int32Array;
} {
  const firstChild = new Int32Array(parents.length).fill(none);
  const nextSibling = new Int32Array(parents.length).fill(none);
  // From the end, so that each list begins with its earliest child.
  for (let row = parents.length - 1; row >= 0; row--) {
    const parent = parents[row] ?? null;
    if (parent !== null) {
      nextSibling[row] = firstChild[parent] ?? none;
      firstChild[parent] = row;
    }
  }
  return { firstChild, nextSibling };
}

function firstUnplaced(row: number, nextSibling: Int32Array, placed: Uint8Array): number {
  let next = row;
  while (next !== none && placed[next] === 1) {
    next = nextSibling[next] ?? none;
  }
  return next;
}

function durationOf({ starts, ends, firstTokens }: StepColumns): number {
  let last = 0;
  for (let row = 0; row < starts.length; row++) {
    last = Math.max(last, starts[row] ?? 0, ends[row] ?? 0, firstTokens[row] ?? 0);
  }
  return last;
}
