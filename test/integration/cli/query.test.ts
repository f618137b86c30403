import assert from 'node:assert/strict';
import { errorOf, Workspace } from './workspace.ts';

describe('langfuse-metrics setup and query', function () {
  this.timeout(60_000);
  let workspace: Workspace;

  beforeEach(async () => {
    workspace = await Workspace.create(null);
  });

  afterEach(() => workspace.remove());

  const numbers = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 5) SELECT i FROM n';

  it('creates a database that other tools read, once', async () => {
    const first = await workspace.run(['setup', '--json']);
    assert.equal(first.exitCode, 0, first.stderr);
    assert.deepEqual(Object.keys(JSON.parse(first.stdout) as object), ['location', 'created', 'migrations']);
    assert.equal((JSON.parse(first.stdout) as { created: boolean }).created, true);
    assert.deepEqual(workspace.sql('PRAGMA integrity_check'), [{ integrity_check: 'ok' }]);
    const names = workspace.sql("SELECT name FROM sqlite_schema WHERE type = 'table'").map(({ name }) => name);
    assert.ok(names.includes('llm_generations') && names.includes('export_metadata'));

    const second = await workspace.run(['setup']);
    assert.equal(second.stdout, `Up to date: ${workspace.database}\n`);
    assert.equal(second.stderr, '');
  });

  it('puts the database where --db says, from the current folder', async () => {
    const elsewhere = `${workspace.folder}/elsewhere.db`;
    const ended = await workspace.run(['setup', '--db', elsewhere]);
    assert.equal(ended.stdout, `Created ${elsewhere}\n`);
  });

  it('refuses a workspace that is no folder', async () => {
    const { folder } = workspace;
    await workspace.remove();
    const ended = await workspace.run(['setup', '--json']);
    assert.equal(ended.exitCode, 2);
    assert.match(errorOf(ended).message, new RegExp(folder));
  });

  it('prints a table, CSV or one JSON document', async () => {
    const sql = "SELECT 1 AS n, NULL AS gap, 'a,b' AS text, '' AS empty";
    assert.equal(
      (await workspace.run(['query', sql])).stdout,
      'n  gap   text  empty\n─  ────  ────  ─────\n1  NULL  a,b\n',
    );
    assert.equal(
      (await workspace.run(['query', sql, '--format', 'csv'])).stdout,
      'n,gap,text,empty\r\n1,,"a,b",""\r\n',
    );
    const json = await workspace.run(['query', sql, '--json']);
    assert.deepEqual(JSON.parse(json.stdout), {
      columns: ['n', 'gap', 'text', 'empty'],
      rows: [[1, null, 'a,b', '']],
      truncated: false,
    });
    assert.equal(json.stderr, '');
  });

  it('reads the statement from stdin', async () => {
    const ended = await workspace.run(['query', '-', '--json'], { stdin: 'SELECT 42 AS answer\n' });
    assert.deepEqual(JSON.parse(ended.stdout), { columns: ['answer'], rows: [[42]], truncated: false });
  });

  it('prints --max-rows rows and says that there were more', async () => {
    const json = await workspace.run(['query', numbers, '--max-rows', '3', '--json']);
    assert.deepEqual(JSON.parse(json.stdout), { columns: ['i'], rows: [[1], [2], [3]], truncated: true });
    const csv = await workspace.run(['query', numbers, '--max-rows', '3', '--format', 'csv']);
    assert.equal(csv.stdout, 'i\r\n1\r\n2\r\n3\r\n');
    assert.match(csv.stderr, /Only the first 3 rows/);
    assert.equal((await workspace.run(['query', numbers, '--max-rows', '5'])).stderr, '');
  });

  for (const sql of [
    'DELETE FROM llm_traces',
    'DROP TABLE llm_traces',
    "ATTACH 'other.db' AS other",
    'SELECT 1; SELECT 2',
  ]) {
    it(`refuses to run ${sql}`, async () => {
      const ended = await workspace.run(['query', sql, '--json']);
      assert.equal(ended.exitCode, 2, ended.stderr);
      assert.equal(errorOf(ended).code, 'sql.notReadOnly');
    });
  }

  it('fails with the message of SQLite when the statement is wrong', async () => {
    const ended = await workspace.run(['query', 'SELECT * FROM nowhere', '--json']);
    assert.equal(ended.exitCode, 1);
    assert.match(errorOf(ended).message, /no such table: nowhere/);
  });

  it('runs queries by name, over the days asked for', async () => {
    await workspace.run(['setup']);
    const ended = await workspace.run(['query', '--name', 'cost-by-model', '--days', '3', '--json']);
    assert.equal(ended.exitCode, 0, ended.stderr);
    const { columns } = JSON.parse(ended.stdout) as { columns: string[] };
    assert.deepEqual(columns.slice(0, 3), ['provider', 'model', 'total_calls']);
    const view = await workspace.run(['query', '--name', 'metrics_export_runs', '--format', 'csv']);
    assert.match(view.stdout, /^export_started_at,/);
  });

  it('lists the named queries', async () => {
    const { stdout } = await workspace.run(['query', '--list', '--json']);
    const { queries } = JSON.parse(stdout) as { queries: { name: string; view: string; description: string }[] };
    assert.ok(queries.length >= 15);
    assert.ok(queries.every(({ description }) => description.length > 10));
    assert.match((await workspace.run(['query', '--list'])).stdout, /^trace-costs +1 +metrics_trace_costs/m);
  });

  it('names the nearest query when there is none of that name', async () => {
    const ended = await workspace.run(['query', '--name', 'cost-by-modle', '--json']);
    assert.equal(ended.exitCode, 2);
    assert.match(errorOf(ended).hint ?? '', /cost-by-model/);
  });

  for (const args of [
    [],
    ['SELECT 1', '--list'],
    ['SELECT 1', '--days', '3'],
    ['--name', 'export-runs', '--days', '3'],
  ]) {
    it(`does not guess what is meant by: query ${args.join(' ')}`, async () => {
      assert.equal((await workspace.run(['query', ...args])).exitCode, 2);
    });
  }

  it('stops a statement that would never end', async () => {
    const endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n';
    const ended = await workspace.run(['query', endless, '--timeout', '0.5', '--json']);
    assert.equal(ended.exitCode, 1);
    assert.equal(errorOf(ended).code, 'sql.timeout');
  });

  it('does not mind a reader that closes its end early', async () => {
    const query = workspace.start(['query', numbers.replace('LIMIT 5', 'LIMIT 200000'), '--max-rows', '200000']);
    query.child.stdout?.once('data', () => query.child.stdout?.destroy());
    const ended = await query.ended;
    assert.equal(ended.exitCode, 0, ended.stderr);
    assert.equal(ended.stderr, '');
  });
});
