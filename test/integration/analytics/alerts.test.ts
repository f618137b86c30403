import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { evaluateAlerts } from '../../../src/engine/analytics/alerts/alerts.ts';
import { parseConfig } from '../../../src/engine/config/config.ts';
import { extendCoverage } from '../../../src/engine/export/checkpoints.ts';
import { systemClock } from '../../../src/engine/ports.ts';
import type { BulkRow, MetricsStore } from '../../../src/engine/store/store.ts';
import { Numbers } from '../../../src/format/numbers.ts';
import type { AlertReport, AlertState } from '../../../src/protocol/analytics.ts';
import { event, generation, score, StoreFixture } from '../../unit/store/fixture.ts';
import { backends, type BackendFixture } from '../store/backends.ts';
import { ask, writeCalls } from './ask.ts';

let next = 0;
const call = (time: string, values: Partial<BulkRow<'llm_generations'>> = {}): BulkRow<'llm_generations'> => {
  next += 1;
  return generation(`g${next}`, { trace_id: `t${next}`, created_at: time, start_time: time, ...values });
};
const noon = '2026-11-23T12:00:00.000Z';
const morning = '2026-11-23T08:00:00.000Z';
const budget = { id: 'money', kind: 'budget', period: 'month', limitUsd: 100, timeZone: 'UTC' };

