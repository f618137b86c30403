import type { TraceParams } from '../../src/protocol/browse.ts';
import { isAbort, type Host } from '../shared/host.ts';
import type { StepTree } from './stepTree.ts';
import { matches, placesNamed } from './traceFind.ts';

/** Milliseconds without typing before the engine is asked to look through texts. */
const typing = 200;
/** Shorter ones are in almost every text. */
const shortestInTexts = 2;

/** Finds steps: at once by their names, and as soon as the engine has looked by their texts. */
export class TraceFinder {
  readonly #host: Pick<Host, 'ask'>;
  readonly #changed: () => void;
  #tree: StepTree | null = null;
  #query = '';
  #named: ReadonlySet<number> = new Set();
  #idsByText: readonly string[] = [];
  #found: readonly number[] | null = null;
  #timer: number | undefined;
  #searching: AbortController | null = null;

  /** @param changed more or other steps are found */
  constructor(host: Pick<Host, 'ask'>, changed: () => void) {
    this.#host = host;
    this.#changed = changed;
  }

  /** Ascending places; null without anything to look for. */
  get found(): readonly number[] | null {
    return this.#found;
  }

  get searching(): boolean {
    return this.#searching !== null;
  }

  /** The trace was read anew. */
  follow(tree: StepTree, query: string): void {
    this.#tree = tree;
    this.#query = query.trim();
    this.#named = this.#query === '' ? new Set() : placesNamed(tree, this.#query);
    this.#update();
  }

  find(query: string, trace: TraceParams): void {
    const tree = this.#tree;
    clearTimeout(this.#timer);
    this.#searching?.abort();
    this.#searching = null;
    this.#idsByText = [];
    if (tree === null) {
      return;
    }
    this.follow(tree, query);
    if (this.#query.length >= shortestInTexts) {
      const controller = new AbortController();
      this.#searching = controller;
      this.#timer = window.setTimeout(() => void this.#searchTexts(trace, controller), typing);
    }
    this.#changed();
  }

  /** A search that failed leaves what is found by name. */
  async #searchTexts({ projectId, traceId }: TraceParams, controller: AbortController): Promise<void> {
    try {
      const params = { projectId, traceId, text: this.#query };
      const { observationIds } = await this.#host.ask('traceSearch', params, controller.signal);
      this.#idsByText = observationIds;
    } catch (error) {
      if (isAbort(error)) {
        return;
      }
    }
    if (this.#searching === controller) {
      this.#searching = null;
      this.#update();
      this.#changed();
    }
  }

  #update(): void {
    const tree = this.#tree;
    this.#found = tree === null || this.#query === '' ? null : matches(tree, this.#named, this.#idsByText);
  }
}
