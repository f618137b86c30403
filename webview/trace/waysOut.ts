import * as l10n from '@vscode/l10n';
import type { TraceOutline } from '../../src/protocol/browse.ts';
import type { OpenParams, PanelCommand } from '../../src/protocol/panels.ts';
import type { ScopeFilters } from '../../src/protocol/scope.ts';
import { isAbort, type Host } from '../shared/host.ts';
import type { LiveRegion } from '../shared/liveRegion.ts';
import type { Writing } from '../shared/panel.ts';

/** How far back the traces of a user or a session are looked for, from this trace. */
const weekMilliseconds = 7 * 24 * 3_600_000;

/** What leads from the trace to other places: commands, other panels, Langfuse, the clipboard. */
export class WaysOut {
  readonly #host: Host;
  readonly #live: LiveRegion;
  readonly #writing: Writing;
  readonly #changed: () => void;
  #failure: string | null = null;

  /** @param changed the failure is another one: it is to be drawn */
  constructor(host: Host, live: LiveRegion, writing: Writing, changed: () => void) {
    this.#host = host;
    this.#live = live;
    this.#writing = writing;
    this.#changed = changed;
  }

  /** Of the last thing that a person asked for; null when it was done. */
  get failure(): string | null {
    return this.#failure;
  }

  run(command: PanelCommand): void {
    this.#do(this.#host.run(command));
  }

  /** @param then called when it was opened */
  open(params: OpenParams, then?: () => void): void {
    this.#do(this.#host.open(params).then(then));
  }

  /** Those of its user or session, of the week before it and since. */
  openTraces(outline: TraceOutline, filters: ScopeFilters): void {
    const start = new Date(Date.parse(outline.startedAt) - weekMilliseconds).toISOString();
    const end = new Date(this.#writing.now()).toISOString();
    this.open({ link: 'traces', target: { scope: { range: { start, end }, projectId: outline.projectId, filters } } });
  }

  copy(text: string): void {
    this.#do(this.#host.copy(text).then(() => this.#live.say(l10n.t('Copied'))));
  }

  /** Awaits what a person asked for; its failure stands under the head until something else is asked for. */
  #do(work: Promise<unknown>): void {
    this.#failure = null;
    this.#changed();
    work.catch((error: unknown) => {
      if (!isAbort(error)) {
        this.#failure = error instanceof Error ? error.message : String(error);
        this.#changed();
      }
    });
  }
}
