import assert from 'node:assert/strict';
import fc from 'fast-check';
import { generation, score, variant } from '../../unit/store/fixture.ts';
import { backends, rowsOf, type BackendFixture } from './backends.ts';

for (const backend of backends) {
  describe(`Upserting rows in bulk, on ${backend.name}`, function () {
    this.timeout(60_000);
    let fixture: BackendFixture;
    beforeEach(async () => (fixture = await backend.create()));
    afterEach(() => fixture.clean());

    it('keeps every value of a row, with missing ones as null', async () => {
      const store = fixture.open();
      const row = generation('a', {
        latency_seconds: 1.25,
        input_tokens: 3_000_000_000,
        output_tokens: -1,
        cost_usd: 0.000000123,
        model: 'gpt-4o',
      });
      await store.write((transaction) => transaction.upsert('llm_generations', [row]));
      const [stored] = await rowsOf(store, 'llm_generations');
      assert.ok(stored);
      for (const [column, value] of Object.entries(stored)) {
        assert.equal(value, (row as Record<string, unknown>)[column] ?? null, column);
      }
    });

    it('lets what waits for the event loop have its turn before the next operation of a transaction', async () => {
      const store = fixture.open();
      await store.write(async (transaction) => {
        let turn = false;
        setImmediate(() => (turn = true));
        await transaction.upsert('llm_generations', [generation('a')]);
        assert.equal(turn, true);
      });
    });

    it('takes ids and texts of any characters and of megabytes', async () => {
      const store = fixture.open();
      // PostgreSQL stores no NUL: the replacement character stands for it.
      const nul = backend.name === 'SQLite' ? '\u0000' : '\ufffd';
      const text = `'"\\;--\u0000${'ünï 文字 🦊 '.repeat(200_000)}`;
      const asStored = (value: string): string => value.replaceAll('\u0000', nul);
      const ids = [`o'hara "x"`, '🦊', 'a\u0000b', ' ', '%00'];
      await store.write((transaction) =>
        transaction.upsert(
          'llm_generations',
          ids.map((id) => generation(id, { prompt_text: id, completion_text: text })),
        ),
      );
      await store.close();
      const stored = await fixture.open().read((db) => db.selectFrom('llm_generations').selectAll().execute());
      assert.deepEqual(
        stored.map((row) => [row.id, row.prompt_text, row.completion_text === asStored(text)]).sort(),
        ids.map((id) => [asStored(id), asStored(id), true]).sort(),
      );
    });

    it('writes the replacement character for half of a surrogate pair', async () => {
      const store = fixture.open();
      await store.write((transaction) => transaction.upsert('llm_generations', [generation('a', { name: 'x\ud83e' })]));
      assert.equal((await rowsOf(store, 'llm_generations'))[0]?.name, 'x\ufffd');
    });

    it('tells which rows were new or newer, and which were there already', async () => {
      const store = fixture.open();
      const old = '2026-01-01T00:00:00.000Z';
      const newer = '2026-01-01T00:00:00.001Z';
      const upsert = (...rows: ReturnType<typeof score>[]): Promise<readonly number[]> =>
        store.write(async (transaction) => (await transaction.upsert('llm_scores', rows)).changed);
      assert.deepEqual(await upsert(score('a', { updated_at: old }), score('b', { updated_at: null })), [0, 1]);
      assert.deepEqual(await upsert(score('a', { updated_at: old }), score('b', { updated_at: null })), []);
      assert.deepEqual(
        await upsert(score('a', { updated_at: newer }), score('b', { updated_at: old }), score('c'), score('c')),
        [0, 1, 2],
      );
      assert.deepEqual(await upsert(score('a', { updated_at: old }), score('a', { updated_at: null })), []);
    });

    it('leaves what a model of "the greatest updated_at wins" leaves, for any order and repetition', async () => {
      const store = fixture.open();
      const rows = fc.array(
        fc.record({
          id: fc.constantFrom('a', 'b', '🦊', "o'x"),
          project_id: fc.constantFrom('p', 'q'),
          updated_at: fc.option(fc.integer({ min: 0, max: 3 }).map((ms) => new Date(ms).toISOString())),
          value: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
          comment: fc.option(fc.string({ unit: 'grapheme' })),
        }),
        { maxLength: 12 },
      );
      await fc.assert(
        fc.asyncProperty(fc.array(rows, { maxLength: 3 }), async (batches) => {
          await store.write((transaction) => transaction.db.deleteFrom('llm_scores').execute());
          const model = new Map<string, (typeof batches)[number][number]>();
          for (const batch of batches) {
            const expected = new Set<string>();
            for (const row of batch) {
              const key = `${row.project_id}/${row.id}`;
              const known = model.get(key);
              if (known === undefined || (row.updated_at ?? '') > (known.updated_at ?? '')) {
                model.set(key, row);
                expected.add(key);
              }
            }
            const { changed } = await store.write((transaction) =>
              transaction.upsert(
                'llm_scores',
                batch.map((row) => score(row.id, row)),
              ),
            );
            const changedKeys = changed.map((index) => `${batch[index]?.project_id}/${batch[index]?.id}`);
            assert.deepEqual(new Set(changedKeys), expected);
          }
          const stored = await store.read((db) =>
            db.selectFrom('llm_scores').select(['id', 'project_id', 'updated_at', 'value', 'comment']).execute(),
          );
          const byKey = new Map(stored.map((row) => [`${row.project_id}/${row.id}`, { ...row }]));
          assert.deepEqual(
            byKey,
            new Map(
              [...model].map(([key, row]) => [key, { ...row, value: row.value === null ? null : row.value + 0 }]),
            ),
          );
        }),
        { numRuns: 60 },
      );
    });

    it('replaces a derived row only when it differs, and draws no number for it', async () => {
      const store = fixture.open();
      const upsert = (...rows: ReturnType<typeof variant>[]): Promise<readonly number[]> =>
        store.write(async (transaction) => (await transaction.upsert('prompt_variants', rows)).changed);
      const ids = (await upsert(variant('a'), variant('b'), variant('a'))).map((index) => index % 2);
      assert.deepEqual(ids.sort(), [0, 1], 'a, by either of its copies, and b');
      assert.deepEqual(await upsert(variant('a'), variant('b', { labels: '["production"]' })), [1]);
      assert.deepEqual(await upsert(variant('a', { project_id: 'q' })), [0]);
      assert.deepEqual(
        (await rowsOf(store, 'prompt_variants'))
          .map((row) => [row.id, row.project_id, row.labels])
          .toSorted(([a], [b]) => Number(a) - Number(b)),
        [
          [1, 'p', '[]'],
          [2, 'p', '["production"]'],
          [3, 'q', '[]'],
        ],
      );
      const drawn =
        backend.name === 'SQLite'
          ? `SELECT seq FROM sqlite_sequence WHERE name = 'prompt_variants'`
          : 'SELECT last_value FROM prompt_variants_id_seq';
      assert.deepEqual((await store.query(drawn, { maxRows: 1 })).rows, [[3]]);
    });

    it('undoes the whole transaction when one row is refused', async () => {
      const store = fixture.open();
      await store.write((transaction) => transaction.upsert('llm_scores', [score('a')]));
      const refused = { ...score('c'), name: null } as unknown as ReturnType<typeof score>;
      await assert.rejects(
        store.write((transaction) => transaction.upsert('llm_scores', [score('b'), refused])),
        { code: 'database.failed', message: /not.null constraint.*name|name.*not.null constraint/i },
      );
      assert.deepEqual(
        (await rowsOf(store, 'llm_scores')).map((row) => row.id),
        ['a'],
      );
    });
  });
}
