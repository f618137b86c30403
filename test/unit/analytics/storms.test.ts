import assert from 'node:assert/strict';
import { findStorms, type HourOfCalls } from '../../../src/engine/analytics/fallbacks/storms.ts';

const hours = (...shares: readonly (readonly [calls: number, notPrimary: number])[]): HourOfCalls[] =>
  shares.map(([calls, notPrimary], hour) => ({
    start: new Date(Date.UTC(2026, 10, 1, hour)).toISOString(),
    calls,
    notPrimary,
  }));
const stormy = (...shares: readonly (readonly [number, number])[]): number[] =>
  findStorms(hours(...shares)).map(({ start }) => new Date(start).getUTCHours());

describe('a storm of fallbacks', () => {
  it('is an hour whose share is surely twice that of the others', () => {
    // Wilson's lower end of 15 in 30 is 33 %, of 6 in 30 it is 9.5 %; elsewhere 5 %.
    assert.deepEqual(stormy([100, 5], [30, 15], [100, 5], [30, 6]), [1]);
  });

  it('is none where few calls were made, or where fallbacks are rare', () => {
    assert.deepEqual(stormy([100, 0], [9, 9]), []);
    // The lower end of 5 in 100 is 2.2 %.
    assert.deepEqual(stormy([1000, 0], [100, 5]), []);
  });

  it('is none where every hour is as bad', () => {
    assert.deepEqual(stormy([50, 25], [50, 26], [50, 24]), []);
  });

  it('can be the only hour there is', () => {
    const [only] = findStorms(hours([40, 20]));
    assert.deepEqual([only?.calls, only?.notPrimary, only?.rate.value], [40, 20, 0.5]);
    assert.deepEqual(findStorms([]), []);
  });
});
