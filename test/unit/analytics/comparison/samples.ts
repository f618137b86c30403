import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Execution, VersionSample } from '../../../../src/engine/analytics/comparison/execution.ts';

const hour = 3_600_000;
const monday = Date.parse('2026-11-02T00:00:00.000Z');

/** An ISO time so many hours after Monday 2 November 2026. */
export function atHour(hours: number): string {
  return new Date(monday + hours * hour).toISOString();
}

/** One run an hour with everything known; what a test is about overrides the rest. */
export function runs(count: number, of: (index: number) => Partial<Execution> = () => ({})): readonly Execution[] {
  return Array.from({ length: count }, (_, index) => ({
    success: 1,
    quality: null,
    latencySeconds: null,
    costUsd: null,
    inputTokens: null,
    outputTokens: null,
    executedAt: atHour(index % 100),
    model: 'gpt-4o-mini',
    environment: 'production',
    ...of(index),
  }));
}

/** A version whose first `successes` of `n` runs succeeded, spread evenly over the hours. */
export function version(name: string, successes: number, n: number): VersionSample {
  // A step that shares no factor with n visits every run once.
  const order = Array.from({ length: n }, (_, index) => index).sort((a, b) => ((a * 7919) % n) - ((b * 7919) % n));
  const succeeded = new Set(order.slice(0, successes));
  return { name, executions: runs(n, (index) => ({ success: succeeded.has(index) ? 1 : 0 })) };
}

/** The same numbers from 0 to 1 for the same seed. */
export function seededRandom(seed: number): () => number {
  const generator = xoroshiro128plus(seed);
  return () => uniformFloat64(generator);
}
