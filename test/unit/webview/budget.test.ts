import assert from 'node:assert/strict';
import type { AlertState, SpendAnswer } from '../../../src/protocol/analytics.ts';
import { budgetView, monthlyBudget } from '../../../webview/dashboard/budget.ts';
import { plain, writing } from './writing.ts';

const spend: SpendAnswer = {
  now: '2026-11-03T14:32:00.000Z',
  todayUsd: 1,
  yesterdayUsd: 2,
  monthToDateUsd: 40,
  callsWithoutCost: 0,
  days: [
    { date: '2026-11-01', costUsd: 20, cumulativeUsd: 20 },
    { date: '2026-11-02', costUsd: 15, cumulativeUsd: 35 },
    { date: '2026-11-03', costUsd: 5, cumulativeUsd: 40 },
  ],
  monthEnd: '2026-12-01T00:00:00.000Z',
  forecast: {
    costUsd: 428.2,
    interval: { low: 405.4, high: 451.9 },
    method: 'mean',
    daysUsed: 28,
    days: [{ date: '2026-11-04', cumulativeUsd: 54, low: 50, high: 58 }],
  },
  missing: {},
};

const alert: AlertState = {
  id: 'b',
  title: 'Budget',
  kind: 'budget',
  state: 'ok',
  level: null,
  value: 40,
  limit: 450,
  unit: 'usd',
  message: '',
  since: null,
  period: { start: '2026-11-01T00:00:00.000Z', end: '2026-12-01T00:00:00.000Z' },
  scope: null,
};

describe('the budget', () => {
  it('says in a sentence where the month is going', () => {
    const { headline, rest, over } = budgetView(spend, 450, writing);
    assert.equal(plain(`${headline} ${rest}`), '$428 expected of $450 by 30 Nov (80 % interval $405 to $452)');
    assert.equal(over, false);
    assert.equal(budgetView(spend, 400, writing).over, true);
  });

  it('needs no budget and no forecast', () => {
    assert.equal(plain(budgetView(spend, null, writing).rest), 'by 30 Nov (80 % interval $405 to $452)');
    const early = budgetView({ ...spend, forecast: null }, null, writing);
    assert.equal(plain(`${early.headline}${early.rest}`), '$40.00 so far');
  });

  it('is exact about an interval whose ends would read the same', () => {
    const forecast = {
      ...spend.forecast,
      costUsd: 11,
      interval: { low: 10.68, high: 11.35 },
    } as SpendAnswer['forecast'];
    assert.match(
      plain(budgetView({ ...spend, forecast }, null, writing).rest),
      /\(80 % interval \$10\.68 to \$11\.35\)/,
    );
  });

  it('begins the forecast where the known line ends', () => {
    const { series, labels } = budgetView(spend, 450, writing).chart;
    const values = (id: string): readonly (number | null)[] =>
      series.find((one) => one.id === id)?.values.slice(0, 5) ?? [];
    assert.equal(labels.length, 30);
    assert.deepEqual(values('spent'), [20, 35, 40, null, null]);
    assert.deepEqual(values('expected'), [null, null, 40, 54, null]);
    assert.deepEqual(values('low'), [null, null, 40, 50, null]);
  });

  it('is that of the month and of the whole project', () => {
    const day = { start: '2026-11-23T00:00:00.000Z', end: '2026-11-24T00:00:00.000Z' };
    const scope = { range: day, filters: { models: ['gpt-4o'] } };
    assert.equal(
      monthlyBudget([
        { ...alert, period: day },
        { ...alert, scope },
        { ...alert, limit: 300 },
      ]),
      300,
    );
    assert.equal(monthlyBudget([{ ...alert, kind: 'forecast' }]), null);
  });
});
