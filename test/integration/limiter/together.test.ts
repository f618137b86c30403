import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DatabaseSync } from 'node:sqlite';
import type { AcquireResult, Limiter } from '../../../src/protocol/limiter.ts';
import { LimiterFixture } from './limiterBackends.ts';

const call = { provider: 'acme', model: 'm' };
const limits = { requests: { minute: 40 }, tokens: { minute: 100 } };

type Outcome = 'granted' | 'refused' | 'never' | 'invalid';

/** What callers are to be told who ask one after the other: by hand, from what is left. */
class Left {
  requests = limits.requests.minute;
  tokens = limits.tokens.minute;

  ask(tokens: number): Outcome {
    if (tokens < 0) {
      return 'invalid';
    }
    if (tokens > limits.tokens.minute) {
      return 'never';
    }
    if (this.requests < 1 || this.tokens < Math.max(tokens, 1)) {
      return 'refused';
    }
    this.requests -= 1;
    this.tokens -= tokens;
    return 'granted';
  }
}

async function outcomeOf(answer: Promise<AcquireResult>): Promise<Outcome> {
  try {
    return (await answer).granted ? 'granted' : 'refused';
  } catch (error) {
    const { code } = error as { readonly code: string };
    return code === 'limits.neverAdmitted' ? 'never' : 'invalid';
  }
}

describe('callers of one process who ask at the same time', function () {
  this.timeout(60_000);
  let fixture: LimiterFixture;
  let limiter: Limiter;

  const start = async (): Promise<void> => {
    fixture = new LimiterFixture();
    fixture.limit({ ...call, ...limits });
    limiter = await fixture.open();
    await limiter.status();
  };
  const ask = (...tokens: readonly number[]): Promise<Outcome[]> =>
    Promise.all(tokens.map((count) => outcomeOf(limiter.acquire({ ...call, tokens: count }))));
  const counted = async (): Promise<unknown> => {
    const [usage] = await fixture.sql(
      'SELECT coalesce(sum(requests), 0) AS requests, coalesce(sum(tokens), 0) AS tokens FROM limit_usage',
    );
    const [held] = await fixture.sql(
      'SELECT count(*) AS requests, coalesce(sum(tokens), 0) AS tokens FROM limit_reservations',
    );
    assert.deepEqual(usage, held);
    return { ...usage };
  };

  beforeEach(start);
  afterEach(() => fixture.remove());

  it('are told what they would be told one after the other, whoever else is refused or fails', async () => {
    const tokens = fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 0, max: 12 }) },
      { weight: 1, arbitrary: fc.integer({ min: 101, max: 200 }) },
      { weight: 1, arbitrary: fc.constant(-1) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(tokens, { maxLength: 150 }), { maxLength: 4 }), async (bursts) => {
        await fixture.remove();
        await start();
        const left = new Left();
        for (const burst of bursts) {
          const expected = burst.map((count) => left.ask(count));
          assert.deepEqual(await ask(...burst), expected);
        }
        assert.deepEqual(await counted(), {
          requests: limits.requests.minute - left.requests,
          tokens: limits.tokens.minute - left.tokens,
        });
      }),
      { numRuns: 40 },
    );
  });

  it('settle together too, each its own reservation, and none twice', async () => {
    const granted = await Promise.all([10, 20, 30].map((tokens) => limiter.acquire({ ...call, tokens })));
    const names = granted.map((answer) => (answer.granted ? answer.reservation : assert.fail('refused')));
    const settled = await Promise.all(
      [...names, ...names].map((reservation) => limiter.report({ reservation, tokens: 5 })),
    );
    assert.deepEqual(
      settled.map((answer) => answer.settled),
      ['now', 'now', 'now', 'repeated', 'repeated', 'repeated'],
    );
    assert.deepEqual({ ...(await fixture.sql('SELECT sum(tokens) AS tokens FROM limit_usage'))[0] }, { tokens: 15 });
  });

  it('do not hurt one another when one fails after it has written', async () => {
    await ask(0);
    using other = new DatabaseSync(fixture.database);
    other.exec(`CREATE TRIGGER refuses BEFORE INSERT ON limit_reservations WHEN new.tokens = 13
      BEGIN SELECT raise(ROLLBACK, 'thirteen'); END`);
    const answers = await Promise.allSettled([1, 13, 2, 13, 3].map((tokens) => limiter.acquire({ ...call, tokens })));
    assert.deepEqual(
      answers.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'],
    );
    assert.deepEqual(await counted(), { requests: 4, tokens: 6 });
  });

  it('have their pool, which a call that can never be admitted would have made', async () => {
    assert.deepEqual(await ask(101, 50, 101, 50, 1), ['never', 'granted', 'never', 'granted', 'refused']);
    assert.deepEqual(await counted(), { requests: 2, tokens: 100 });
  });

  it('are answered in turns when they are many, and all of them before the file is closed', async () => {
    const answered: boolean[] = [];
    const crowd = Array.from({ length: 1000 }, async () => {
      const { granted } = await limiter.acquire({ ...call, tokens: 0 });
      answered.push(granted);
    });
    await new Promise((resolve) => setImmediate(resolve));
    assert.ok(answered.length > 0 && answered.length < crowd.length, `${answered.length} were answered at once`);
    await limiter.close();
    await Promise.all(crowd);
    assert.equal(answered.filter(Boolean).length, limits.requests.minute);
    assert.equal((await fixture.sql('SELECT sum(requests) AS requests FROM limit_usage'))[0]?.requests, 40);
  });
});
