import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Limiter } from '../../../src/protocol/limiter.ts';
import { limiterBackends, type LimiterFixture } from './limiterBackends.ts';

const call = { provider: 'acme', model: 'm' };
const limits = { requests: { minute: 4, hour: 9 }, tokens: { minute: 100, hour: 300, day: 700 } } as const;
const spans = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
const leaseMs = 90_000;

interface Use {
  readonly at: number;
  requests: number;
  tokens: number;
}

interface Call {
  readonly use: Use;
  readonly leaseUntil: number;
  readonly estimate: number;
  reservation: string;
  settled: boolean;
}

/** What the limiter is to be: a list of everything that was used and when. */
class Reference {
  now = 0;
  pausedUntil = 0;
  resetAt = -1;
  uses: Use[] = [];

  used(dimension: 'requests' | 'tokens', window: keyof typeof spans): number {
    return this.uses.filter(({ at }) => at > this.now - spans[window]).reduce((sum, use) => sum + use[dimension], 0);
  }

  admits(tokens: number): boolean {
    return (
      this.now >= this.pausedUntil &&
      Object.entries(limits).every(([dimension, windows]) =>
        Object.entries(windows).every(
          ([window, limit]) =>
            this.used(dimension as keyof typeof limits, window as keyof typeof spans) +
              (dimension === 'requests' ? 1 : Math.max(tokens, 1)) <=
            limit,
        ),
      )
    );
  }

  acquire(tokens: number): Call {
    const use = { at: this.now, requests: 1, tokens };
    this.uses.push(use);
    return { use, leaseUntil: this.now + leaseMs, estimate: tokens, reservation: '', settled: false };
  }

  report(given: Call, tokens: number | null, unused: boolean): 'now' | 'late' | 'repeated' {
    if (given.settled) {
      return 'repeated';
    }
    given.settled = true;
    const actual = unused ? 0 : (tokens ?? given.estimate);
    if (actual > given.estimate) {
      this.uses.push({ at: this.now, requests: 0, tokens: actual - given.estimate });
    }
    if (this.now >= given.leaseUntil) {
      return 'late';
    }
    // A reset forgets the calls of its own millisecond too.
    if (given.use.at > this.resetAt) {
      given.use.tokens = Math.min(actual, given.estimate);
      given.use.requests = unused ? 0 : 1;
    }
    return 'now';
  }
}

type Operation =
  | { readonly op: 'acquire'; readonly tokens: number }
  | { readonly op: 'report'; readonly which: number; readonly tokens: number | null; readonly unused: boolean }
  | { readonly op: 'pass'; readonly milliseconds: number }
  | { readonly op: 'pause'; readonly seconds: number }
  | { readonly op: 'reset' }
  | { readonly op: 'step'; readonly milliseconds: number };

/** Multiples of the coarsest bucket that the limits need, where the buckets are exact. */
const passing = (unit: number): fc.Arbitrary<number> =>
  fc.oneof(
    fc.integer({ min: 0, max: 3 }).map((count) => count * unit),
    fc.integer({ min: 0, max: 40 }).map((count) => count * unit),
    fc.integer({ min: 0, max: 700 }).map((count) => count * unit),
  );

const operations = (unit: number, steps: boolean): fc.Arbitrary<readonly Operation[]> =>
  fc.array(
    fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({ op: fc.constant('acquire' as const), tokens: fc.integer({ min: 0, max: 60 }) }),
      },
      {
        weight: 4,
        arbitrary: fc.record({
          op: fc.constant('report' as const),
          which: fc.nat({ max: 30 }),
          tokens: fc.option(fc.integer({ min: 0, max: 150 })),
          unused: fc.boolean(),
        }),
      },
      { weight: 5, arbitrary: passing(unit).map((milliseconds) => ({ op: 'pass' as const, milliseconds })) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 200 }).map((seconds) => ({ op: 'pause' as const, seconds })) },
      { weight: 1, arbitrary: fc.constant({ op: 'reset' as const }) },
      {
        weight: steps ? 1 : 0,
        arbitrary: fc
          .integer({ min: -100_000_000, max: 100_000_000 })
          .map((milliseconds) => ({ op: 'step' as const, milliseconds })),
      },
    ),
    { maxLength: 60 },
  );

interface Grant {
  readonly at: number;
  readonly call: Call;
}

/** Runs operations on two processes' limiters in turn, each against its own connection. */
class Run {
  readonly reference = new Reference();
  readonly calls: Call[] = [];
  readonly grants: Grant[] = [];
  readonly fixture: LimiterFixture;
  #limiters: Limiter[] = [];
  #turn = 0;

