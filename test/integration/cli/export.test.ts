import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startLangfuseServer, type LangfuseServer } from '../../langfuse-server/server.ts';
import { errorOf, keysOf, reportOf, Workspace } from './workspace.ts';

const range = ['--start-time', '2026-10-01T00:00:00Z', '--end-time', '2026-11-22T12:00:00Z'];

describe('langfuse-metrics export', function () {
  this.timeout(60_000);
  let server: LangfuseServer;
  let workspace: Workspace;

  before(async () => {
    server = await startLangfuseServer({ observations: 600, late: 0 });
  });

  after(() => server.close());

  beforeEach(async () => {
    server.setFaults([]);
    workspace = await Workspace.create(server);
  });

  afterEach(() => workspace.remove());

  it('brings everything of a range into the database and prints one document', async () => {
    const ended = await workspace.run(['export', ...range, '--json']);
    assert.equal(ended.exitCode, 0, ended.stderr);
    const report = reportOf(ended);
    const totals = server.dataset.totals();
    assert.deepEqual(Object.keys(report), [
      'runId',
      'status',
      'window',
      'counts',
      'requests',
      'setAside',
      'unreconciled',
    ]);
    assert.equal(report.status, 'completed');
    assert.deepEqual(report.window, { start: '2026-10-01T00:00:00.000Z', end: '2026-11-22T12:00:00.000Z' });
    assert.deepEqual(report.counts, {
      traces: totals.traces,
      generations: totals.generations,
      spans: totals.spans,
      events: totals.events,
      scores: totals.scores,
      prompts: totals.promptVersions,
    });
    assert.deepEqual(report.setAside, []);
    assert.deepEqual(report.unreconciled, []);
    assert.equal(report.requests, server.requests.length);
    const [row] = workspace.sql('SELECT count(*) AS rows, sum(cost_usd) AS cost FROM llm_generations');
    assert.equal(row?.rows, totals.generations);
    assert.ok(Math.abs(Number(row.cost) - totals.costUsd) < 1e-9 * totals.costUsd);
  });

  it('changes nothing but export_metadata when run again', async () => {
    await workspace.run(['export', ...range]);
    const tables = workspace
      .sql(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name <> 'export_metadata'",
      )
      .map(({ name }) => String(name));
    const contents = (): unknown =>
      tables.map((table) =>
        workspace
          .sql(`SELECT * FROM "${table}"`)
          .map((row) => JSON.stringify(row))
          .sort(),
      );
    const before = contents();
    assert.equal((await workspace.run(['export', ...range])).exitCode, 0);
    assert.deepEqual(contents(), before);
    assert.deepEqual(workspace.sql('SELECT status, "trigger" FROM export_metadata'), [
      { status: 'completed', trigger: 'cli' },
      { status: 'completed', trigger: 'cli' },
    ]);
  });

  it('tells a person what it did on stdout and how it went on stderr', async () => {
    const ended = await workspace.run(['export', ...range]);
    const { generations } = server.dataset.totals();
    assert.match(ended.stdout, /^Export completed\. In the database:\nfrom 2026-10-01T00:00:00\.000Z to /);
    assert.match(ended.stdout, new RegExp(`^  generations +${generations}$`, 'm'));
    assert.match(ended.stderr, /^Connecting$/m);
    assert.doesNotMatch(ended.stderr, /Warning/);
  });

  it('reads keys and settings from the workspace’s .env', async () => {
    const lines = Object.entries({ ...keysOf(server), EXPORT_BATCH_SIZE: '100' });
    await writeFile(
      path.join(workspace.folder, '.env'),
      lines.map(([name, value]) => `export ${name}="${value}"\n`).join(''),
    );
    const before = server.requests.length;
    const ended = await workspace.run(['export', '--hours', '1000000', '--json'], { environment: {} });
    assert.equal(ended.exitCode, 0, ended.stderr);
    assert.equal(reportOf(ended).counts.traces, server.dataset.totals().traces);
    const pages = server.requests.slice(before).filter(({ path: page }) => page.endsWith('/v2/observations'));
    assert.ok(pages.every(({ rows }) => rows <= 100) && pages.some(({ rows }) => rows === 100));
  });

  it('names the variables that are missing, and exits with 2', async () => {
    const environment = { LANGFUSE_PUBLIC_KEY: server.publicKey };
    const ended = await workspace.run(['export', '--json'], { environment });
    assert.equal(ended.exitCode, 2);
    assert.equal(errorOf(ended).code, 'config.missingKeys');
    assert.match(errorOf(ended).message, /LANGFUSE_SECRET_KEY/);
  });

  it('exits with 2 when Langfuse refuses the keys, and never shows them', async () => {
    const environment = { ...workspace.environment, LANGFUSE_SECRET_KEY: 'sk-lf-wrong' };
    const ended = await workspace.run(['export', '--json', '--verbose'], { environment });
    assert.equal(ended.exitCode, 2);
    assert.equal(errorOf(ended).code, 'auth.invalid');
    assert.doesNotMatch(ended.stdout + ended.stderr, /sk-lf-wrong/);
  });

  it('exits with 1 when no server answers', async () => {
    const gone = await startLangfuseServer({ observations: 0 });
    const environment = keysOf(gone);
    await gone.close();
    const ended = await workspace.run(['export', '--json'], { environment });
    assert.equal(ended.exitCode, 1, ended.stderr);
    assert.equal(errorOf(ended).code, 'langfuse.unreachable');
  });

  const wrongUsage: Record<string, readonly string[]> = {
    'an unknown flag': ['--since', 'monday'],
    'hours that are no number': ['--hours', 'many'],
    'hours together with a start': ['--hours', '3', '--start-time', '2026-01-01'],
    'a time that is none': ['--start-time', '2026-02-30'],
    'a start after its end': ['--start-time', '2026-03-02', '--end-time', '2026-03-01'],
    'an end without a start': ['--end-time', '2026-03-01'],
    'a backend that does not exist': ['--backend', 'mysql'],
  };
  for (const [name, flags] of Object.entries(wrongUsage)) {
    it(`refuses ${name} with 2, before any request`, async () => {
      const requests = server.requests.length;
      const ended = await workspace.run(['export', ...flags, '--json']);
      assert.equal(ended.exitCode, 2, ended.stderr);
      assert.equal(errorOf(ended).code, 'config.invalid');
      assert.match(ended.stderr, /^langfuse-metrics: /);
      assert.equal(server.requests.length, requests);
    });
  }
});

