import assert from 'node:assert/strict';
import type { SchemaTable } from '../../../src/protocol/sql.ts';
import { backends, type BackendFixture } from '../store/backends.ts';
import { ask } from './ask.ts';

for (const backend of backends) {
  describe(`What can be queried, on ${backend.name}`, function () {
    this.timeout(60_000);
    let fixture: BackendFixture;
    const database =
      backend.name === 'SQLite'
        ? {}
        : { backend: 'postgres' as const, postgres: { connectionString: 'postgres://h/d' } };
    let tables: readonly SchemaTable[];
    before(async () => {
      fixture = await backend.create();
      await fixture.open().setup();
      ({ tables } = await ask(fixture.open(), 'schema', {}, { config: { database } }));
    });
    after(() => fixture.clean());
    const table = (name: string): SchemaTable | undefined => tables.find((one) => one.name === name);

    it('has every table with its columns in their order, their types and what a row is', () => {
      const traces = table('llm_traces');
      assert.equal(traces?.kind, 'table');
      assert.equal(traces.comment, 'One row a trace, summed from its observations.');
      const cost = traces.columns.find(({ name }) => name === 'total_cost_usd');
      assert.deepEqual(cost, {
        name: 'total_cost_usd',
        type: backend.name === 'SQLite' ? 'real' : 'float8',
        nullable: true,
      });
      assert.equal(traces.columns[0]?.name, 'project_id');
    });

    it('has the views of the named queries with what they answer', () => {
      const view = table('metrics_cost_by_model');
      assert.equal(view?.kind, 'view');
      assert.match(view.comment ?? '', /\w/);
      assert.ok(view.columns.some(({ name }) => name === 'model'));
    });

    it('has nothing that a query could not read, and nothing of the migrations', async () => {
      for (const { name, columns } of tables) {
        const sql = `SELECT ${columns.map((column) => `"${column.name}"`).join(', ')} FROM ${name}`;
        const result = await fixture.open().query(sql, { maxRows: 1 });
        assert.equal(result.columns.length, columns.length, name);
      }
      assert.deepEqual(
        tables.filter(({ name }) => name.startsWith('kysely')),
        [],
      );
    });
  });
}
