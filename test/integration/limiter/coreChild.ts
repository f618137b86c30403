/** Runs operations that come as JSON lines on stdin, at the time that each one states, with the core in TypeScript. */
import { appendFileSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { parseLimits } from '../../../src/engine/limiter/limits/parseLimits.ts';
import { findRule } from '../../../src/engine/limiter/limits/rules.ts';
import type { PoolKey } from '../../../src/engine/limiter/pool.ts';
import { providerOf } from '../../../src/engine/limiter/providers/providers.ts';
import { reserve } from '../../../src/engine/limiter/reserve.ts';
import { settle, type PoolName } from '../../../src/engine/limiter/settle.ts';
import { SqliteLimiterBackend } from '../../../src/engine/limiter/sqlite/sqliteLimiterBackend.ts';
import { status } from '../../../src/engine/limiter/status.ts';
import { machineClock } from '../../../src/engine/limiter/systemClock.ts';
import { EngineError } from '../../../src/engine/errors.ts';
import { silentLog, systemClock } from '../../../src/engine/ports.ts';
import type { AcquireRequest, Outcome } from '../../../src/protocol/limiter.ts';

interface Request {
  readonly op: 'acquire' | 'report' | 'status';
  readonly now?: number;
  readonly log?: string;
  readonly given: AcquireRequest & { readonly reservation: string; readonly outcome: Outcome };
}

const database = process.argv[2] ?? '';
let now: number | undefined;
const clock = {
  ...systemClock,
  sample: () =>
    now === undefined ? machineClock.sample() : { wall: now, monotonic: now, slept: () => 0, boot: () => '' },
};
const backend = new SqliteLimiterBackend(database, clock, silentLog);
const limitsFile = path.join(path.dirname(database), 'rate-limits.json');
const { rules } = parseLimits(readFileSync(limitsFile, 'utf8'), limitsFile);

const keyOf = (name: PoolName): PoolKey => ({
  ...name,
  rule: rules.find(({ model, tier }) => model === name.model && (tier ?? '') === name.tier) ?? null,
});

async function run({ op, given }: Request): Promise<object> {
  switch (op) {
    case 'acquire': {
      const rule = findRule(rules, given);
      const key = { provider: given.provider, model: rule?.model ?? given.model, tier: rule?.tier ?? '', rule };
      const demand = providerOf(given.provider).demand(given);
      const request = { demand, priority: 0, leaseMs: 600_000, ticket: null, place: null };
      return backend.run((pools) => reserve(key, request, pools));
    }
    case 'report': {
      const { reservation, outcome, ...usage } = given;
      return backend.run((pools) => settle({ reservation, usage, outcome, headers: {} }, keyOf, pools));
    }
    case 'status':
      return backend.run((pools) => status({}, keyOf, pools));
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line) as Request;
  now = request.now;
  const answer = await run(request).catch((error: unknown) => {
    if (error instanceof EngineError) {
      return { error: error.code };
    }
    throw error;
  });
  if ('granted' in answer && answer.granted === true && request.log !== undefined) {
    appendFileSync(request.log, `${request.now} ${request.given.tokens} core\n`);
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await backend.close();
