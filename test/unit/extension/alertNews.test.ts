import assert from 'node:assert/strict';
import { newsOf, type ToldById } from '../../../src/extension/alerts/alertNews.ts';
import type { AlertState } from '../../../src/protocol/analytics.ts';

const november = { start: '2026-11-01T00:00:00.000Z', end: '2026-12-01T00:00:00.000Z' };
const december = { start: '2026-12-01T00:00:00.000Z', end: '2027-01-01T00:00:00.000Z' };

const alert = (values: Partial<AlertState>): AlertState => ({
  id: 'money',
  title: 'Monthly budget',
  kind: 'budget',
  state: 'ok',
  level: null,
  value: null,
  limit: 100,
  unit: 'usd',
  message: '',
  since: null,
  period: november,
  scope: null,
  ...values,
});
const budget = (level: number | null, period = november): AlertState =>
  alert({ level, period, state: level === null ? 'ok' : 'firing' });
const errors = (state: AlertState['state'], minute: number): AlertState =>
  alert({ id: 'errors', kind: 'errorRate', state, period: { ...november, start: `2026-11-01T00:0${minute}:00.000Z` } });

/** Which of the successive states were news. */
function heard(states: readonly AlertState[]): boolean[] {
  let told: ToldById = {};
  return states.map((state) => {
    const news = newsOf([state], told);
    told = news.told;
    return news.fresh.length > 0;
  });
}

describe('the news of alerts', () => {
  it('are each level of a budget once, whatever it does in between', () => {
    assert.deepEqual(
      heard([budget(0.5), budget(0.5), budget(0.8), budget(0.5), budget(null), budget(0.8), budget(1)]),
      [true, false, true, false, false, false, true],
    );
  });

  it('are the same level again in the next period', () => {
    assert.deepEqual(heard([budget(0.5), budget(null, december), budget(0.5, december)]), [true, false, true]);
  });

  it('are an alert without periods once until it has recovered, through times without data', () => {
    const states = ['firing', 'firing', 'noData', 'firing', 'ok', 'firing'] as const;
    assert.deepEqual(heard(states.map((state, minute) => errors(state, minute))), [
      true,
      false,
      false,
      false,
      false,
      true,
    ]);
  });

  it('are a broken rule once, and again when it is broken in another way', () => {
    const broken = (message: string): AlertState => alert({ state: 'invalid', message, period: null });
    assert.deepEqual(heard([broken('a'), broken('a'), broken('b'), budget(0.5)]), [true, false, true, true]);
  });

  it('forget alerts that are no more', () => {
    assert.deepEqual(newsOf([], { money: { period: null, level: 1, problem: null } }).told, {});
  });
});
