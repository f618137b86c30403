/**
 * One of a crowd: uses the limiter until its standard input ends, in a time of its own that passes
 * `speed` times as fast as the machine's. Writes what it was granted to its log. `crowdChild.py` is
 * the same in Python.
 */
import { appendFileSync } from 'node:fs';
import process from 'node:process';
import { openLimiter } from '../../../src/engine/limiter/openLimiter.ts';
import { silentLog } from '../../../src/engine/ports.ts';
import { EngineError } from '../../../src/engine/errors.ts';
import type { CrowdTask } from './crowd.ts';
import { CrowdClock } from './crowdClock.ts';

const task = JSON.parse(process.argv[2] ?? '') as CrowdTask;
const clock = new CrowdClock(task);
const limiter = await openLimiter({ path: task.database, log: silentLog, clock });
let ended = false;
process.stdin.on('end', () => (ended = true)).resume();
const log = (...words: readonly (string | number)[]): void => appendFileSync(task.log, `${words.join(' ')}\n`);
const below = (count: number): number => Math.floor(Math.random() * count);
const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Asks as often as it can; of what it was granted, some turns out to be less. */
async function storm(): Promise<void> {
  for (let attempts = 1; !ended; attempts += 1) {
    if (below(500) === 0) {
      clock.setBy = below(500_000_000) - 250_000_000;
    }
    const model = below(2) === 0 ? 'by-requests' : 'by-tokens';
    const tokens = 1 + below(12);
    const answer = await limiter.acquire({ provider: 'acme', model, tokens });
    if (answer.granted) {
      log('granted', clock.lastRead, model, tokens, answer.reservation);
      if (model === 'by-tokens' && below(3) === 0) {
        const used = below(tokens);
        log('settling', clock.monotonic(), used, answer.reservation);
        await limiter.report({ reservation: answer.reservation, tokens: used });
      }
    }
    if (attempts % 100 === 0) {
      log('attempts', 100);
      await breathe();
    }
  }
}

/** Takes its turn again and again. */
async function line(): Promise<void> {
  while (!ended) {
    await limiter.acquire({ provider: 'acme', model: 'paced', waitSeconds: 60 });
    log('granted');
  }
}

/** Calls and settles, takes requests from the queue and completes them. */
async function work(): Promise<void> {
  while (!ended) {
    const answer = await limiter.acquire({ provider: 'acme', model: 'calls', tokens: task.estimate });
    if (answer.granted) {
      await limiter.report({ reservation: answer.reservation, tokens: task.used });
    }
    const { item } = await limiter.next({ leaseSeconds: task.leaseSeconds });
    if (item !== null) {
      log('started', item.id, item.lease);
      await limiter.complete({ id: item.id, lease: item.lease, tokens: task.used }).catch((error: unknown) => {
        // Too slow: another worker has it.
        if (!(error instanceof EngineError && error.code === 'limits.leaseLost')) {
          throw error;
        }
      });
    }
    await breathe();
  }
}

/** As a script does that has several calls under way. */
async function works(): Promise<void> {
  await Promise.all([work(), work(), work()]);
}

const jobs = { storm, line, work: works };
log('ready');
await jobs[task.job]();
await limiter.close();
