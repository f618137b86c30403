import assert from 'node:assert/strict';
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { silentLog } from '../../../src/engine/ports.ts';
import { LimiterProxy } from '../../../src/extension/engine/limiterProxy.ts';
import { cliBundle } from '../cli/bundle.ts';

const gpt = { provider: 'openai', model: 'gpt-4o' };

describe('the limiter behind its proxy', () => {
  let folder: string;
  let scriptPath: string;
  let workspace: string;
  let limiter: LimiterProxy;

  before(async function () {
    this.timeout(30_000);
    folder = await mkdtemp(path.join(os.tmpdir(), 'langfuse-metrics-limiter-'));
    scriptPath = path.join(folder, 'limiterWorker.cjs');
    await build({
      entryPoints: ['src/extension/engine/limiterWorker.ts'],
      outfile: scriptPath,
      bundle: true,
      platform: 'node',
      target: 'node22',
      mainFields: ['module', 'main'],
      logLevel: 'error',
    });
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const database = (): string => path.join(workspace, '.langfuse', 'rate_limits.db');
  const limits = (text: string): Promise<void> =>
    writeFile(path.join(workspace, '.langfuse', 'rate-limits.json'), text);

  beforeEach(async () => {
    workspace = await mkdtemp(path.join(folder, 'workspace-'));
    await mkdir(path.join(workspace, '.langfuse'));
    limiter = new LimiterProxy({
      scriptPath,
      workerData: { translations: null },
      location: () => Promise.resolve({ workspace, path: database(), postgres: null }),
      log: silentLog,
    });
  });
  afterEach(() => limiter.close());

  it('counts in the same file as the command line, with the same answers', async () => {
    await limits('{"limits":[{"provider":"openai","model":"gpt-4o","requests":{"minute":2}}]}');
    const granted = await limiter.acquire({ ...gpt, tokens: 10 });
    assert.ok(granted.granted);
    const cli = [await cliBundle(), 'rate-limit', 'acquire', '--provider', 'openai', '--model', 'gpt-4o', '--json'];
    const second = spawnSync(process.execPath, [...cli, '--workspace', workspace], { encoding: 'utf8' });
    assert.deepEqual((JSON.parse(second.stdout) as { remaining: unknown }).remaining, { requests: { minute: 0 } });
    const third = await limiter.acquire(gpt);
    assert.deepEqual(third.granted ? null : third.limitedBy, { dimension: 'requests', window: 'minute', limit: 2 });
    assert.equal((await limiter.report({ reservation: granted.reservation, tokens: 7 })).settled, 'now');
  });

  it('answers others while a call waits, and ends the wait when it is cancelled', async () => {
    await limits('{"limits":[{"provider":"openai","model":"gpt-4o","requests":{"minute":1}}]}');
    await limiter.acquire(gpt);
    const abort = new AbortController();
    const waiting = limiter.acquire({ ...gpt, waitSeconds: 50 }, abort.signal);
    const cancelled = assert.rejects(waiting, { name: 'AbortError' });
    let seen = 0;
    while (seen === 0) {
      seen = (await limiter.status()).pools[0]?.waiting ?? 0;
    }
    abort.abort();
    await cancelled;
    assert.equal((await limiter.status()).pools[0]?.waiting, 0);
  });

  it('leaves no one in line when it closes', async () => {
    await limits('{"limits":[{"provider":"openai","model":"gpt-4o","requests":{"minute":1}}]}');
    await limiter.acquire(gpt);
    const lost = assert.rejects(limiter.acquire({ ...gpt, waitSeconds: 50 }));
    while ((await limiter.status()).pools[0]?.waiting !== 1) {
      // The next look is soon enough.
    }
    await limiter.close();
    await lost;
    assert.equal((await limiter.status()).pools[0]?.waiting, 0);
  });

  it('keeps the code of a failure', async () => {
    await limits('{"limits":[{"provider":"openai","model":"gpt-4o","tokens":{"minute":10}}]}');
    await assert.rejects(limiter.acquire({ ...gpt, tokens: 11 }), { code: 'limits.neverAdmitted' });
    await assert.rejects(limiter.report({ reservation: 'x' }), { code: 'limits.unknownReservation' });
  });

  it('pauses, lets pass again and forgets', async () => {
    await limits('{"limits":[{"provider":"openai","model":"gpt-4o","requests":{"minute":1}}]}');
    await limiter.acquire(gpt);
    await limiter.reset(gpt);
    await limiter.pause({ provider: 'openai' });
    const paused = await limiter.acquire(gpt);
    assert.equal(paused.granted ? null : paused.limitedBy.dimension, 'pause');
    await limiter.resume({ provider: 'openai' });
    assert.equal((await limiter.acquire(gpt)).granted, true);
  });

  it('says where a text is no limits file, and makes no database for that', async () => {
    const file = path.join(workspace, 'rate-limits.json');
    const problem = await limiter.check({ file, text: '{\n  "limits": [{ "provider": "openai", "tokns": 1 }]\n}' });
    assert.deepEqual([problem?.line, problem?.column, problem?.file], [2, 38, file]);
    assert.equal(await limiter.check({ file, text: '{"limits": []}' }), null);
    await assert.rejects(rm(database()), { code: 'ENOENT' });
  });
});
