import assert from 'node:assert/strict';
import { extendCoverage } from '../../../src/engine/export/checkpoints.ts';
import type { BulkRow, MetricsStore } from '../../../src/engine/store/store.ts';
import type { SpendAnswer } from '../../../src/protocol/analytics.ts';
import { generation } from '../../unit/store/fixture.ts';
import { backends, type BackendFixture } from '../store/backends.ts';
import { ask, rollupStates, writeCalls } from './ask.ts';

let next = 0;
const call = (
  time: string,
  cost: number | null,
  values: Partial<BulkRow<'llm_generations'>> = {},
): BulkRow<'llm_generations'> =>
  generation(`g${next++}`, { trace_id: `t${next}`, created_at: time, start_time: time, cost_usd: cost, ...values });
const near = (actual: number | null | undefined, expected: number): void =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) < 1e-9, `${String(actual)} is not ${expected}`);

for (const [backend, state] of backends.flatMap((each) => rollupStates.map((state) => [each, state] as const))) {
  describe(`What is spent, ${state.name}, on ${backend.name}`, function () {
    this.timeout(60_000);
    let fixture: BackendFixture;
    let store: MetricsStore;

    beforeEach(async () => {
      fixture = await backend.create();
      store = fixture.open();
    });
    afterEach(() => fixture.clean());

    const write = async (calls: readonly BulkRow<'llm_generations'>[]): Promise<void> => {
      await writeCalls(store, calls);
      await state.rollUp(store);
    };
    const spend = (
      now: string,
      timeZone: string,
      rest: { filters?: { models: string[] } } = {},
    ): Promise<SpendAnswer> => ask(store, 'spend', { timeZone, ...rest }, { now: Date.parse(now) });
    const cover = (from: string, to: string, project = 'p'): Promise<void> =>
      store.write(({ db }) => extendCoverage(db, project, { from: Date.parse(from), to: Date.parse(to) }));

    it('belongs to the days of the wall clock: the turn of the year in Paris', async () => {
      await write([
        call('2026-12-30T22:59:59.999Z', 1),
        call('2026-12-30T23:00:00.000Z', 2),
        call('2026-12-31T22:59:59.999Z', 4),
        call('2026-12-31T23:00:00.000Z', 8),
        call('2027-01-01T10:00:00.000Z', 16),
      ]);
      const inParis = await spend('2027-01-01T12:00:00Z', 'Europe/Paris');
      assert.deepEqual([inParis.todayUsd, inParis.yesterdayUsd, inParis.monthToDateUsd], [24, 6, 24]);
      assert.deepEqual(inParis.days, [{ date: '2027-01-01', costUsd: 24, cumulativeUsd: 24 }]);
      assert.equal(inParis.monthEnd, '2027-01-31T23:00:00.000Z');
      const inUtc = await spend('2027-01-01T12:00:00Z', 'UTC');
      assert.deepEqual([inUtc.todayUsd, inUtc.yesterdayUsd, inUtc.monthToDateUsd], [16, 12, 16]);
    });

    it('belongs to a day of 25 hours, and to days that begin inside an hour', async () => {
      await write([
        call('2026-10-24T21:59:00.000Z', 1),
        call('2026-10-24T22:00:00.000Z', 2),
        call('2026-10-25T22:59:00.000Z', 4),
        call('2026-10-25T23:00:00.000Z', 8),
        call('2026-10-25T18:29:00.000Z', 16),
        call('2026-10-25T18:30:00.000Z', 32),
      ]);
      const inParis = await spend('2026-10-26T08:00:00Z', 'Europe/Paris');
      assert.deepEqual([inParis.todayUsd, inParis.yesterdayUsd], [8, 2 + 4 + 16 + 32]);
      const inKolkata = await spend('2026-10-26T08:00:00Z', 'Asia/Kolkata');
      assert.deepEqual([inKolkata.todayUsd, inKolkata.yesterdayUsd], [32 + 4 + 8, 1 + 2 + 16]);
    });

    it('is 0 where the export found nothing, and unknown where nothing was exported', async () => {
      await write([call('2026-11-20T12:00:00.000Z', 3), call('2026-11-21T12:00:00.000Z', null)]);
      const bare = await spend('2026-11-23T12:00:00Z', 'UTC');
      assert.deepEqual([bare.todayUsd, bare.yesterdayUsd, bare.monthToDateUsd], [null, null, 3]);
      assert.deepEqual(bare.missing, { todayUsd: 'noCalls', yesterdayUsd: 'noCalls', forecast: 'tooFew' });
      assert.equal(bare.callsWithoutCost, 1);
      await cover('2026-11-19T00:00:00Z', '2026-11-23T11:00:00Z');
      const exported = await spend('2026-11-23T12:00:00Z', 'UTC');
      assert.deepEqual([exported.todayUsd, exported.yesterdayUsd], [0, 0]);
      const unknown = await spend('2026-11-22T12:00:00Z', 'UTC');
      assert.deepEqual([unknown.yesterdayUsd, unknown.missing.yesterdayUsd], [null, 'noCost']);
    });

    it('goes on as in the last weeks, from where the database ends', async () => {
      // $8 and $12 in turns from the 1st to the 8th; the 9th was exported until 06:00 and cost $1 so far.
      await write([
        ...Array.from({ length: 8 }, (_, day) => call(`2026-11-0${day + 1}T10:00:00.000Z`, day % 2 === 0 ? 8 : 12)),
        call('2026-11-09T05:00:00.000Z', 1),
      ]);
      await cover('2026-11-01T00:00:00Z', '2026-11-09T06:00:00Z');
      const answer = await spend('2026-11-09T09:00:00Z', 'UTC');
      near(answer.monthToDateUsd, 81);
      const { forecast } = answer;
      assert.ok(forecast !== null);
      assert.deepEqual([forecast.method, forecast.daysUsed, forecast.days.length], ['daily-mean', 8, 22]);
      // Three quarters of the 9th and 21 days at $10; the variance as in the test of the forecast.
      near(forecast.costUsd, 81 + 7.5 + 210);
      const variance = ((8 * 0.04) / 7) * (0.75 * 100 + 21 * 100 + 217.5 ** 2 / 8);
      const half = 1.4149239277 * Math.sqrt(variance);
      assert.ok(Math.abs(forecast.interval.high - (298.5 + half)) < 1e-6);
      assert.ok(Math.abs(forecast.interval.low - (298.5 - half)) < 1e-6);
      assert.equal(forecast.days[0]?.date, '2026-11-09');
      near(forecast.days[0].cumulativeUsd, 88.5);
      assert.equal(forecast.days.at(-1)?.date, '2026-11-30');
    });

    it('is foreseen from whole days only: those that were not exported say nothing', async () => {
      await write(
        Array.from({ length: 12 }, (_, day) => call(`2026-11-${String(day + 1).padStart(2, '0')}T10:00:00.000Z`, 10)),
      );
      await cover('2026-11-01T09:00:00Z', '2026-11-06T00:00:00Z');
      assert.equal((await spend('2026-11-13T00:00:00Z', 'UTC')).missing.forecast, 'tooFew');
      await cover('2026-11-07T00:00:00Z', '2026-11-13T00:00:00Z');
      // The 2nd to the 5th and the 7th to the 12th.
      assert.equal((await spend('2026-11-13T00:00:00Z', 'UTC')).forecast?.daysUsed, 10);
      // Another project ends earlier, and what is known of both ends with it.
      await cover('2026-11-01T00:00:00Z', '2026-11-10T00:00:00Z', 'q');
      assert.equal((await spend('2026-11-13T00:00:00Z', 'UTC')).forecast?.daysUsed, 7);
    });

    it('is that of the filters alone', async () => {
      await write([
        call('2026-11-09T05:00:00.000Z', 1, { model: 'a' }),
        call('2026-11-09T05:00:00.000Z', 2, { model: 'b' }),
      ]);
      assert.equal((await spend('2026-11-09T09:00:00Z', 'UTC', { filters: { models: ['b'] } })).todayUsd, 2);
    });

    it('refuses a zone that does not exist', async () => {
      await assert.rejects(spend('2026-11-09T09:00:00Z', 'Europe/Atlantis'), { code: 'question.invalid' });
    });
  });
}
