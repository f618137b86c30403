import type { QuestionAnswer, QuestionName, QuestionParams } from '../../src/protocol/questions.ts';
import { HostError, isAbort, type Host } from './host.ts';

/** What is known of one question that a panel asks again and again. */
export interface Reading<T> {
  /** The newest answer; stays while the next one is on its way, and when that fails. */
  readonly answer: T | null;
  /** Milliseconds since the epoch. */
  readonly answeredAt: number | null;
  readonly pending: boolean;
  readonly error: HostError | null;
}

/** A question without an answer, and the age of what is shown in its place. */
export interface FailedReading {
  readonly error: HostError;
  /** Milliseconds since the epoch; null when there is nothing to show. */
  readonly answeredAt: number | null;
}

const unread: Reading<never> = { answer: null, answeredAt: null, pending: false, error: null };

/** Questions of a panel by the panel's own names. The names' questions are given once, as a type. */
export type ReadingTable = Readonly<Record<string, QuestionName>>;
type Names<Table extends ReadingTable> = keyof Table & string;

/** Answers as they can be kept with the panel's state and given back to `restore`. */
export type KeptAnswers<Table extends ReadingTable> = {
  readonly [Name in Names<Table>]?: { readonly answer: QuestionAnswer<Table[Name]>; readonly answeredAt: number };
};

/**
 * Asks questions under names. Asking anew under a name cancels what was asked before; the old answer
 * stays until the new one is there, so that nothing on the screen goes blank.
 */
export class Readings<const Table extends ReadingTable> {
  readonly #host: Pick<Host, 'ask'>;
  readonly #questions: Table;
  readonly #changed: () => void;
  readonly #now: () => number;
  readonly #readings = new Map<string, Reading<unknown>>();
  readonly #underWay = new Map<string, AbortController>();

  constructor(host: Pick<Host, 'ask'>, questions: Table, changed: () => void, now: () => number) {
    this.#host = host;
    this.#questions = questions;
    this.#changed = changed;
    this.#now = now;
  }

  get<Name extends Names<Table>>(name: Name): Reading<QuestionAnswer<Table[Name]>> {
    return (this.#readings.get(name) ?? unread) as Reading<QuestionAnswer<Table[Name]>>;
  }

  /** The first answer to one of these is still on its way. */
  awaits(...names: readonly Names<Table>[]): boolean {
    return names.some((name) => this.get(name).pending && this.get(name).answer === null);
  }

  /** At least one question waits for its answer. */
  get pending(): boolean {
    return this.#underWay.size > 0;
  }

  /** The first question that failed; null when none did. */
  get failed(): FailedReading | null {
    for (const name of Object.keys(this.#questions)) {
      const { error, answeredAt } = this.get(name);
      if (error !== null) {
        return { error, answeredAt };
      }
    }
    return null;
  }

  /** Resolves when this asking has ended, one way or another. */
  async ask<Name extends Names<Table>>(name: Name, params: QuestionParams<Table[Name]>): Promise<void> {
    this.#underWay.get(name)?.abort();
    const controller = new AbortController();
    this.#underWay.set(name, controller);
    this.#set(name, { ...this.get(name), pending: true, error: null });
    try {
      const answer = await this.#host.ask(this.#questions[name], params, controller.signal);
      this.#end(name, controller, { answer, answeredAt: this.#now(), pending: false, error: null });
    } catch (error) {
      if (!isAbort(error)) {
        this.#end(name, controller, { ...this.get(name), pending: false, error: toHostError(error) });
      }
    }
  }

  /** Takes back what `kept` gave. */
  restore(kept: KeptAnswers<Table>): void {
    for (const [name, known] of Object.entries(kept)) {
      if (Object.hasOwn(this.#questions, name) && known !== undefined) {
        this.#readings.set(name, { ...unread, ...known });
      }
    }
  }

  /** Forgets the answer to a question that is no longer asked. */
  forget(name: Names<Table>): void {
    this.#underWay.get(name)?.abort();
    this.#underWay.delete(name);
    this.#readings.delete(name);
  }

  kept(): KeptAnswers<Table> {
    const known = [...this.#readings].filter(([, { answeredAt }]) => answeredAt !== null);
    return Object.fromEntries(
      known.map(([name, { answer, answeredAt }]) => [name, { answer, answeredAt }]),
    ) as KeptAnswers<Table>;
  }

  #end(name: string, controller: AbortController, reading: Reading<unknown>): void {
    if (this.#underWay.get(name) === controller) {
      this.#underWay.delete(name);
      this.#set(name, reading);
    }
  }

  #set(name: string, reading: Reading<unknown>): void {
    this.#readings.set(name, reading);
    this.#changed();
  }
}

function toHostError(error: unknown): HostError {
  return error instanceof HostError
    ? error
    : new HostError(error instanceof Error ? error.message : String(error), null);
}
