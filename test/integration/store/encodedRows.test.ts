import assert from 'node:assert/strict';
import { RowEncoder, type EncodableRow, type EncodedRows } from '../../../src/engine/store/encodedRows.ts';
import { rebuiltColumns, TraceRebuild } from '../../../src/engine/store/traceRebuild.ts';
import type { BulkRow } from '../../../src/engine/store/store.ts';
import { day, generation } from '../../unit/store/fixture.ts';
import { backends, rowsOf, type BackendFixture } from './backends.ts';

const encode = (rows: readonly EncodableRow[]): EncodedRows =>
  new RowEncoder().encode(Object.keys(rows[0] ?? {}), rows);

/** Traces as rebuilt from these rows alone. */
function rebuilt(rows: readonly BulkRow<'llm_generations'>[]): EncodedRows {
  const rebuild = new TraceRebuild('p');
  rebuild.addRows({ llm_generations: rows, llm_spans: [], llm_events: [] });
  return new RowEncoder().encode(rebuiltColumns, rebuild.results());
}

for (const backend of backends) {
  describe(`Storing encoded rows, on ${backend.name}`, function () {
    this.timeout(60_000);
    let fixture: BackendFixture;
    beforeEach(async () => (fixture = await backend.create()));
    afterEach(() => fixture.clean());

    it('stores what the same rows as objects store, and tells the same of them', async () => {
      const store = fixture.open();
      const rows = Array.from({ length: 50 }, (_, index) =>
        generation(`id-${index % 40}`, {
          trace_id: `🦊${index % 7}`,
          updated_at: day(index),
          input_tokens: 3_000_000_000 + index,
          cost_usd: index === 0 ? null : index / 7,
          prompt_text: 'ünï 文字 '.repeat(index * 100),
        }),
      );
      const asObjects = await store.write((transaction) => transaction.upsert('llm_generations', rows));
      const stored = await rowsOf(store, 'llm_generations');
      await store.write(({ db }) => db.deleteFrom('llm_generations').execute());
      const encoded = await store.write((transaction) => transaction.upsert('llm_generations', encode(rows)));
      assert.deepEqual(encoded, asObjects);
      assert.deepEqual(await rowsOf(store, 'llm_generations'), stored);
      const again = await store.write((transaction) => transaction.upsert('llm_generations', encode(rows)));
      assert.deepEqual(again, { changed: [] });
    });

    it('stores nothing of no rows', async () => {
      const store = fixture.open();
      const none = await store.write((transaction) => transaction.upsert('llm_generations', encode([])));
      assert.deepEqual(none, { changed: [] });
    });

    it('writes a rebuilt trace where none is, and reads all observations of one that is there', async () => {
      const store = fixture.open();
      const keep = async (rows: readonly BulkRow<'llm_generations'>[], traces: readonly string[]): Promise<void> => {
        await store.write(async (transaction) => {
          await transaction.upsert('llm_generations', encode(rows));
          await transaction.refreshTraces('p', traces, rebuilt(rows));
        });
      };
      await keep([generation('a', { cost_usd: 1, name: 'first' })], ['t']);
      await keep(
        [
          generation('b', { cost_usd: 2, created_at: day(1), updated_at: day(1) }),
          generation('c', { trace_id: 'u', cost_usd: 4 }),
          generation('d', { trace_id: 'not asked for' }),
        ],
        ['t', 'u'],
      );
      assert.deepEqual(
        (await rowsOf(store, 'llm_traces')).map((row) => [row.id, row.name, row.total_cost_usd, row.total_generations]),
        [
          ['t', 'first', 3, 2],
          ['u', null, 4, 1],
        ],
      );
      assert.deepEqual(
        (await rowsOf(store, 'derivation_queue')).map((row) => row.trace_id),
        ['t', 'u'],
      );
    });
  });
}
