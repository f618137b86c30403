import assert from 'node:assert/strict';
import { Budget, QuotaRegistry } from '../../../src/engine/langfuse/quota.ts';
import { VirtualClock } from './virtualClock.ts';

const cloud = 'https://cloud.langfuse.com';

function take(budget: Budget, times: number): number[] {
  return Array.from({ length: times }, () => budget.tryTake());
}

describe('request budget', () => {
  it('gives one request less than the plan names, in windows that start at the first', () => {
    const clock = new VirtualClock();
    const budget = new Budget(clock, { requests: 4, windowMs: 60_000 });
    assert.deepEqual(take(budget, 2), [0, 0]);
    clock.advance(20_000);
    assert.deepEqual(take(budget, 2), [0, 40_500]);
    clock.advance(40_500);
    assert.deepEqual(take(budget, 4), [0, 0, 0, 60_500]);
  });

  it('never waits without a limit', () => {
    const budget = new Budget(new VirtualClock(), null);
    assert.ok(take(budget, 10_000).every((wait) => wait === 0));
    assert.equal(budget.estimateSeconds(1_000_000), 0);
  });

  it('learns the true limit from a refusal', () => {
    const clock = new VirtualClock();
    const budget = new Budget(clock, null);
    take(budget, 5);
    assert.equal(budget.refused(30_000, 6), 30_000);
    assert.equal(budget.tryTake(), 30_000);
    clock.advance(30_000);
    assert.deepEqual(take(budget, 6).slice(0, 5), [0, 0, 0, 0, 0]);
    assert.equal(budget.tryTake(), 60_500);
  });

  it('does not follow a refusal up at once', () => {
    assert.equal(new Budget(new VirtualClock(), null).refused(0, null), 1000);
  });

  it('estimates the waiting that is ahead', () => {
    const clock = new VirtualClock();
    const budget = new Budget(clock, { requests: 30, windowMs: 60_000 });
    assert.equal(budget.estimateSeconds(29), 0);
    assert.equal(budget.estimateSeconds(30), 61);
    assert.equal(budget.estimateSeconds(59), 121);
    take(budget, 29);
    clock.advance(30_000);
    assert.equal(budget.estimateSeconds(1), 31);
    assert.equal(budget.estimateSeconds(29), 31);
    assert.equal(budget.estimateSeconds(30), 91);
  });

  it('is right about what it estimates', () => {
    const clock = new VirtualClock();
    const budget = new Budget(clock, { requests: 30, windowMs: 60_000 });
    take(budget, 17);
    clock.advance(7_000);
    const estimate = budget.estimateSeconds(100);
    const started = clock.now();
    for (let sent = 0; sent < 100;) {
      const wait = budget.tryTake();
      clock.advance(wait);
      sent += wait === 0 ? 1 : 0;
    }
    assert.equal(estimate, Math.ceil((clock.now() - started) / 1000));
  });
});

describe('quota registry', () => {
  it('shares budgets between connections of one organisation', () => {
    const registry = new QuotaRegistry(new VirtualClock());
    const budgets = registry.budgets(cloud, 'org', 'hobby');
    assert.equal(registry.budgets(`${cloud}/`, 'org', 'hobby'), budgets);
    assert.notEqual(registry.budgets(cloud, 'other', 'hobby'), budgets);
    assert.notEqual(registry.budgets('https://us.cloud.langfuse.com', 'org', 'hobby'), budgets);
  });

  it('takes Langfuse Cloud for the Hobby plan and other servers for unlimited', () => {
    const registry = new QuotaRegistry(new VirtualClock());
    const fits = (baseUrl: string): number =>
      take(registry.budgets(baseUrl, 'org', 'auto').general, 40).indexOf(60_500);
    assert.equal(fits(cloud), 29);
    assert.equal(fits('https://jp.cloud.langfuse.com'), 29);
    assert.equal(fits('https://langfuse.example.com'), -1);
    assert.equal(fits('https://notlangfuse.com'), -1);
  });

  it('applies another plan to what is there', () => {
    const registry = new QuotaRegistry(new VirtualClock());
    const { legacy } = registry.budgets(cloud, 'org', 'hobby');
    assert.equal(take(legacy, 15).filter((wait) => wait === 0).length, 14);
    registry.budgets(cloud, 'org', 'core');
    assert.equal(take(legacy, 20).filter((wait) => wait === 0).length, 15);
  });
});
