import * as l10n from '@vscode/l10n';
import { askedOutline } from '../../src/opening/trace.ts';
import type { ObservationDetail, ObservationParams, TraceOutline, TraceParams } from '../../src/protocol/browse.ts';
import type { Host } from '../shared/host.ts';
import type { Writing } from '../shared/panel.ts';
import { Readings, type Reading } from '../shared/readings.ts';
import type { TraceView } from './view.ts';

/** Milliseconds in which nothing is said about waiting. */
const patience = 150;
/** Milliseconds that a step must be chosen before its texts are read: arrow keys pass over many. */
const rest = 40;

const questions = { outline: 'traceOutline', detail: 'observation' } as const;

/** Asks for a trace, and for the texts of the one step that is chosen. */
export class TraceReader {
  readonly #readings: Readings<typeof questions>;
  readonly #changed: () => void;
  /** Which observation the newest reading of texts is about. */
  #detailId: string | null = null;
  #restTimer: number | undefined;
  #slow = false;

  constructor(host: Pick<Host, 'ask'>, writing: Writing, changed: () => void) {
    this.#changed = changed;
    this.#readings = new Readings(host, questions, changed, () => writing.now());
  }

  get outline(): Reading<TraceOutline | null> {
    return this.#readings.get('outline');
  }

  /** The first answer takes long enough that waiting is to be told. */
  get slow(): boolean {
    return this.#slow;
  }

  /** Null while it is read, and when it is about another one. */
  detailOf(observationId: string): ObservationDetail | null {
    const { answer } = this.#readings.get('detail');
    return answer?.id === observationId ? answer : null;
  }

  /** Why the texts of this step are not there; null when they are, or may come. */
  detailProblem(observationId: string | null): string | null {
    if (observationId === null || this.#detailId !== observationId) {
      return null;
    }
    const { pending, error, answer } = this.#readings.get('detail');
    if (error !== null) {
      return [error.message, error.hint].filter((part) => part !== null).join(' ');
    }
    return !pending && answer === null ? l10n.t('This step is no longer in the database.') : null;
  }

  restore({ outline, detail }: TraceView): void {
    const answeredAt = 0;
    this.#readings.restore({
      ...(outline === null ? {} : { outline: { answer: outline, answeredAt } }),
      ...(detail === null ? {} : { detail: { answer: detail, answeredAt } }),
    });
  }

  async readOutline(trace: TraceParams): Promise<void> {
    const timer = setTimeout(() => {
      this.#slow = true;
      this.#changed();
    }, patience);
    await this.#readings.ask('outline', askedOutline(trace));
    clearTimeout(timer);
    this.#slow = false;
  }

  /** Resolves when the texts are there, or another step was chosen. */
  async readDetail(params: ObservationParams): Promise<void> {
    const again = this.#detailId !== null;
    this.#detailId = params.observationId;
    clearTimeout(this.#restTimer);
    if (again) {
      await new Promise((resolve) => (this.#restTimer = window.setTimeout(resolve, rest)));
    }
    await this.#readings.ask('detail', {
      projectId: params.projectId,
      traceId: params.traceId,
      observationId: params.observationId,
    });
  }
}
