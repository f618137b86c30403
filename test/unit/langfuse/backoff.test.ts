import assert from 'node:assert/strict';
import { backoffMilliseconds, retryAfterMilliseconds } from '../../../src/engine/langfuse/backoff.ts';

describe('backoff', () => {
  it('doubles its upper bound from half a second to a minute', () => {
    const longest = [1, 2, 3, 4, 5, 6, 7, 8, 9, 40].map((failures) => backoffMilliseconds(failures, () => 1));
    assert.deepEqual(longest, [500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  });

  it('spreads over the whole range below the bound', () => {
    assert.equal(
      backoffMilliseconds(4, () => 0),
      0,
    );
    assert.equal(
      backoffMilliseconds(4, () => 0.25),
      1000,
    );
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-11-22T12:00:00Z');

  it('is read as seconds or as a date', () => {
    assert.equal(retryAfterMilliseconds('41', now), 41_000);
    assert.equal(retryAfterMilliseconds('0', now), 0);
    assert.equal(retryAfterMilliseconds(' 1.5 ', now), 1500);
    assert.equal(retryAfterMilliseconds('86400', now), 86_400_000);
    assert.equal(retryAfterMilliseconds('Sun, 22 Nov 2026 12:01:00 GMT', now), 60_000);
    assert.equal(retryAfterMilliseconds('Sun, 22 Nov 2026 11:00:00 GMT', now), 0);
  });

  it('is unknown when absent or unreadable', () => {
    assert.equal(retryAfterMilliseconds(null, now), null);
    assert.equal(retryAfterMilliseconds('', now), null);
    assert.equal(retryAfterMilliseconds('later', now), null);
  });
});
