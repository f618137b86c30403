import type { Engine } from '../../../../src/protocol/engine.ts';
import type { QuestionName, QuestionParams } from '../../../../src/protocol/questions.ts';
import { FakeServices } from '../fakeServices.ts';

/** The extension behind a panel with the real engine: what it answers, a test can ask it too. */
export class EngineServices extends FakeServices {
  readonly #engine: Pick<Engine, 'ask'>;

  constructor(engine: Pick<Engine, 'ask'>) {
    super({});
    this.#engine = engine;
  }

  override ask(question: QuestionName, params: unknown, signal: AbortSignal): Promise<unknown> {
    this.asked.push({ question, params });
    return this.#engine.ask(question, params as QuestionParams<QuestionName>, signal);
  }
}
