import { isDeepStrictEqual } from 'node:util';
import type { AskParams } from '../../protocol/panels.ts';
import type { PanelServices } from './panelServices.ts';

interface Foreseen {
  readonly asked: AskParams;
  readonly controller: AbortController;
  readonly answer: Promise<unknown>;
}

/**
 * What a document will ask first is asked for it while the editor still loads it. Each answer is given
 * once; the first question that was not foreseen says that the document is about something else, and
 * what is left of the foreseen ones is cancelled.
 */
export class Foresight implements Pick<PanelServices, 'ask'> {
  readonly #services: Pick<PanelServices, 'ask'>;
  #foreseen: readonly Foreseen[];

  constructor(services: Pick<PanelServices, 'ask'>, asked: readonly AskParams[]) {
    this.#services = services;
    this.#foreseen = asked.map((asked) => {
      const controller = new AbortController();
      const answer = services.ask(asked.question, asked.params, controller.signal);
      // A failure is told to the document when it asks, and to nobody when it does not.
      answer.catch(() => undefined);
      return { asked, controller, answer };
    });
  }

  async ask(question: AskParams['question'], params: unknown, signal: AbortSignal): Promise<unknown> {
    const found = this.#foreseen.find(({ asked }) => isDeepStrictEqual(asked, { question, params }));
    if (found === undefined) {
      this.dispose();
      return await this.#services.ask(question, params, signal);
    }
    this.#foreseen = this.#foreseen.filter((other) => other !== found);
    const abort = (): void => found.controller.abort();
    signal.addEventListener('abort', abort, { once: true });
    try {
      return await found.answer;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  /** Cancels what no document has asked for. */
  dispose(): void {
    for (const { controller } of this.#foreseen) {
      controller.abort();
    }
    this.#foreseen = [];
  }
}
