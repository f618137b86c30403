import assert from 'node:assert/strict';
import { startLangfuseServer, type LangfuseServer } from '../../langfuse-server/server.ts';
import { errorOf, Workspace } from './workspace.ts';

describe('langfuse-metrics serve', function () {
  this.timeout(60_000);
  let server: LangfuseServer;
  let workspace: Workspace;

  beforeEach(async () => {
    server = await startLangfuseServer({ observations: 1500, late: 0, end: Date.now(), days: 2, latencyMs: 50 });
    workspace = await Workspace.create(server);
    Object.assign(workspace.environment, { EXPORT_BATCH_SIZE: '50', EXPORT_LOOKBACK_HOURS: '72' });
  });

  afterEach(async () => {
    await workspace.remove();
    await server.close();
  });

  it('exports at once, waits for the next time, and ends with 0 at SIGTERM', async () => {
    const service = workspace.start(['serve', '--json']);
    await service.until(() => service.stderr.includes('Export completed'));
    service.child.kill('SIGTERM');
    const ended = await service.ended;
    assert.equal(ended.exitCode, 0, ended.stderr);
    const summary = JSON.parse(ended.stdout) as { runs: number; lastRun: { status: string } };
    assert.equal(summary.runs, 1);
    assert.equal(summary.lastRun.status, 'completed');
    assert.match(ended.stderr, /^\S+Z Export started\.$/m);
    assert.match(ended.stderr, /Next export at \S+Z\.$/m);
    assert.deepEqual(workspace.sql('SELECT status, "trigger" FROM export_metadata'), [
      { status: 'completed', trigger: 'service' },
    ]);
    assert.equal(
      workspace.sql('SELECT count(*) AS rows FROM llm_generations')[0]?.rows,
      server.dataset.totals().generations,
    );
  });

  it('sets the next export one interval after the start of the last', async () => {
    Object.assign(workspace.environment, { EXPORT_BATCH_SIZE: '1000', EXPORT_INTERVAL_MINUTES: '1' });
    const service = workspace.start(['serve']);
    await service.until(() => service.stderr.includes('Export completed'));
    const started = /^(\S+) Export started/m.exec(service.stderr)?.[1];
    const next = /completed.* Next export at (\S+)\.$/m.exec(service.stderr)?.[1];
    service.child.kill('SIGTERM');
    assert.equal((await service.ended).exitCode, 0);
    assert.ok(started !== undefined && next !== undefined, service.stderr);
    assert.ok(Math.abs(Date.parse(next) - Date.parse(started) - 60_000) < 100);
  });

  it('ends cleanly within seconds in the middle of an export', async () => {
    const service = workspace.start(['serve']);
    await service.until(() => server.requests.length > 15);
    const told = Date.now();
    service.child.kill('SIGTERM');
    const ended = await service.ended;
    assert.equal(ended.exitCode, 0, ended.stderr);
    assert.ok(Date.now() - told < 5000);
    assert.deepEqual(workspace.sql('SELECT status FROM export_metadata'), [{ status: 'cancelled' }]);
    assert.deepEqual(workspace.sql('PRAGMA integrity_check'), [{ integrity_check: 'ok' }]);
  });

  it('goes on after a failure, and says when it will try again', async () => {
    const { url } = server;
    await server.close();
    const service = workspace.start(['serve']);
    await service.until(() => /warning: .*Export failed/.test(service.stderr));
    service.child.kill('SIGINT');
    const ended = await service.ended;
    assert.equal(ended.exitCode, 0, ended.stderr);
    assert.match(ended.stderr, new RegExp(`Export failed: .*${new URL(url).host}.* Next export at`));
    server = await startLangfuseServer({ observations: 0 });
  });

  it('ends with 2 when Langfuse refuses the keys, since they will not change', async () => {
    workspace.environment.LANGFUSE_SECRET_KEY = 'sk-lf-wrong';
    const ended = await workspace.run(['serve', '--json']);
    assert.equal(ended.exitCode, 2, ended.stderr);
    assert.equal(errorOf(ended).code, 'auth.invalid');
  });
});