for (const backend of backends) {
  describe(`Alerts, on ${backend.name}`, function () {
    this.timeout(60_000);
    let fixture: BackendFixture;
    let store: MetricsStore;
    let workspace: string;

    beforeEach(async () => {
      fixture = await backend.create();
      store = fixture.open();
      workspace = mkdtempSync(path.join(os.tmpdir(), 'langfuse-metrics-alerts-'));
    });
    afterEach(async () => {
      await fixture.clean();
      rmSync(workspace, { recursive: true, force: true });
    });

    const evaluate = async (now: string, rules: readonly unknown[], on = store): Promise<AlertReport> => {
      await on.flush();
      const config = parseConfig({ workspace, alerts: [...rules] }, (name) => name);
      const clock = { ...systemClock, now: () => Date.parse(now) };
      return evaluateAlerts({ store: on, config, clock, numbers: new Numbers('en'), wasmPath: undefined }, undefined);
    };
    const only = async (now: string, rule: object): Promise<AlertState> => {
      const { alerts } = await evaluate(now, [{ id: 'rule', ...rule }]);
      assert.equal(alerts.length, 1);
      return alerts[0] ?? assert.fail();
    };
    const spend = (time: string, usd: number): Promise<void> => writeCalls(store, [call(time, { cost_usd: usd })]);

    it('of a budget fire once at each level, and start anew with the month', async () => {
      const told: unknown[] = [];
      const follow = async (now: string): Promise<void> => {
        const { alerts, fired, recovered } = await evaluate(now, [budget]);
        told.push([alerts[0]?.state, alerts[0]?.level, fired, recovered]);
      };
      await spend('2026-11-02T00:00:00.000Z', 49);
      await follow('2026-11-02T10:00:00Z');
      await spend('2026-11-03T00:00:00.000Z', 1);
      await follow('2026-11-03T10:00:00Z');
      await follow('2026-11-04T10:00:00Z');
      await spend('2026-11-05T00:00:00.000Z', 46);
      await follow('2026-11-05T10:00:00Z');
      await spend('2026-11-30T23:59:59.999Z', 5);
      await follow('2026-11-30T23:59:59.999Z');
      await spend('2026-12-01T00:00:00.000Z', 60);
      await follow('2026-12-01T00:00:01Z');
      await follow('2027-01-01T00:00:00Z');
      assert.deepEqual(told, [
        ['ok', null, [], []],
        ['firing', 0.5, ['money'], []],
        ['firing', 0.5, [], []],
        ['firing', 0.95, ['money'], []],
        ['firing', 1, ['money'], []],
        ['firing', 0.5, ['money'], []],
        // Nothing is known of January yet.
        ['noData', null, [], ['money']],
      ]);
    });

    it('of a budget are about their day, week or month, and the calls of their filters', async () => {
      await writeCalls(store, [
        // Sunday evening in Paris is Monday in Tokyo.
        call('2026-11-22T20:00:00.000Z', { cost_usd: 3, model: 'gpt-4o' }),
        call('2026-11-22T23:30:00.000Z', { cost_usd: 4, model: 'claude', tags: '["prod"]' }),
      ]);
      const value = async (rule: object): Promise<number | null> =>
        (await only('2026-11-22T23:45:00Z', { ...budget, ...rule })).value;
      assert.equal(await value({ period: 'day', timeZone: 'Europe/Paris' }), 4);
      assert.equal(await value({ period: 'day', timeZone: 'UTC' }), 7);
      assert.equal(await value({ period: 'week', timeZone: 'Europe/Paris' }), 4);
      assert.equal(await value({ period: 'week', timeZone: 'UTC' }), 7);
      assert.equal(await value({ period: 'week', timeZone: 'Asia/Tokyo' }), 7);
      assert.equal(await value({ filters: { models: ['gpt-4o'] } }), 3);
      assert.equal(await value({ filters: { tags: ['prod'] } }), 4);
      assert.equal(await value({ filters: { agents: ['nobody'] } }), null);
      const { message, scope, period } = await only('2026-11-22T23:45:00Z', budget);
      assert.equal(message, '$7.00 of $100.00 spent this month (7.0\u202f%).');
      assert.deepEqual(period, { start: '2026-11-01T00:00:00.000Z', end: '2026-12-01T00:00:00.000Z' });
      assert.deepEqual(scope, { range: period });
    });

    it('tell nothing spent from nothing known', async () => {
      assert.equal((await only(noon, budget)).state, 'noData');
      const covered = { from: Date.parse('2026-10-31T00:00:00Z'), to: Date.parse(noon) };
      await store.write(({ db }) => extendCoverage(db, 'p', covered));
      const state = await only(noon, budget);
      assert.deepEqual([state.state, state.value], ['ok', 0]);
    });

    it('of the forecast fire before the money is spent', async () => {
      await writeCalls(
        store,
        Array.from({ length: 9 }, (_, day) =>
          call(`2026-11-0${day + 1}T10:00:00.000Z`, { cost_usd: day % 2 === 0 ? 8 : 12 }),
        ),
      );
      const rule = { kind: 'forecast', timeZone: 'UTC' };
      const over = await only('2026-11-10T00:00:00Z', { ...rule, limitUsd: 290 });
      assert.deepEqual([over.state, over.level], ['firing', 1]);
      // 88 so far and 21 days at the mean of eight days, 10; the first may have been a part of one.
      assert.ok(Math.abs((over.value ?? 0) - 298) < 1e-9);
      assert.match(over.message, /heading for \$298\.00 of \$290\.00 \(\$\d/);
      assert.equal((await only('2026-11-10T00:00:00Z', { ...rule, limitUsd: 310 })).state, 'ok');
      assert.equal((await only('2026-11-05T00:00:00Z', { ...rule, limitUsd: 1 })).state, 'noData');
    });

    it('of errors and fallbacks need calls enough to say anything', async () => {
      await writeCalls(
        store,
        Array.from({ length: 30 }, (_, index) => call(morning, { level: index < 3 ? 'ERROR' : 'DEFAULT', model: 'm' })),
      );
      const fallback = { event_type: 'fallback', event_name: 'rate_limit_fallback', created_at: morning };
      await store.write((transaction) =>
        transaction.upsert('llm_events', [
          event('e1', { ...fallback, original_model: 'm' }),
          event('e2', { ...fallback, original_model: 'm' }),
        ]),
      );
      const errors = await only(noon, { kind: 'errorRate', limit: 0.1 });
      assert.deepEqual([errors.state, errors.value, errors.level], ['firing', 0.1, null]);
      assert.equal(errors.message, '10.0\u202f% of 30 calls in 24 h failed; the limit is 10.0\u202f%.');
      assert.equal((await only(noon, { kind: 'errorRate', limit: 0.11 })).state, 'ok');
      const few = await only(noon, { kind: 'errorRate', limit: 0.05, minCalls: 31 });
      assert.deepEqual([few.state, few.value, few.message], ['noData', null, '30 calls in 24 h; 31 are needed.']);
      assert.equal((await only(noon, { kind: 'errorRate', limit: 0.05, windowHours: 3 })).state, 'noData');
      const fallbacks = await only(noon, { kind: 'fallbackRate', limit: 0.06 });
      assert.deepEqual([fallbacks.state, fallbacks.value], ['firing', 2 / 32]);
    });

    it('of latency are about its percentile', async () => {
      await writeCalls(store, [
        ...Array.from({ length: 21 }, (_, index) => call(morning, { latency_seconds: index })),
        call(morning, { latency_seconds: 99, observation_type: 'EMBEDDING' }),
        call(morning),
      ]);
      const value = async (percentile: number): Promise<number | null> =>
        (await only(noon, { kind: 'latency', limitSeconds: 10, percentile })).value;
      // Of 0 to 20, by R: quantile(0:20, c(.5, .9, .95, .99)).
      assert.deepEqual(
        [await value(50), await value(90), await value(95), Math.round(((await value(99)) ?? 0) * 1e9) / 1e9],
        [10, 18, 19, 19.8],
      );
      const state = await only(noon, { kind: 'latency', limitSeconds: 19.5, percentile: 95 });
      assert.deepEqual([state.state, state.unit], ['ok', 'seconds']);
    });

    it('of silence count from the last call, or from when exports began', async () => {
      const rule = { kind: 'noData', hours: 6 };
      assert.equal((await only(noon, rule)).state, 'noData');
      const covered = { from: Date.parse('2026-11-23T03:00:00Z'), to: Date.parse(noon) };
      await store.write(({ db }) => extendCoverage(db, 'p', covered));
      const never = await only(noon, rule);
      assert.deepEqual([never.state, never.value], ['firing', 9]);
      await writeCalls(store, [call(morning, { model: 'm' })]);
      const lately = await only(noon, rule);
      assert.deepEqual(
        [lately.state, lately.value, lately.message],
        ['ok', 4, 'The last call was 4.0 h ago; the limit is 6 h.'],
      );
      assert.equal((await only('2026-11-23T14:00:00Z', rule)).state, 'firing');
      assert.equal((await only(noon, { ...rule, filters: { models: ['other'] } })).state, 'firing');
    });

    it('of quality fire when it has fallen surely', async () => {
      const scored = async (time: string, values: readonly number[]): Promise<void> => {
        const calls = values.map(() => call(time));
        await writeCalls(store, calls);
        const rows = values.map((value, index) =>
          score(`s-${calls[index]?.id ?? ''}`, { trace_id: calls[index]?.trace_id ?? '', value, created_at: time }),
        );
        await store.write((transaction) => transaction.upsert('llm_scores', rows));
      };
      const rule = { kind: 'qualityDrop', limit: 0.1, windowHours: 24, minScores: 20 };
      const values = (mean: number, spread: number): number[] =>
        Array.from({ length: 20 }, (_, index) => mean + (index % 2 === 0 ? spread : -spread));
      await scored('2026-11-22T00:00:00.000Z', values(0.8, 0.05));
      assert.equal((await only(noon, rule)).state, 'noData');
      await scored(morning, values(0.65, 0.05));
      const fallen = await only(noon, rule);
      assert.equal(fallen.state, 'firing');
      assert.ok(Math.abs((fallen.value ?? 0) - 0.15) < 1e-9);
      // The same drop among scores that differ by far more than it: Welch's interval is 0.15 ± 0.25.
      await scored('2026-11-25T00:00:00.000Z', values(0.7, 0.4));
      await scored('2026-11-26T00:00:00.000Z', values(0.55, 0.4));
      const chance = await only('2026-11-26T06:00:00Z', rule);
      assert.equal(chance.state, 'ok');
      assert.match(chance.message, /may be chance/);
    });

    it('that are broken are shown with their place, and keep what was told when they are put right', async () => {
      await mkdir(path.join(workspace, '.langfuse'));
      const file = path.join(workspace, '.langfuse', 'alerts.json');
      await spend('2026-11-02T00:00:00.000Z', 90);
      const whole = JSON.stringify(budget);
      await writeFile(file, `{ "alerts": [\n${whole}\n] }`);
      assert.deepEqual((await evaluate(noon, [])).fired, ['money']);
      await writeFile(file, `{ "alerts": [\n${whole.replace('100', '"much"')}\n] }`);
      const { alerts, fired } = await evaluate('2026-11-24T00:00:00Z', [{ id: 'quiet', kind: 'noData', hours: 8000 }]);
      assert.deepEqual(
        alerts.map(({ id, state }) => [id, state]),
        [
          ['quiet', 'ok'],
          ['money', 'invalid'],
        ],
      );
      assert.match(alerts[1]?.message ?? '', /^\.langfuse\/alerts\.json:2: limitUsd: /);
      assert.deepEqual(fired, []);
      await writeFile(file, `{ "alerts": [\n${whole}\n] }`);
      const again = await evaluate('2026-11-25T00:00:00Z', []);
      assert.deepEqual([again.alerts[0]?.state, again.fired], ['firing', []]);
    });

    it('start anew when their rule changes, and are forgotten when it goes', async () => {
      await spend('2026-11-02T00:00:00.000Z', 90);
      assert.deepEqual((await evaluate(noon, [budget])).fired, ['money']);
      assert.deepEqual((await evaluate(noon, [{ ...budget, title: 'All the money' }])).fired, []);
      assert.deepEqual((await evaluate(noon, [{ ...budget, limitUsd: 90 }])).fired, ['money']);
      const states = await ask(store, 'alertStates', {});
      assert.deepEqual(
        states.map(({ id, state, limit }) => [id, state, limit]),
        [['money', 'firing', 90]],
      );
      assert.deepEqual((await evaluate(noon, [])).alerts, []);
      assert.deepEqual(await ask(store, 'alertStates', {}), []);
    });

    it('fire in one process alone, however many evaluate them at once', async () => {
      await spend('2026-11-02T00:00:00.000Z', 90);
      await store.flush();
      const others = [fixture.open(), fixture.open(), fixture.open()];
      await Promise.all(others.map((other) => ask(other, 'alertStates', {})));
      const first = await Promise.all(
        others.map((other, index) => evaluate(`2026-11-23T12:00:00.00${index}Z`, [budget], other)),
      );
      assert.deepEqual(
        first.flatMap(({ fired }) => fired),
        ['money'],
      );
      await writeCalls(store, [call('2026-11-03T00:00:00.000Z', { cost_usd: 10 })]);
      await store.flush();
      const second = await Promise.all(
        others.map((other, index) => evaluate(`2026-11-23T13:00:00.00${index}Z`, [budget], other)),
      );
      assert.deepEqual(
        second.flatMap(({ fired }) => fired),
        ['money'],
      );
      assert.ok(second.every(({ alerts }) => alerts[0]?.level === 1));
    });
  });
}

describe('Evaluating alerts', () => {
  let fixture: StoreFixture;
  beforeEach(() => {
    fixture = new StoreFixture();
  });
  afterEach(() => fixture.clean());

  const evaluate = (store: MetricsStore, now: string, rules: readonly unknown[]): Promise<AlertReport> => {
    const config = parseConfig({ workspace: fixture.folder, alerts: [...rules] }, (name) => name);
    const clock = { ...systemClock, now: () => Date.parse(now) };
    return evaluateAlerts({ store, config, clock, numbers: new Numbers('en'), wasmPath: undefined }, undefined);
  };

  it('makes no database where there is none', async () => {
    const { alerts } = await evaluate(fixture.open(), noon, [budget]);
    assert.equal(alerts[0]?.state, 'noData');
    assert.equal(existsSync(fixture.path), false);
  });

  it('writes nothing while there is nothing to tell', async () => {
    const store = fixture.open();
    await writeCalls(store, [call(morning, { cost_usd: 1 })]);
    await store.flush();
    const rules = [budget, { id: 'quiet', kind: 'noData', hours: 60 }];
    await evaluate(store, noon, []);
    const { ino } = statSync(fixture.path);
    await evaluate(store, noon, []);
    assert.equal(statSync(fixture.path).ino, ino);
    await evaluate(store, noon, rules);
    const kept = statSync(fixture.path).ino;
    assert.notEqual(kept, ino);
    await evaluate(store, '2026-11-23T13:00:00Z', rules);
    assert.equal(statSync(fixture.path).ino, kept);
  });
});