  constructor(fixture: LimiterFixture) {
    this.fixture = fixture;
  }

  async start(): Promise<void> {
    this.fixture.limit({ ...call, ...limits });
    this.#limiters = [await this.fixture.open(), await this.fixture.open()];
  }

  get limiter(): Limiter {
    this.#turn += 1;
    return this.#limiters[this.#turn % 2]!;
  }

  acquire(tokens: number): Promise<Awaited<ReturnType<Limiter['acquire']>>> {
    return this.limiter.acquire({ ...call, tokens, leaseSeconds: leaseMs / 1000 });
  }

  async pass(milliseconds: number): Promise<void> {
    this.reference.now += milliseconds;
    await this.fixture.clock.advance(milliseconds);
  }
}

async function inRun(create: () => Promise<LimiterFixture>, work: (run: Run) => Promise<void>): Promise<void> {
  const run = new Run(await create());
  try {
    await run.start();
    await work(run);
  } finally {
    await run.fixture.remove();
  }
}

for (const { name, create } of limiterBackends) {
  // A step of the server’s clock is a step of everybody’s: there is no other one to tell it by.
  const ownClock = name === 'SQLite';
  describe(`the limiter on ${name} against a list of everything that was used`, function () {
    this.timeout(120_000);

    it('agrees with it on every answer, in any interleaving of operations', async () => {
      const perform = async (run: Run, operation: Operation): Promise<void> => {
        const { reference, calls } = run;
        switch (operation.op) {
          case 'acquire': {
            const expected = reference.admits(operation.tokens);
            const result = await run.acquire(operation.tokens);
            assert.equal(result.granted, expected, JSON.stringify(operation));
            if (result.granted) {
              calls.push({ ...reference.acquire(operation.tokens), reservation: result.reservation });
              assert.equal(
                result.remaining.tokens?.day,
                Math.max(limits.tokens.day - reference.used('tokens', 'day'), 0),
              );
            }
            return;
          }
          case 'report': {
            const given = calls[operation.which % Math.max(calls.length, 1)];
            if (given !== undefined) {
              const expected = reference.report(given, operation.tokens, operation.unused);
              const { settled } = await run.limiter.report({
                reservation: given.reservation,
                tokens: operation.tokens ?? undefined,
                outcome: operation.unused ? 'unused' : 'succeeded',
              });
              assert.equal(settled, expected, JSON.stringify(operation));
            }
            return;
          }
          case 'pass':
            return run.pass(operation.milliseconds);
          case 'pause':
            reference.pausedUntil = reference.now + operation.seconds * 1000;
            return run.limiter.pause({ ...call, seconds: operation.seconds });
          case 'reset':
            reference.resetAt = reference.now;
            reference.uses = [];
            return run.limiter.reset(call);
          case 'step':
            run.fixture.clock.step(operation.milliseconds);
        }
      };
      await fc.assert(
        fc.asyncProperty(operations(144_000, ownClock), (list) =>
          inRun(create, async (run) => {
            // A pool keeps the time from its first call on.
            await run.limiter.pause({ ...call, seconds: 0 });
            for (const operation of list) {
              await perform(run, operation);
            }
          }),
        ),
        { numRuns: ownClock ? 60 : 6 },
      );
    });

    it('never lets a sliding window hold more, and frees what has left within a six-hundredth', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 40_000 })), { maxLength: 120 }),
          (list) =>
            inRun(create, async (run) => {
              const { reference } = run;
              for (const [tokens, pause] of list) {
                await run.pass(pause);
                const { granted } = await run.acquire(tokens);
                if (granted) {
                  assert.ok(reference.admits(tokens), 'a window holds more than its limit');
                  reference.acquire(tokens);
                } else {
                  assert.ok(!admitsLately(reference, tokens), 'free capacity was refused');
                }
              }
            }),
        ),
        { numRuns: ownClock ? 40 : 3 },
      );
    });
  });
}

/** Whether a call fits even if everything counted a bucket's width too long. */
function admitsLately(reference: Reference, tokens: number): boolean {
  return Object.entries(limits).every(([dimension, windows]) =>
    Object.entries(windows).every(([window, limit]) => {
      const span = spans[window as keyof typeof spans];
      const used = reference.uses
        .filter(({ at }) => at > reference.now - span - span / 600)
        .reduce((sum, use) => sum + use[dimension as keyof typeof limits], 0);
      return used + (dimension === 'requests' ? 1 : Math.max(tokens, 1)) <= limit;
    }),
  );
}
