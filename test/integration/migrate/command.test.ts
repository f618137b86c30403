import assert from 'node:assert/strict';
import path from 'node:path';
import type { MoveReport } from '../../../src/protocol/engine.ts';
import { startLangfuseServer, type LangfuseServer } from '../../langfuse-server/server.ts';
import { errorOf, Workspace } from '../cli/workspace.ts';
import { sharedServer } from '../postgres/sharedServer.ts';
import type { PostgresServer } from '../postgres/postgresServer.ts';

describe('langfuse-metrics migrate', function () {
  this.timeout(120_000);
  let langfuse: LangfuseServer;
  let postgres: PostgresServer;
  let database: string;
  let workspace: Workspace;

  before(async () => {
    langfuse = await startLangfuseServer({ observations: 4000, late: 0 });
    postgres = await sharedServer();
    workspace = await Workspace.create(langfuse);
    const { exitCode, stderr } = await workspace.run(['export', '--start-time', '2026-10-01T00:00:00Z']);
    assert.equal(exitCode, 0, stderr);
  });

  after(async () => {
    await workspace.remove();
    await langfuse.close();
  });

  beforeEach(async () => {
    database = await postgres.createDatabase();
  });

  afterEach(() => postgres.dropDatabase(database));

  const rowsThere = async (table: string): Promise<number> => {
    const [answer] = await postgres.sql(database, `SELECT count(*)::int AS rows FROM ${table}`);
    return Number(answer?.rows);
  };

  it('prints one document with a report of each table, and no password', async () => {
    const { exitCode, stdout, stderr } = await workspace.run(['migrate', '--to', postgres.url(database), '--json']);
    assert.equal(exitCode, 0, stderr);
    const report = JSON.parse(stdout) as MoveReport;
    assert.equal(report.status, 'completed');
    assert.equal(report.from, workspace.database);
    assert.equal(report.to, `postgres://postgres@127.0.0.1:${postgres.port}/${database}`);
    const [source] = workspace.sql('SELECT count(*) AS rows FROM llm_generations');
    const generations = report.tables.find(({ table }) => table === 'llm_generations');
    assert.deepEqual(
      [generations?.rows, generations?.copied, generations?.verified],
      [source?.rows, source?.rows, true],
    );
    assert.equal(await rowsThere('llm_generations'), source?.rows);
    assert.ok(!`${stdout}${stderr}`.includes('s3cret'));
  });

  it('moves from the database that --from names into a file, and says so', async () => {
    await workspace.run(['migrate', '--to', postgres.url(database)]);
    const copy = path.join(workspace.folder, 'copies', 'team.db');
    const { exitCode, stdout } = await workspace.run([
      'migrate',
      '--from',
      postgres.url(database),
      '--to',
      `sqlite:${copy}`,
    ]);
    assert.equal(exitCode, 0);
    assert.match(stdout, /llm_generations .* verified/);
    assert.match(stdout, /Moved and verified: .*team\.db/);
    assert.ok(!stdout.includes('s3cret'));
  });

  it('takes the password from PGPASSWORD, so that no list of processes shows it', async () => {
    const to = postgres.url(database).replace(/:[^:@]+@/, '@');
    const { exitCode, stderr } = await workspace.run(['migrate', '--to', to], {
      environment: { PGPASSWORD: postgres.password },
    });
    assert.equal(exitCode, 0, stderr);
    assert.ok((await rowsThere('llm_traces')) > 0);
  });

  it('ends with 130 when interrupted, and goes on when run again', async () => {
    const args = ['migrate', '--to', postgres.url(database), '--json'];
    const running = workspace.start(args);
    await running.until(() => running.stderr.includes('Copying'));
    running.child.kill('SIGINT');
    const { exitCode, stdout, stderr } = await running.ended;
    assert.equal(exitCode, 130, stderr);
    assert.equal((JSON.parse(stdout) as { error: { code: string } }).error.code, 'interrupted');
    const report = JSON.parse((await workspace.run(args)).stdout) as MoveReport;
    assert.equal(report.status, 'completed');
    const generations = report.tables.find(({ table }) => table === 'llm_generations');
    assert.ok(generations && generations.copied < generations.rows, JSON.stringify(generations));
  });

  it('that is killed harms neither database, and goes on when run again', async () => {
    const args = ['migrate', '--to', postgres.url(database), '--json'];
    const running = workspace.start(args);
    await running.until(() => running.stderr.includes('Copying'));
    running.child.kill('SIGKILL');
    await running.ended;
    workspace.assertSound();
    assert.equal(await rowsThere('export_coverage'), 0);
    const ended = await workspace.run(args);
    assert.equal(ended.exitCode, 0, ended.stderr);
    const [source] = workspace.sql('SELECT count(*) AS rows FROM llm_spans');
    assert.equal(await rowsThere('llm_spans'), source?.rows);
  });

  it('ends with 1 and names the table when the target differs', async () => {
    await workspace.run(['migrate', '--to', postgres.url(database)]);
    await postgres.sql(database, `UPDATE llm_scores SET value = 17 WHERE id = (SELECT min(id) FROM llm_scores)`);
    const { exitCode, stdout } = await workspace.run(['migrate', '--to', postgres.url(database)]);
    assert.equal(exitCode, 1);
    assert.match(stdout, /differs from .* in: llm_scores\./);
  });

  it('ends with 2 for an address that names no database, which it does not repeat', async () => {
    const ended = await workspace.run(['migrate', '--to', 'mysql://me:hush@host/db', '--json']);
    assert.equal(ended.exitCode, 2);
    assert.equal(errorOf(ended).code, 'config.invalid');
    assert.ok(!`${ended.stdout}${ended.stderr}`.includes('hush'));
    assert.equal((await workspace.run(['migrate'])).exitCode, 2);
  });
});