describe('langfuse-metrics export, interrupted', function () {
  this.timeout(60_000);
  let server: LangfuseServer;
  let workspace: Workspace;

  beforeEach(async () => {
    server = await startLangfuseServer({ observations: 3000, late: 0, resent: 0, latencyMs: 120 });
    workspace = await Workspace.create(server);
    workspace.environment.EXPORT_BATCH_SIZE = '100';
  });

  afterEach(async () => {
    await workspace.remove();
    await server.close();
  });

  const pages = (): number => server.requests.filter(({ path: page }) => page.endsWith('/v2/observations')).length;

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`saves and reports at ${signal}, exits with 130, and goes on from there next time`, async () => {
      const first = workspace.start(['export', ...range, '--json']);
      await first.until(() => pages() >= 12);
      first.child.kill(signal);
      const ended = await first.ended;
      assert.equal(ended.exitCode, 130, ended.stderr);
      assert.equal(reportOf(ended).status, 'cancelled');
      assert.deepEqual(workspace.sql('SELECT status FROM export_metadata'), [{ status: 'cancelled' }]);

      const spent = pages();
      const second = await workspace.run(['export', ...range, '--json']);
      assert.equal(second.exitCode, 0, second.stderr);
      const totals = server.dataset.totals();
      assert.equal(reportOf(second).counts.generations, totals.generations);
      const needed = Math.ceil(totals.storedRows / 100);
      assert.ok(pages() - spent < needed - spent / 2, `${spent} pages, then ${pages() - spent} of ${needed}`);
    });
  }

  it('ends at once at a second signal', async () => {
    server.setFaults([{ kind: 'hang', path: '/v2/observations', every: 1 }]);
    const running = workspace.start(['export', ...range]);
    await running.until(() => pages() >= 1);
    running.child.kill('SIGINT');
    setTimeout(() => running.child.kill('SIGINT'), 600);
    assert.equal((await running.ended).exitCode, 130);
  });

  it('lets only one process export, and tells the other with 75 who does', async () => {
    const first = workspace.start(['export', ...range, '--json']);
    await first.until(() => pages() >= 1);
    const second = await workspace.run(['export', ...range, '--json']);
    assert.equal(second.exitCode, 75, second.stderr);
    assert.equal(errorOf(second).code, 'export.alreadyRunning');
    assert.match(errorOf(second).message, new RegExp(String(first.child.pid)));
    assert.equal((await first.ended).exitCode, 0);
  });
});
