import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import os from 'node:os';
import path from 'node:path';
import { nextMidnight } from '../../../src/engine/limiter/calendarDay.ts';
import { parseLimits } from '../../../src/engine/limiter/limits/parseLimits.ts';
import { presetTiers } from '../../../src/engine/limiter/limits/presets.ts';
import { LimiterProcess, requirePython } from './limiterProcess.ts';

const call = { provider: 'openai', model: 'gpt-4o-mini', tokens: 900 };
const start = Date.UTC(2026, 10, 23, 12);

interface Acquired {
  readonly granted: boolean;
  readonly reservation: string;
}

describe('the Python client', () => {
  let folder = '';
  let database = '';
  let processes: LimiterProcess[] = [];

  const open = (kind: 'python' | 'core'): LimiterProcess => {
    const opened = new LimiterProcess(kind, database);
    processes.push(opened);
    return opened;
  };
  const limit = (...limits: readonly object[]): void =>
    writeFileSync(path.join(folder, 'rate-limits.json'), JSON.stringify({ limits }));

  before(() => {
    requirePython();
  });

  beforeEach(() => {
    folder = path.join(mkdtempSync(path.join(os.tmpdir(), 'limits-')), '.langfuse');
    mkdirSync(folder);
    database = path.join(folder, 'rate_limits.db');
    limit({ provider: 'openai', model: 'gpt-4o-mini', requests: { minute: 2, day: 100 }, tokens: { minute: 5000 } });
  });

  afterEach(async () => {
    await Promise.all(processes.map((one) => one.end()));
    processes = [];
    rmSync(path.dirname(folder), { recursive: true });
  });

  it('makes the same database as the core', async () => {
    const schemaBy = async (kind: 'python' | 'core'): Promise<unknown> => {
      database = path.join(folder, `${kind}.db`);
      await open(kind).ask({ op: 'status', given: {} });
      const made = new DatabaseSync(database);
      const rows = made.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY name').all();
      const marks = ['application_id', 'user_version', 'journal_mode', 'page_size'].map((name) =>
        made.prepare(`PRAGMA ${name}`).get(),
      );
      made.close();
      return { rows, marks };
    };
    assert.deepEqual(await schemaBy('python'), await schemaBy('core'));
  });

  it('reads limits files and presets as the core does', async () => {
    const tiers = ['openai', 'anthropic', 'gemini'].flatMap((provider) =>
      presetTiers(provider).map((tier) => ({ provider, tier })),
    );
    const texts = [
      JSON.stringify({ limits: tiers }),
      '// none\n{ "unknown": "refuse", /* "x" */ "limits": [], }',
      '{"limits":[{"provider":"Gemini","model":"gemini-2.5-pro","tier":"free","burst_seconds":5}]}',
      '{"limits":[{"provider":"a","model":"b//c","time_zone":"Europe/Paris","output_tokens":{"hour":7,"day":9}}]}',
    ];
    const python = open('python');
    for (const text of texts) {
      assert.deepEqual(await python.ask({ op: 'rules', given: { text } }), parseLimits(text, 'limits'));
    }
    for (const text of ['{', '{"limit":[]}', '{"limits":[{"provider":"a","requests":{"minute":0}}]}', '[]']) {
      assert.throws(() => parseLimits(text, 'limits'));
      assert.deepEqual(await python.ask({ op: 'rules', given: { text } }), { error: 'limits.invalid' }, text);
    }
  });

  it('begins Gemini’s day when the core does, through a year', async () => {
    const python = open('python');
    for (let day = 0; day < 366; day += 1) {
      const wall = start + day * 86_400_000 + day * 3_599_000;
      assert.equal(await python.ask({ op: 'midnight', given: { wall } }), nextMidnight(wall, 'America/Los_Angeles'));
    }
  });

  it('counts with the core, and either settles what the other reserved', async () => {
    const [python, core] = [open('python'), open('core')];
    const byPython = await python.ask<Acquired>({ op: 'acquire', now: start, given: call });
    const byCore = await core.ask<Acquired>({ op: 'acquire', now: start, given: call });
    assert.deepEqual([byPython?.granted, byCore?.granted], [true, true]);
    for (const one of [python, core]) {
      assert.equal((await one.ask<Acquired>({ op: 'acquire', now: start, given: call }))?.granted, false);
    }
    await core.ask({ op: 'report', now: start, given: { reservation: byPython?.reservation, outcome: 'unused' } });
    await python.ask({ op: 'report', now: start, given: { reservation: byCore?.reservation, tokens: 400 } });
    const again = await python.ask<{ settled: string }>({
      op: 'report',
      now: start,
      given: { reservation: byCore?.reservation, tokens: 4000 },
    });
    assert.equal(again?.settled, 'repeated');
    const [seen, told] = [
      await python.ask<{ pools: { windows: { dimension: string; window: string; used: number }[] }[]; problem?: null }>(
        {
          op: 'status',
          now: start + 61_000,
          given: {},
        },
      ),
      await core.ask<object>({ op: 'status', now: start + 61_000, given: {} }),
    ];
    assert.deepEqual(seen, { ...told, problem: null });
    const used = seen.pools[0]?.windows.filter(({ window }) => window === 'day').map(({ used: amount }) => amount);
    // One call of 400 tokens; its input and output were not told, and stay at their estimate.
    assert.deepEqual(used, [1, 400, 900]);
  });

  it('limits a model that the file leaves out by the preset of the tier that the call names', async () => {
    const python = open('python');
    const free = { provider: 'gemini', model: 'gemini-2.5-pro', tier: 'free', tokens: 10 };
    // Google grants five requests a minute to it.
    for (const granted of [true, true, true, true, true, false]) {
      assert.equal((await python.ask<Acquired>({ op: 'acquire', now: start, given: free }))?.granted, granted);
    }
  });

  it('keeps the last good limits while the file is broken', async () => {
    const python = open('python');
    await python.ask({ op: 'acquire', now: start, given: call });
    await python.ask({ op: 'acquire', now: start, given: call });
    writeFileSync(path.join(folder, 'rate-limits.json'), '{ "limits": [');
    const refused = await open('python').ask<Acquired>({ op: 'acquire', now: start, given: call });
    assert.equal(refused?.granted, false);
  });

  it('admits nothing while the file is broken and never was good', async () => {
    writeFileSync(path.join(folder, 'rate-limits.json'), '{ "limits": [');
    const python = open('python');
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const answer = await python.ask({ op: 'acquire', now: start, given: call });
      assert.deepEqual(answer, { error: 'limits.invalid' });
    }
  });

  it('wakes when another process gives capacity back', async () => {
    const [waiting, other] = [open('python'), open('core')];
    const held = await other.ask<Acquired>({ op: 'acquire', given: call });
    await other.ask({ op: 'acquire', given: call });
    const woken = waiting.ask<Acquired>({ op: 'acquire', given: { ...call, wait: 15 } });
    const inLine = (): boolean => {
      const look = new DatabaseSync(database);
      const row = look.prepare('SELECT count(*) AS n FROM limit_tickets').get();
      look.close();
      return row?.n === 1;
    };
    while (!inLine()) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await other.ask({ op: 'report', given: { reservation: held?.reservation, outcome: 'unused' } });
    assert.equal((await woken)?.granted, true);
  });

  it('hands a queued request out again once its worker was killed and its lease has run out', async () => {
    const [killed, other] = [open('python'), open('python')];
    await other.ask({ op: 'schedule', now: start, given: { ...call, id: 'a', payload: { n: 1 } } });
    const lease = { lease: 30 };
    const first = await killed.ask<{ id: string; attempt: number }>({ op: 'next', now: start, given: lease });
    killed.kill();
    assert.deepEqual([first?.id, first?.attempt], ['a', 1]);
    assert.equal(await other.ask({ op: 'next', now: start + 29_000, given: lease }), null);
    const second = await other.ask<{ id: string; attempt: number }>({ op: 'next', now: start + 30_000, given: lease });
    assert.deepEqual([second?.id, second?.attempt], ['a', 2]);
    assert.deepEqual(await other.ask({ op: 'complete', now: start + 31_000, given: { id: 'a', tokens: 5 } }), {
      id: 'a',
      status: 'completed',
    });
    assert.equal(await other.ask({ op: 'next', now: start + 99_000, given: lease }), null);
  });

  it('never lets a sliding minute hold more than the limit, with the core beside it and processes killed', async () => {
    const [requests, tokens] = [40, 3000];
    limit({ provider: 'openai', model: 'gpt-4o-mini', requests: { minute: requests }, tokens: { minute: tokens } });
    const log = path.join(folder, 'grants.log');
    const workers = [open('python'), open('core'), open('python'), open('core')];
    let now = start;
    for (let round = 0; round < 180; round += 1) {
      now += 300 + ((round * 7919) % 1500);
      const work = workers.map(async (worker, index) => {
        for (let attempt = 0; attempt < 4; attempt += 1) {
          const given = { ...call, tokens: 20 + ((round * 31 + index * 17 + attempt * 7) % 110) };
          await worker.ask({ op: 'acquire', now, log, given });
        }
      });
      const victim = round % 45 === 44 ? (round / 45) | 0 : null;
      if (victim !== null) {
        workers[victim]?.kill();
      }
      await Promise.all(work);
      if (victim !== null) {
        workers[victim] = open(workers[victim]?.kind ?? 'python');
      }
    }
    const grants = readFileSync(log, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(' '))
      .map(([at, amount, kind]) => ({ at: Number(at), amount: Number(amount), kind }));
    for (const { at } of grants) {
      const window = grants.filter((other) => other.at > at - 60_000 && other.at <= at);
      assert.ok(window.length <= requests, `${window.length} requests in the minute before ${at}`);
      const sum = window.reduce((total, { amount }) => total + amount, 0);
      assert.ok(sum <= tokens, `${sum} tokens in the minute before ${at}`);
    }
    assert.deepEqual([...new Set(grants.map(({ kind }) => kind))].sort(), ['core', 'python']);
    // Of the free capacity of three minutes, most was used.
    const minutes = (now - start) / 60_000;
    const total = grants.reduce((sum, { amount }) => sum + amount, 0);
    assert.ok(total >= 0.9 * tokens * Math.floor(minutes), `${total} tokens in ${minutes} minutes`);
  }).timeout(120_000);
});
