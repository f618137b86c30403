import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { cliBundle } from './bundle.ts';
import { cliBackends, Workspace, type Ended } from './workspace.ts';

const model = ['--provider', 'openai', '--model', 'gpt-4o-mini'];

const json = ({ stdout, stderr }: Ended): Record<string, unknown> => {
  assert.notEqual(stdout, '', stderr);
  return JSON.parse(stdout) as Record<string, unknown>;
};

const linesOf = ({ stdout }: Ended): Record<string, unknown>[] =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

for (const backend of cliBackends) {
  describe(`langfuse-metrics rate-limit, on ${backend.name}`, function () {
    this.timeout(120_000);
    let workspace: Workspace;

    const limit = async (text: string): Promise<void> => {
      await mkdir(path.join(workspace.folder, '.langfuse'), { recursive: true });
      await writeFile(path.join(workspace.folder, '.langfuse', 'rate-limits.json'), text);
    };
    const run = (command: string, args: readonly string[] = [], stdin = ''): Promise<Ended> =>
      workspace.run(['rate-limit', command, ...args, '--json'], { stdin });
    const acquire = (...args: string[]): Promise<Ended> => run('acquire', [...model, ...args]);

    beforeEach(async () => {
      workspace = await Workspace.create(null, await backend.server());
      await limit(`{"limits":[{"provider":"openai","model":"gpt-4o-mini","tier":"tier1",
        "requests":{"minute":2,"day":10000},"tokens":{"minute":2000}}]} // the smallest form`);
    });

    afterEach(() => workspace.remove());

    it('grants with a reservation and what remains, settles it once, and exits with 75 at the limit', async () => {
      const first = await acquire('--tier', 'tier1', '--input-tokens', '100', '--max-output-tokens', '600');
      const { reservation, ...grant } = json(first);
      assert.equal(first.exitCode, 0);
      assert.deepEqual(grant, {
        granted: true,
        remaining: { requests: { minute: 1, day: 9999 }, tokens: { minute: 1400 } },
      });
      const report = ['report', [String(reservation), '--tokens', '250']] as const;
      assert.deepEqual(json(await run(...report)), {
        reservation,
        settled: 'now',
        remaining: { requests: { minute: 1, day: 9999 }, tokens: { minute: 1750 } },
      });
      assert.equal(json(await run(...report)).settled, 'repeated');
      assert.equal((await acquire('--tokens', '900')).exitCode, 0);
      const refused = await acquire('--tokens', '1');
      const { retryAfterMs, ...rest } = json(refused);
      assert.equal(refused.exitCode, 75);
      assert.deepEqual(rest, { granted: false, limitedBy: { dimension: 'requests', window: 'minute', limit: 2 } });
      assert.ok(Number(retryAfterMs) > 0 && Number(retryAfterMs) <= 60_000, String(retryAfterMs));
    });

    it('waits in line for as long as it is told to', async () => {
      await limit('{"limits":[{"provider":"openai","requests":{"minute":60},"burst_seconds":1}]}');
      assert.equal((await acquire()).exitCode, 0);
      assert.equal((await acquire('--wait', '30', '--priority', '2')).exitCode, 0);
      await run('pause', ['--provider', 'openai']);
      const waited = await acquire('--wait', '0.2');
      assert.deepEqual(
        [waited.exitCode, json(waited).limitedBy],
        [75, { dimension: 'pause', window: null, limit: null }],
      );
      await run('pause', ['--provider', 'openai', '--resume']);
      assert.deepEqual(json(await run('wait', [...model, '--wait', '30'])), { granted: true });
    });

    it('learns from the headers of a response', async () => {
      const { reservation } = json(await acquire());
      const headers = 'HTTP/1.1 429 Too Many Requests\r\nX-RateLimit-Remaining-Tokens: 0\r\nRetry-After: 40\r\n\r\n{}';
      const report = await run('report', [String(reservation), '--failed', '--headers', '-'], headers);
      assert.deepEqual(json(report).remaining, { requests: { minute: 1, day: 9999 }, tokens: { minute: 0 } });
      assert.equal((json(await acquire()).limitedBy as { dimension: string }).dimension, 'tokens');
      const { pools } = json(await run('status')) as { pools: { pausedUntil: string | null }[] };
      assert.ok(Date.parse(pools[0]?.pausedUntil ?? '') > Date.now());
    });

    it('exits with 2 for what can never be, and says why', async () => {
      const cases = [
        [await acquire('--tokens', '2001'), 'limits.neverAdmitted'],
        [await acquire('--tokens', '-1'), 'config.invalid'],
        [await run('report', ['7-nothing']), 'limits.unknownReservation'],
        [await run('complete', ['nothing']), 'limits.unknownItem'],
      ] as const;
      for (const [ended, code] of cases) {
        assert.deepEqual([ended.exitCode, (json(ended).error as { code: string }).code], [2, code]);
      }
      assert.equal((await run('acquire', ['--provider', 'openai'])).exitCode, 2);
      assert.equal((await run('serve')).exitCode, 2);
    });

    it('keeps a queue: an id once, due ones in turn, failed ones again', async () => {
      const job = [...model, '--tokens', '10', '--id', 'a', '--payload', '{"n":1}'];
      const { predictedStart, ...scheduled } = json(await run('schedule', job));
      assert.deepEqual(scheduled, { id: 'a', status: 'pending', created: true });
      assert.ok(Math.abs(Date.parse(String(predictedStart)) - Date.now()) < 60_000);
      assert.equal(json(await run('schedule', job)).created, false);
      const { item } = json(await run('next')) as {
        item: { id: string; payload: object; lease: string; attempt: number };
      };
      assert.deepEqual([item.id, item.payload, item.attempt], ['a', { n: 1 }, 1]);
      assert.deepEqual((await run('next')).exitCode, 75);
      const failed = json(await run('fail', ['a', '--lease', item.lease, '--error', 'boom', '--retry-after', '0']));
      assert.equal(failed.status, 'pending');
      const again = json(await run('next', ['--wait', '20'])) as { item: { attempt: number; lease: string } };
      assert.equal(again.item.attempt, 2);
      const done = await run('complete', ['a', '--lease', again.item.lease, '--tokens', '7']);
      assert.deepEqual(json(done), { id: 'a', status: 'completed', nextAttempt: null });
      assert.deepEqual((json(await run('status')).queue as { completed: number }).completed, 1);
    });

    it('runs a command once it is admitted, passes its exit code on and settles from the usage that it prints', async () => {
      const used = async (): Promise<unknown> => {
        const { pools } = json(await run('status')) as {
          pools: { open: number; windows: { dimension: string; window: string; used: number }[] }[];
        };
        const of = (dimension: string): number | undefined =>
          pools[0]?.windows.find((one) => one.dimension === dimension && one.window === 'minute')?.used;
        return [of('requests'), of('tokens'), pools[0]?.open];
      };
      const inside = (...line: string[]): Promise<Ended> =>
        workspace.run([
          '--workspace',
          workspace.folder,
          'rate-limit',
          'run',
          ...model,
          '--tokens',
          '500',
          '--',
          ...line,
        ]);
      const ended = await inside('sh', '-c', `echo '{"usage":{"total_tokens":77}}'; exit 3`);
      assert.deepEqual([ended.exitCode, ended.stdout], [3, '{"usage":{"total_tokens":77}}\n']);
      assert.deepEqual(await used(), [1, 77, 0]);
      assert.equal((await inside('there-is-no-such-command')).exitCode, 2);
      assert.deepEqual(await used(), [1, 77, 0]);
    });

    it('answers lines on stdin, and goes on after bad ones', async () => {
      const lines = [
        '{"id":1,"op":"acquire","provider":"openai","model":"gpt-4o-mini","tokens":900}',
        'nonsense',
        '{"id":3,"op":"dance"}',
        '{"id":"four","op":"acquire","provider":"openai","model":"gpt-4o-mini","tokens":-1}',
        '[1]',
        '',
        '{"id":5,"op":"schedule","provider":"openai","model":"gpt-4o-mini","request_id":"a"}',
        '{"id":6,"op":"complete","item":"nothing"}',
      ];
      const ended = await workspace.run(['rate-limit', 'serve', '--stdio'], { stdin: lines.join('\n') });
      assert.equal(ended.exitCode, 0, ended.stderr);
      const answers = linesOf(ended);
      const of = (id: unknown): Record<string, unknown> | undefined => answers.find((answer) => answer.id === id);
      assert.equal(answers.length, 7);
      assert.equal(of(1)?.granted, true);
      assert.match(String(of(1)?.reservation), /^\d+-\w+$/);
      assert.deepEqual(
        answers.filter(({ id }) => id === null).map(({ code }) => code),
        ['config.invalid', 'config.invalid'],
      );
      assert.match(String(of(3)?.error), /op/);
      assert.match(String(of('four')?.error), /negative/);
      assert.equal(of(5)?.item, 'a');
      assert.equal(of(6)?.code, 'limits.unknownItem');
    });

    it('keeps the last good limits while the file is broken, and says where it is wrong', async () => {
      await acquire();
      await acquire();
      await limit('{ "limits": [\n  { "provider": "openai", "requests": { "minute": "many" } } ] }');
      const refused = await acquire();
      assert.equal(refused.exitCode, 75);
      assert.match(refused.stderr, /rate-limits\.json:2:41: /);
      const told = await run('limits');
      assert.equal(told.exitCode, 2);
      const { problem, entries } = json(told) as { problem: { line: number; column: number }; entries: object[] };
      assert.deepEqual([problem.line, problem.column, entries.length], [2, 41, 1]);
    });

    if (backend.name === 'SQLite') {
      it('admits nothing while nothing can be written, and goes on afterwards', async () => {
        await acquire();
        // The largest file that the process may write is smaller than any transaction.
        const line = `ulimit -f 1 && exec "$0" "$@"`;
        const args = ['-c', line, process.execPath, await cliBundle(), 'rate-limit', 'acquire', ...model, '--json'];
        const full = spawnSync('sh', [...args, '--workspace', workspace.folder], { encoding: 'utf8' });
        assert.equal(full.status, 1, full.stdout);
        assert.match(full.stdout, /"code":"database\.\w+"/);
        assert.equal((json(await acquire()).remaining as { requests: { minute: number } }).requests.minute, 0);
      });

      it('starts anew when its database was deleted', async () => {
        await acquire();
        await rm(path.join(workspace.folder, '.langfuse', 'rate_limits.db'));
        const { remaining } = json(await acquire());
        assert.deepEqual(remaining, { requests: { minute: 1, day: 9999 }, tokens: { minute: 2000 } });
      });
    }
  });
}
