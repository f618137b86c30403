import assert from 'node:assert/strict';
import { systemClock } from '../../../src/engine/ports.ts';
import { sideBySide } from '../../../src/engine/export/sideBySide.ts';

describe('works side by side', () => {
  it('run at the same time', async () => {
    const steps: string[] = [];
    const work = (name: string) => async (): Promise<void> => {
      steps.push(`${name} begins`);
      await systemClock.sleep(5);
      steps.push(`${name} ends`);
    };
    await sideBySide(undefined, [work('a'), work('b')]);
    assert.deepEqual(steps, ['a begins', 'b begins', 'a ends', 'b ends']);
  });

  it('end with the first failure, when the others have stopped', async () => {
    let stopped = false;
    const failing = (): Promise<void> => Promise.reject(new Error('first'));
    const waiting = async (signal: AbortSignal): Promise<void> => {
      try {
        await systemClock.sleep(60_000, signal);
      } finally {
        stopped = true;
      }
    };
    await assert.rejects(sideBySide(undefined, [waiting, failing]), /first/);
    assert.ok(stopped);
  });

  it('end with the cancellation when they are cancelled', async () => {
    const cancelled = new AbortController();
    const waiting = (signal: AbortSignal): Promise<void> => systemClock.sleep(60_000, signal);
    const ended = sideBySide(cancelled.signal, [waiting, waiting]);
    cancelled.abort();
    await assert.rejects(ended, { name: 'AbortError' });
  });
});
