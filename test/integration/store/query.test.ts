import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { EngineError } from '../../../src/engine/errors.ts';
import { score, StoreFixture } from '../../unit/store/fixture.ts';
import { backends, type BackendFixture } from './backends.ts';

/** What the same thing is called on each backend. */
const words = {
  SQLite: {
    bytes: `x'00ff'`,
    large: '9e999',
    missing: 'no such column: missing',
    refused: ["ATTACH 'other.db' AS other", 'PRAGMA query_only = OFF', 'PRAGMA journal_mode = DELETE'],
  },
  PostgreSQL: {
    bytes: `'\\x00ff'::bytea`,
    large: `'Infinity'::float8`,
    missing: 'column "missing" does not exist',
    refused: [
      "COPY llm_scores TO '/tmp/scores'",
      'SET transaction_read_only = off',
      `SELECT nextval('export_metadata_id_seq')`,
    ],
  },
} as const;

describe("The user's own SQL, before the SQLite file exists", () => {
  it('is answered without making one', async () => {
    const fixture = new StoreFixture();
    const answer = await fixture.open().query('SELECT count(*) AS n FROM llm_traces', { maxRows: 1 });
    assert.deepEqual(answer, { columns: ['n'], rows: [[0]], truncated: false });
    assert.ok(!existsSync(fixture.path));
    await fixture.clean();
  });
});

for (const backend of backends) {
  describe(`The user's own SQL, on ${backend.name}`, function () {
    this.timeout(60_000);
    let fixture: BackendFixture;
    beforeEach(async () => (fixture = await backend.create()));
    afterEach(() => fixture.clean());
    const { bytes, large, missing, refused } = words[backend.name];

    const query = (sql: string, maxRows = 100): ReturnType<ReturnType<BackendFixture['open']>['query']> =>
      fixture.open().query(sql, { maxRows });

    it('gives values that JSON keeps as they are', async () => {
      const sql = `SELECT 1 AS a, 2.5 AS a, 'x' AS b, NULL AS c, ${bytes} AS d, 9007199254740993 AS e, ${large} AS f`;
      const result = await query(`-- exact\n${sql};\n/* done */ `);
      assert.deepEqual(result.columns, ['a', 'a', 'b', 'c', 'd', 'e', 'f']);
      assert.deepEqual(result.rows, [[1, 2.5, 'x', null, '00ff', '9007199254740993', 'Infinity']]);
      assert.deepEqual(JSON.parse(JSON.stringify(result)), result);
    });

    it('says where in a statement a mistake is', async () => {
      const positionOf = async (sql: string): Promise<number | null> => {
        const error = await query(sql).catch((thrown: unknown) => thrown);
        assert.ok(error instanceof EngineError && error.code === 'sql.failed', String(error));
        return error.position;
      };
      for (const marked of [
        'SELECT id FROM llm_traces FORM |x',
        'SELECT id FROM (SELECT id FROM llm_traces) AS a |FROM llm_scores',
        `SELECT 'missing', '😀' -- missing\n, |missing FROM llm_traces`,
        'SELECT count(*) FROM |nowhere',
        'SELECT |t.missing FROM llm_traces AS t',
      ]) {
        assert.equal(await positionOf(marked.replace('|', '')), marked.indexOf('|'), marked);
      }
    });

    it('stops at the wanted number of rows and says so', async () => {
      const endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n';
      assert.deepEqual(await query(endless, 3), { columns: ['i'], rows: [[1], [2], [3]], truncated: true });
      assert.equal((await query('VALUES (1), (2), (3)', 3)).truncated, false);
    });

    it('can be cancelled between rows', async () => {
      const endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n';
      const store = fixture.open();
      const controller = new AbortController();
      const running = store.query(endless, { maxRows: 1e9 }, controller.signal);
      setTimeout(() => {
        controller.abort();
      }, 300);
      await assert.rejects(running, { name: 'AbortError' });
      assert.deepEqual((await store.query('SELECT 1', { maxRows: 1 })).rows, [[1]]);
    });

    it('stops a statement that runs too long, and loses nothing by it', async () => {
      const store = fixture.open();
      await store.write((transaction) => transaction.upsert('llm_scores', [score('unsaved')]));
      for (const wanted of ['count(*)', 'i']) {
        const endless = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT ${wanted} FROM n`;
        await assert.rejects(store.query(endless, { maxRows: 1e9, timeoutSeconds: 0.3 }), { code: 'sql.timeout' });
        assert.deepEqual((await store.query('SELECT id FROM llm_scores', { maxRows: 9 })).rows, [['unsaved']]);
      }
      await store.write((transaction) => transaction.upsert('llm_scores', [score('later')]));
      assert.deepEqual((await store.query('SELECT count(*) FROM llm_scores', { maxRows: 1 })).rows, [[2]]);
    });

    for (const sql of [
      'DELETE FROM llm_scores',
      'WITH x AS (SELECT 1) DELETE FROM llm_scores',
      'WITH x AS (SELECT 1) INSERT INTO metrics_state SELECT 1, 2',
      'SELECT 1; DELETE FROM llm_scores',
      'SELECT 1; SELECT 2',
      '/* SELECT */ DROP TABLE llm_scores',
      ...refused,
      'VACUUM',
      'BEGIN',
    ]) {
      it(`refuses: ${sql}`, async () => {
        const store = fixture.open();
        await store.write((transaction) => transaction.upsert('llm_scores', [score('a')]));
        await assert.rejects(store.query(sql, { maxRows: 1 }), { code: 'sql.notReadOnly' });
        await store.write((transaction) => transaction.upsert('llm_scores', [score('b')]));
        assert.deepEqual((await store.query('SELECT count(*) FROM llm_scores', { maxRows: 1 })).rows, [[2]]);
      });
    }

    it('names what the database dislikes, in its own words', async () => {
      await assert.rejects(query('SELECT missing FROM llm_traces'), {
        code: 'sql.failed',
        message: missing,
      });
      await assert.rejects(query('  -- nothing\n'), { code: 'sql.failed' });
    });
  });
}
