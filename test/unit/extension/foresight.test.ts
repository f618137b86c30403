import assert from 'node:assert/strict';
import { Foresight } from '../../../src/extension/panels/foresight.ts';
import type { AskParams } from '../../../src/protocol/panels.ts';
import type { QuestionName } from '../../../src/protocol/questions.ts';

interface Asking extends AskParams {
  readonly signal: AbortSignal;
  readonly answer: (answer: unknown) => void;
  readonly fail: (error: Error) => void;
}

/** An engine that answers when the test says so. */
class Engine {
  readonly asked: Asking[] = [];

  ask(question: QuestionName, params: unknown, signal: AbortSignal): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.asked.push({ question, params, signal, answer: resolve, fail: reject });
    return promise;
  }
}

const summary = (end: string): AskParams => ({ question: 'summary', params: { scope: { range: { end } } } });
const alerts: AskParams = { question: 'alertStates', params: {} };
const unaborted = new AbortController().signal;

describe('what a panel will ask', () => {
  let engine: Engine;
  beforeEach(() => {
    engine = new Engine();
  });
  const ask = (foresight: Foresight, { question, params }: AskParams, signal = unaborted): Promise<unknown> =>
    foresight.ask(question, params, signal);

  it('is asked at once, and its answer is given to the document that asks the same', async () => {
    const foresight = new Foresight(engine, [summary('noon'), alerts]);
    assert.deepEqual(
      engine.asked.map(({ question }) => question),
      ['summary', 'alertStates'],
    );
    engine.asked[1]?.answer('two alerts');
    const asked = [ask(foresight, summary('noon')), ask(foresight, alerts)];
    engine.asked[0]?.answer('a summary');
    assert.deepEqual(await Promise.all(asked), ['a summary', 'two alerts']);
    assert.equal(engine.asked.length, 2);
  });

  it('is asked anew the second time', async () => {
    const foresight = new Foresight(engine, [alerts]);
    engine.asked[0]?.answer('before');
    assert.equal(await ask(foresight, alerts), 'before');
    const again = ask(foresight, alerts);
    engine.asked[1]?.answer('after');
    assert.equal(await again, 'after');
  });

  it('is cancelled when the document asks about something else', async () => {
    const foresight = new Foresight(engine, [summary('noon'), alerts]);
    const other = ask(foresight, summary('midnight'));
    assert.deepEqual(
      engine.asked.map(({ signal }) => signal.aborted),
      [true, true, false],
    );
    engine.asked[2]?.answer('of midnight');
    assert.equal(await other, 'of midnight');
    void ask(foresight, alerts);
    assert.equal(engine.asked.length, 4);
  });

  it('is cancelled with the document’s own question, and when the panel is closed', () => {
    const foresight = new Foresight(engine, [summary('noon'), alerts]);
    const controller = new AbortController();
    void ask(foresight, alerts, controller.signal);
    controller.abort();
    assert.deepEqual(
      engine.asked.map(({ signal }) => signal.aborted),
      [false, true],
    );
    foresight.dispose();
    assert.equal(engine.asked[0]?.signal.aborted, true);
  });

  it('fails for the document that asks it, and for nobody else', async () => {
    const foresight = new Foresight(engine, [summary('noon'), alerts]);
    for (const { fail } of engine.asked) {
      fail(new Error('no database'));
    }
    await new Promise((resolve) => setImmediate(resolve));
    await assert.rejects(ask(foresight, alerts), /no database/u);
  });
});
