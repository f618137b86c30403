import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import type {
  AcquireRequest,
  AcquireResult,
  Granted,
  Limiter,
  QueueItem,
  Refused,
} from '../../../src/protocol/limiter.ts';
import { limiterBackends, start, type LimiterFixture } from './limiterBackends.ts';

const call = { provider: 'openai', model: 'gpt-4o-mini' };
const minute = 60_000;

function granted(result: AcquireResult): Granted {
  assert.ok(result.granted, JSON.stringify(result));
  return result;
}

function refused(result: AcquireResult): Refused {
  assert.ok(!result.granted, JSON.stringify(result));
  return result;
}

for (const { name, create } of limiterBackends) {
  describe(`the limiter on ${name}`, function () {
    this.timeout(60_000);
    let fixture: LimiterFixture;
    let limiter: Limiter;

    beforeEach(async () => {
      fixture = await create();
      limiter = await fixture.open();
    });

    afterEach(() => fixture.remove());

    const advance = (milliseconds: number): Promise<void> => fixture.clock.advance(milliseconds);
    const take = async (request: Partial<AcquireRequest> = {}): Promise<Granted> =>
      granted(await limiter.acquire({ ...call, ...request }));
    const beRefused = async (request: Partial<AcquireRequest> = {}): Promise<Refused> =>
      refused(await limiter.acquire({ ...call, ...request }));
    const usedIn = async (dimension: string, window: string): Promise<number | undefined> => {
      const { pools } = await limiter.status();
      return pools[0]?.windows.find((one) => one.dimension === dimension && one.window === window)?.used;
    };
    const item = async (request: Parameters<Limiter['next']>[0] = {}): Promise<QueueItem> => {
      const answer = await limiter.next(request);
      assert.ok(answer.item !== null, JSON.stringify(answer));
      return answer.item;
    };

    describe('admission', () => {
      it('takes all dimensions or none', async () => {
        fixture.limit({ ...call, requests: { minute: 3 }, tokens: { minute: 1000 } });
        assert.deepEqual((await take({ tokens: 900 })).remaining, { requests: { minute: 2 }, tokens: { minute: 100 } });
        const { limitedBy } = await beRefused({ tokens: 101 });
        assert.deepEqual(limitedBy, { dimension: 'tokens', window: 'minute', limit: 1000 });
        // The refused call has taken no request either.
        assert.deepEqual((await take({ tokens: 100 })).remaining, { requests: { minute: 1 }, tokens: { minute: 0 } });
      });

      it('says when to come back, and admits exactly then', async () => {
        fixture.limit({ ...call, requests: { minute: 1 } });
        await take();
        await advance(20_000);
        assert.equal((await beRefused()).retryAfterMs, 40_000);
        await advance(39_999);
        await beRefused();
        await advance(1);
        await take();
      });

      it('holds sliding windows of a minute, an hour and a day at once', async () => {
        fixture.limit({ ...call, requests: { minute: 2, hour: 3, day: 4 } });
        const takenAt: number[] = [];
        for (let second = 0; second < 90_000; second += 144) {
          const result = await limiter.acquire(call);
          if (result.granted) {
            takenAt.push(second);
          }
          await advance(144_000);
        }
        // Two and a half hours' worth by hand: three in the first hour, the fourth as the hour ends, the fifth after a day.
        assert.deepEqual(takenAt.slice(0, 5), [0, 144, 288, 3600, 86_400]);
      }).timeout(120_000);

      it('shares one pool among the models that a pattern covers, and keeps others apart', async () => {
        fixture.limit({ provider: 'openai', model: 'gpt-4o*', requests: { minute: 2 } });
        await take({ model: 'gpt-4o' });
        await take({ model: 'gpt-4o-mini' });
        await beRefused({ model: 'GPT-4o-audio' });
        await take({ model: 'gpt-5' });
      });

      it('refuses a call that could never be admitted, and one that takes less than nothing', async () => {
        fixture.limit({ ...call, tokens: { minute: 1000 } });
        await assert.rejects(limiter.acquire({ ...call, tokens: 1001 }), { code: 'limits.neverAdmitted' });
        await assert.rejects(limiter.acquire({ ...call, tokens: -1 }), { code: 'config.invalid' });
        await assert.rejects(limiter.acquire({ ...call, tokens: 0.5 }), { code: 'config.invalid' });
      });

      it('counts calls that no limit covers, or refuses them where the file says so', async () => {
        const stranger = { provider: 'acme', model: 'm' };
        for (let count = 0; count < 5; count += 1) {
          await take({ ...stranger, tokens: 10 });
        }
        assert.equal(await usedIn('tokens', 'day'), 50);
        fixture.write('{"unknown":"refuse"}');
        await assert.rejects(limiter.acquire(stranger), { code: 'limits.unknownModel' });
      });

      it('stops calls of no size while a window is used up', async () => {
        fixture.limit({ ...call, tokens: { minute: 100 } });
        await take({ tokens: 100 });
        await beRefused({ tokens: 0 });
      });

      it('paces calls where the limit says so, and still uses all of a minute', async () => {
        fixture.limit({ ...call, requests: { minute: 60 }, burst_seconds: 1 });
        await take();
        assert.equal((await beRefused()).retryAfterMs, 1000);
        let admitted = 1;
        for (let second = 1; second < 600; second += 1) {
          await advance(1000);
          admitted += (await limiter.acquire(call)).granted ? 1 : 0;
        }
        assert.equal(admitted, 600);
      });

      it('keeps the windows of two processes one', async () => {
        fixture.limit({ ...call, requests: { minute: 3 } });
        const other = await fixture.open();
        const results = await Promise.all([1, 2, 3, 4].flatMap(() => [limiter.acquire(call), other.acquire(call)]));
        assert.equal(results.filter((result) => result.granted).length, 3);
      });
    });

    describe('providers', () => {
      it('reserves the larger of max_tokens and the estimate for OpenAI', async () => {
        fixture.limit({ ...call, tokens: { minute: 1000 } });
        const first = await take({ inputTokens: 100, maxOutputTokens: 600 });
        assert.deepEqual(first.remaining, { tokens: { minute: 400 } });
        assert.deepEqual((await take({ inputTokens: 300, maxOutputTokens: 50 })).remaining, {
          tokens: { minute: 100 },
        });
      });

      it('counts Anthropic’s input at the start and its output as it comes', async () => {
        const claude = { provider: 'anthropic', model: 'claude-sonnet-5' };
        fixture.limit({ ...claude, input_tokens: { minute: 1000 }, output_tokens: { minute: 500 } });
        const first = await take({ ...claude, inputTokens: 600, maxOutputTokens: 64_000 });
        assert.deepEqual(first.remaining, { input_tokens: { minute: 400 }, output_tokens: { minute: 500 } });
        const settled = await limiter.report({ reservation: first.reservation, inputTokens: 600, outputTokens: 700 });
        assert.deepEqual(settled.remaining, { input_tokens: { minute: 400 }, output_tokens: { minute: 0 } });
        const { limitedBy } = await beRefused({ ...claude, inputTokens: 10 });
        assert.deepEqual(limitedBy, { dimension: 'output_tokens', window: 'minute', limit: 500 });
      });

      it('counts only input as Gemini’s tokens, in days that begin at midnight in California', async () => {
        const gemini = { provider: 'gemini', model: 'gemini-2.5-flash' };
        fixture.limit({ ...gemini, requests: { day: 2 }, tokens: { minute: 1000 } });
        const first = await take({ ...gemini, inputTokens: 800, maxOutputTokens: 5000 });
        assert.equal(first.remaining.tokens?.minute, 200);
        await take({ ...gemini, inputTokens: 100 });
        // Noon UTC is 4:00 in California: the next day begins in 20 hours.
        const { limitedBy, retryAfterMs } = await beRefused({ ...gemini, inputTokens: 1 });
        assert.deepEqual([limitedBy.dimension, retryAfterMs], ['requests', 20 * 60 * minute]);
        await advance(20 * 60 * minute - 1);
        await beRefused({ ...gemini, inputTokens: 1 });
        await advance(1);
        await take({ ...gemini, inputTokens: 1 });
      });

      it('begins Gemini’s days at midnight in California on the days that have 23 and 25 hours', async () => {
        const gemini = { provider: 'gemini', model: 'gemini-2.5-flash' };
        fixture.limit({ ...gemini, requests: { day: 1 } });
        // 2027: clocks go forward on 14 March and back on 7 November, both at 2:00.
        for (const [midnight, hours] of [
          ['2027-03-14T08:00:00Z', 23],
          ['2027-11-07T07:00:00Z', 25],
        ] as const) {
          await advance(Date.parse(midnight) - fixture.clock.wall);
          await take(gemini);
          assert.equal((await beRefused(gemini)).retryAfterMs, hours * 60 * minute);
          await advance(hours * 60 * minute);
          await take(gemini);
        }
      });

      it('prefers, of entries for the same model, the one of the call’s tier', async () => {
        fixture.limit({ ...call, requests: { minute: 5 } }, { ...call, tier: 'tier2', requests: { minute: 50 } });
        assert.equal((await take({ tier: 'tier2' })).remaining.requests?.minute, 49);
        assert.equal((await take({ tier: 'tier1' })).remaining.requests?.minute, 4);
        assert.equal((await take()).remaining.requests?.minute, 3);
      });

      it('takes the numbers of a preset where an entry names only the tier', async () => {
        fixture.limit({ provider: 'anthropic', tier: 'start' });
        const { remaining } = await take({ provider: 'anthropic', model: 'claude-opus-5', inputTokens: 1 });
        assert.deepEqual(remaining, {
          requests: { minute: 999 },
          input_tokens: { minute: 1_999_999 },
          output_tokens: { minute: 400_000 },
        });
        const source = (await limiter.status()).pools[0]?.windows[0]?.source;
        assert.equal(source?.kind, 'preset');
      });
    });

    describe('settling', () => {
      beforeEach(() => fixture.limit({ ...call, requests: { minute: 10 }, tokens: { minute: 1000 } }));

      it('gives back what was held too much, once', async () => {
        const { reservation } = await take({ tokens: 900 });
        await advance(5000);
        const first = await limiter.report({ reservation, tokens: 100 });
        assert.deepEqual([first.settled, first.remaining.tokens?.minute], ['now', 900]);
        const second = await limiter.report({ reservation, tokens: 500 });
        assert.deepEqual([second.settled, second.remaining.tokens?.minute], ['repeated', 900]);
      });

      it('counts over-use from when it is known, as a debt', async () => {
        const { reservation } = await take({ tokens: 500 });
        await advance(30_000);
        await limiter.report({ reservation, tokens: 2000 });
        assert.equal(await usedIn('tokens', 'minute'), 2000);
        // The estimate leaves after a minute, the 1500 beyond it half a minute later.
        await advance(30_000);
        assert.equal((await beRefused({ tokens: 1 })).retryAfterMs, 30_000);
        await advance(30_000);
        await take({ tokens: 1000 });
      });

      it('settles a lost call at its estimate, and counts only over-use of one that comes late', async () => {
        const lost = await take({ tokens: 300, leaseSeconds: 10 });
        await advance(20_000);
        const late = await limiter.report({ reservation: lost.reservation, tokens: 50 });
        assert.deepEqual([late.settled, late.remaining.tokens?.minute], ['late', 700]);
        const other = await take({ tokens: 300, leaseSeconds: 10 });
        await advance(10_000);
        const over = await limiter.report({ reservation: other.reservation, tokens: 350 });
        assert.deepEqual([over.settled, over.remaining.tokens?.minute], ['late', 350]);
        assert.equal((await limiter.report({ reservation: other.reservation, tokens: 350 })).settled, 'repeated');
      });

      it('counts the output of a lost Anthropic call at its limit, when the lease runs out', async () => {
        const claude = { provider: 'anthropic', model: 'claude-sonnet-5' };
        fixture.limit({ ...claude, output_tokens: { minute: 500 } });
        await take({ ...claude, inputTokens: 1, maxOutputTokens: 450, leaseSeconds: 100 });
        await advance(99_999);
        assert.equal((await take({ ...claude, inputTokens: 1 })).remaining.output_tokens?.minute, 500);
        await advance(1);
        assert.equal((await take({ ...claude, inputTokens: 1 })).remaining.output_tokens?.minute, 50);
      });

      it('counts a lost call from the end of its lease, however late that is noticed', async () => {
        const claude = { provider: 'anthropic', model: 'claude-sonnet-5' };
        fixture.limit({ ...claude, output_tokens: { minute: 500 } });
        await take({ ...claude, inputTokens: 1, maxOutputTokens: 450, leaseSeconds: 100 });
        await advance(130_000);
        assert.equal((await take({ ...claude, inputTokens: 1 })).remaining.output_tokens?.minute, 50);
        await advance(30_000);
        assert.equal((await take({ ...claude, inputTokens: 1 })).remaining.output_tokens?.minute, 500);
      });

      it('throws old reservations away, also those of models that nobody calls any more', async () => {
        const claude = { provider: 'anthropic', model: 'claude-sonnet-5' };
        for (let count = 0; count < 130; count += 1) {
          await take({ ...claude, inputTokens: 1, maxOutputTokens: 5, leaseSeconds: 1 });
        }
        fixture.limit();
        await advance(26 * 60 * minute);
        for (let count = 0; count < 130; count += 1) {
          await take();
        }
        const [row] = await fixture.sql('SELECT count(*) AS kept FROM limit_reservations');
        assert.ok(Number(row?.kept) <= 140, String(row?.kept));
      });

      it('lets a failed call count, and one that was never made not', async () => {
        const failed = await take({ tokens: 100 });
        const unused = await take({ tokens: 200 });
        await limiter.report({ reservation: failed.reservation, outcome: 'failed' });
        const { remaining } = await limiter.report({ reservation: unused.reservation, outcome: 'unused' });
        assert.deepEqual(remaining, { requests: { minute: 9 }, tokens: { minute: 900 } });
      });

      it('knows no reservation of another database', async () => {
        const { reservation } = await take();
        for (const wrong of [reservation.replace(/-.*/, '-zzz'), '7-abc', 'x', '']) {
          await assert.rejects(limiter.report({ reservation: wrong }), { code: 'limits.unknownReservation' });
        }
      });
    });

    describe('response headers', () => {
      const report = async (headers: Record<string, string>): Promise<void> => {
        const { reservation } = await take({ tokens: 10 });
        await limiter.report({ reservation, tokens: 10, headers });
      };

      beforeEach(() => fixture.limit({ ...call, requests: { minute: 500 }, tokens: { minute: 1000 } }));

      it('count what others of the same account use, until the header’s reset', async () => {
        await report({
          'x-ratelimit-limit-tokens': '1000',
          'x-ratelimit-remaining-tokens': '100',
          'x-ratelimit-reset-tokens': '12s',
        });
        assert.equal(await usedIn('tokens', 'minute'), 900);
        await advance(11_900);
        await beRefused({ tokens: 500 });
        await advance(200);
        await take({ tokens: 500 });
      });

      it('lower a limit of your settings, never raise it, and are named as its source', async () => {
        await report({ 'x-ratelimit-limit-tokens': '600' });
        await assert.rejects(limiter.acquire({ ...call, tokens: 601 }), { code: 'limits.neverAdmitted' });
        const window = (await limiter.status()).pools[0]?.windows.find((one) => one.limit === 600);
        assert.deepEqual(window?.source, { kind: 'header', at: new Date(start).toISOString() });
        await report({ 'x-ratelimit-limit-tokens': '2000' });
        await assert.rejects(limiter.acquire({ ...call, tokens: 1001 }), { code: 'limits.neverAdmitted' });
      });

      it('pause all calls for as long as they ask', async () => {
        await report({ 'retry-after': '7' });
        const { limitedBy, retryAfterMs } = await beRefused();
        assert.deepEqual([limitedBy.dimension, retryAfterMs], ['pause', 7000]);
        await advance(7000);
        await take();
      });
    });

    describe('the line', () => {
      it('is waited in until capacity is there, not longer', async () => {
        fixture.limit({ ...call, requests: { minute: 1 } });
        await take();
        await advance(10_000);
        await take({ waitSeconds: 60 });
        assert.equal(fixture.clock.wall, start + minute);
      });

      it('is left when the wait is over', async () => {
        fixture.limit({ ...call, requests: { minute: 1 } });
        await take();
        await beRefused({ waitSeconds: 5 });
        const [pool] = (await limiter.status()).pools;
        assert.deepEqual([pool?.waiting, fixture.clock.wall], [0, start + 5000]);
      });

      it('can be watched without taking a place or a call', async () => {
        fixture.limit({ ...call, requests: { minute: 1 } });
        assert.deepEqual(await limiter.wait(call), { granted: true });
        await take();
        assert.equal((await limiter.wait(call)).granted, false);
        assert.equal((await limiter.wait({ ...call, waitSeconds: 90 })).granted, true);
        assert.equal(fixture.clock.wall, start + minute);
        await take();
      });
    });

    if (name === 'SQLite') {
      describe('the file', () => {
        beforeEach(() => fixture.limit({ ...call, requests: { minute: 1 } }));

        it('may be deleted: all of its users start anew, together', async () => {
          const other = await fixture.open();
          await take();
          refused(await other.acquire(call));
          rmSync(fixture.database);
          await take();
          refused(await other.acquire(call));
          refused(await limiter.acquire(call));
        });

        it('is left alone when it is no rate limit database', async () => {
          writeFileSync(fixture.database, 'a letter to somebody else, and a long one');
          await assert.rejects(limiter.acquire(call), { code: 'database.foreign' });
          assert.match(readFileSync(fixture.database, 'utf8'), /^a letter/);
        });
      });
    }

    describe('the clock', () => {
      const hour = 60 * minute;

      beforeEach(async () => {
        fixture.limit({ ...call, requests: { minute: 1, hour: 2 } });
        await take();
      });

      if (name === 'SQLite') {
        it('may be set forward or back without freeing or closing a window', async () => {
          for (const step of [5 * hour, -9 * hour, 30_000, -20_000]) {
            fixture.clock.step(step);
            await beRefused();
          }
          await advance(minute);
          await take();
          fixture.clock.step(-5 * hour);
          await advance(minute);
          assert.equal((await beRefused()).limitedBy.window, 'hour');
        });

        it('is the wall clock after a restart, however long the machine has run before and since', async () => {
          for (const uptime of [1000, 100_000]) {
            await advance(minute);
            fixture.clock.restart(2 * hour, uptime);
            assert.equal((await take()).remaining.requests?.hour, 1);
          }
        });

        it('ends a day after a day, although the clock stood years ahead when it began', async () => {
          const gemini = { provider: 'gemini', model: 'gemini-2.5-flash' };
          fixture.limit({ ...gemini, requests: { day: 1 } });
          await take(gemini);
          fixture.clock.step(3 * 365 * 24 * 60 * minute);
          await advance(20 * 60 * minute);
          await take(gemini);
          fixture.clock.step(-3 * 365 * 24 * 60 * minute);
          await advance(25 * 60 * minute);
          await take(gemini);
          assert.ok((await beRefused(gemini)).retryAfterMs <= 25 * 60 * minute);
        });

        it('passes while the machine sleeps', async () => {
          fixture.clock.sleepMachine(2 * hour);
          assert.equal((await take()).remaining.requests?.hour, 1);
        });
      }
    });

    describe('pauses and resets', () => {
      it('pause a provider with all of its models, known or not, until it is resumed', async () => {
        fixture.limit({ provider: 'openai', model: '*', requests: { minute: 10 } });
        await take();
        await limiter.pause({ provider: 'OpenAI' });
        await beRefused();
        await beRefused({ model: 'never-seen' });
        await take({ provider: 'anthropic', model: 'x' });
        await limiter.resume({ provider: 'openai' });
        await take();
      });

      it('pause one model for a while', async () => {
        await limiter.pause({ ...call, seconds: 30 });
        assert.equal((await beRefused()).retryAfterMs, 30_000);
        await take({ model: 'another' });
        await advance(30_000);
        await take();
      });

      it('forget use and debts, and give nothing back for calls that were under way', async () => {
        fixture.limit({ ...call, requests: { minute: 2 }, tokens: { minute: 100 } });
        const { reservation } = await take({ tokens: 100 });
        await limiter.reset(call);
        await take({ tokens: 60 });
        const { remaining } = await limiter.report({ reservation, tokens: 1 });
        assert.deepEqual(remaining, { requests: { minute: 1 }, tokens: { minute: 40 } });
      });
    });

    describe('the queue', () => {
      it('hands out by priority, then by arrival, what is due', async () => {
        await limiter.schedule({ ...call, id: 'first', payload: { n: 1 } });
        await advance(1);
        await limiter.schedule({ ...call, id: 'second' });
        await limiter.schedule({ ...call, id: 'urgent', priority: 1 });
        await limiter.schedule({ ...call, id: 'later', notBefore: new Date(start + minute).toISOString() });
        const order = [await item(), await item(), await item()];
        assert.deepEqual(
          order.map(({ id }) => id),
          ['urgent', 'first', 'second'],
        );
        assert.deepEqual(order[1]?.payload, { n: 1 });
        assert.deepEqual(await limiter.next({}), { item: null, retryAfterMs: minute - 1 });
        await advance(minute - 1);
        assert.equal((await item()).id, 'later');
      });

      it('waits for capacity, without letting small requests pass a large one', async () => {
        fixture.limit({ ...call, tokens: { minute: 1000 } });
        await take({ tokens: 600 });
        const large = await limiter.schedule({ ...call, id: 'large', tokens: 900 });
        const small = await limiter.schedule({ ...call, id: 'small', tokens: 100 });
        const inAMinute = new Date(start + minute).toISOString();
        assert.deepEqual([large.predictedStart, small.predictedStart], [inAMinute, inAMinute]);
        assert.deepEqual(await limiter.next({}), { item: null, retryAfterMs: minute });
        assert.equal((await item({ waitSeconds: 120 })).id, 'large');
        assert.equal(fixture.clock.wall, start + minute);
        assert.equal((await item()).id, 'small');
      });

      it('schedules an id once, whatever is asked the second time', async () => {
        assert.equal((await limiter.schedule({ ...call, id: 'a', payload: 1 })).created, true);
        assert.equal((await limiter.schedule({ ...call, id: 'a', payload: 2 })).created, false);
        assert.equal((await item()).payload, 1);
        assert.equal((await limiter.next({})).item, null);
        assert.equal((await limiter.schedule({ ...call, id: 'a' })).status, 'executing');
      });

      it('gives an item of a crashed worker back once, to one worker', async () => {
        await limiter.schedule({ ...call, id: 'a' });
        const crashed = await item({ leaseSeconds: 30 });
        await advance(29_999);
        assert.deepEqual(await limiter.next({}), { item: null, retryAfterMs: 1 });
        await advance(1);
        const again = await item({ leaseSeconds: 30 });
        assert.deepEqual([crashed.attempt, again.attempt], [1, 2]);
        assert.equal((await limiter.next({})).item, null);
        await assert.rejects(limiter.complete({ id: 'a', lease: crashed.lease }), { code: 'limits.leaseLost' });
        assert.equal((await limiter.complete({ id: 'a', lease: again.lease, result: 'x' })).status, 'completed');
        assert.equal((await limiter.complete({ id: 'a', lease: again.lease })).status, 'completed');
      });

      it('tries a failed item again after a growing pause, until its attempts are used up', async () => {
        await limiter.schedule({ ...call, id: 'a', maxAttempts: 3 });
        const pauses: number[] = [];
        for (const expected of ['pending', 'pending', 'failed']) {
          const { lease } = await item();
          const ended = await limiter.fail({ id: 'a', lease, error: 'boom' });
          assert.equal(ended.status, expected);
          if (ended.nextAttempt !== null) {
            pauses.push(Date.parse(ended.nextAttempt) - fixture.clock.wall);
            await advance(pauses.at(-1) ?? 0);
          }
        }
        const [first = 0, second = 0] = pauses;
        assert.ok(first >= 500 && first <= 1000 && second >= 1000 && second <= 2000, String(pauses));
        assert.deepEqual(await limiter.next({}), { item: null, retryAfterMs: null });
        assert.equal((await limiter.status()).queue.failed, 1);
      });

      it('gives up an item that can no longer be admitted, and goes on with the next', async () => {
        fixture.limit({ ...call, tokens: { minute: 1000 } });
        await limiter.schedule({ ...call, id: 'large', tokens: 900 });
        await limiter.schedule({ ...call, id: 'small', tokens: 100 });
        fixture.limit({ ...call, tokens: { minute: 500 } });
        assert.equal((await item()).id, 'small');
        const [row] = await fixture.sql(
          "SELECT status, error_message FROM scheduled_requests WHERE request_id = 'large'",
        );
        assert.equal(row?.status, 'failed');
        assert.match(String(row.error_message), /900 tokens can never be admitted/);
      });

      it('admits an item under the limits of the moment, also when its model has come under another entry', async () => {
        fixture.limit({ ...call, tokens: { minute: 1000 } });
        await limiter.schedule({ ...call, id: 'a', tokens: 400 });
        await limiter.schedule({ ...call, id: 'b', tokens: 400 });
        fixture.limit({ provider: 'openai', model: 'gpt-*', tokens: { minute: 700 } });
        await take({ model: 'gpt-5', tokens: 300 });
        assert.equal((await item()).id, 'a');
        assert.deepEqual(await limiter.next({}), { item: null, retryAfterMs: minute });
      });

      it('settles the reservation of an item when it ends', async () => {
        fixture.limit({ ...call, tokens: { minute: 1000 } });
        await limiter.schedule({ ...call, id: 'a', tokens: 800 });
        await item();
        assert.equal(await usedIn('tokens', 'minute'), 800);
        await limiter.complete({ id: 'a', tokens: 300 });
        assert.equal(await usedIn('tokens', 'minute'), 300);
      });

      it('knows only what was scheduled, and refuses what can never start', async () => {
        fixture.limit({ ...call, tokens: { minute: 10 } });
        await assert.rejects(limiter.complete({ id: 'nothing' }), { code: 'limits.unknownItem' });
        await assert.rejects(limiter.fail({ id: 'nothing' }), { code: 'limits.unknownItem' });
        await assert.rejects(limiter.schedule({ ...call, tokens: 11 }), { code: 'limits.neverAdmitted' });
        await assert.rejects(limiter.schedule({ ...call, notBefore: 'soon' }), { code: 'config.invalid' });
      });
    });

    describe('the limits file', () => {
      it('is read again when it changes, and the last good one stays in force when it breaks', async () => {
        fixture.limit({ ...call, requests: { minute: 1 } });
        await take();
        await beRefused();
        fixture.limit({ ...call, requests: { minute: 2 } });
        await take();
        fixture.write('{ "limits": [\n  { "provider": "openai", "requests": { "minute": "many" } } ] }');
        await beRefused();
        // A process that starts now has the last good one too.
        const other = await fixture.open();
        refused(await other.acquire(call));
        const { problem, entries } = await other.limits();
        assert.deepEqual([problem?.line, problem?.column, entries.length], [2, 41, 1]);
        fixture.limit({ ...call, requests: { minute: 3 } });
        await take();
        assert.equal((await limiter.status()).problem, null);
      });

      it('admits nothing while it is broken and never was good', async () => {
        fixture.write('{');
        await assert.rejects(limiter.acquire(call), { code: 'limits.invalid', message: /rate-limits\.json:1:2: / });
      });
    });

    it('shows the plan’s counters of fixed windows, with the limits beside them', async () => {
      fixture.limit({ ...call, tier: 'tier1', requests: { minute: 5, day: 100 }, tokens: { minute: 1000 } });
      await take({ tokens: 100 });
      await advance(61_000);
      await take({ tokens: 30 });
      await take({ tokens: 7 });
      const rows = await fixture.sql('SELECT * FROM rate_limit_counters ORDER BY window_type, window_start');
      const iso = (value: unknown): string => new Date(value as string).toISOString();
      assert.deepEqual(
        rows.map((row) => [
          row.provider,
          row.model,
          row.tier,
          row.window_type,
          iso(row.window_start),
          iso(row.window_end),
          Number(row.request_count),
          Number(row.token_count),
          row.request_limit === null ? null : Number(row.request_limit),
          row.token_limit === null ? null : Number(row.token_limit),
        ]),
        [
          ['day', '2026-11-23T00:00:00.000Z', '2026-11-24T00:00:00.000Z', 3, 137, 100, null],
          ['hour', '2026-11-23T12:00:00.000Z', '2026-11-23T13:00:00.000Z', 3, 137, null, null],
          ['minute', '2026-11-23T12:00:00.000Z', '2026-11-23T12:01:00.000Z', 1, 100, 5, 1000],
          ['minute', '2026-11-23T12:01:00.000Z', '2026-11-23T12:02:00.000Z', 2, 37, 5, 1000],
        ].map((row) => ['openai', 'gpt-4o-mini', 'tier1', ...row]),
      );
    });
  });
}
