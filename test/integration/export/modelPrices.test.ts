import assert from 'node:assert/strict';
import { refreshModelPrices } from '../../../src/engine/export/modelPrices.ts';
import { connectLangfuse } from '../../../src/engine/langfuse/connect.ts';
import { silentLog, systemClock } from '../../../src/engine/ports.ts';
import { models } from '../../langfuse-server/data/models.ts';
import { startLangfuseServer, type LangfuseServer } from '../../langfuse-server/server.ts';
import { backends, rowsOf, type BackendFixture } from '../store/backends.ts';
import type { LangfuseSource } from '../../../src/engine/langfuse/records.ts';

const hours = 3_600_000;
const monday = Date.UTC(2026, 10, 23, 8);

for (const backend of backends) {
  describe(`Model prices, on ${backend.name}`, function () {
    this.timeout(60_000);
    let server: LangfuseServer;
    let fixture: BackendFixture;
    let source: LangfuseSource;

    beforeEach(async () => {
      server = await startLangfuseServer({ observations: 0 });
      fixture = await backend.create();
      const { url: baseUrl, publicKey, secretKey } = server;
      source = await connectLangfuse({
        credentials: { baseUrl, publicKey, secretKey },
        plan: 'selfHosted',
        pageSize: 1000,
        clock: systemClock,
        fetch: (url, init) => fetch(url, init),
        log: silentLog,
        onWait: () => undefined,
      });
    });
    afterEach(async () => {
      await fixture.clean();
      await server.close();
    });

    const asked = (): string[] =>
      server.requests.filter(({ path }) => path.endsWith('/models')).map(({ query }) => query.replace('?', ''));

    it('are those of the server, asked once a day', async () => {
      const store = fixture.open();
      const { signal } = new AbortController();
      await refreshModelPrices({ store, source, now: monday, signal });
      await refreshModelPrices({ store, source, now: monday + 15 * hours, signal });
      assert.deepEqual(asked(), ['page=1&limit=100']);
      const rows = await rowsOf(store, 'model_prices');
      const priced = models.filter(({ pricing }) => pricing !== null);
      // The embedding model is priced too.
      assert.equal(rows.length, priced.length + 1);
      const row = rows.find(({ model_name: name }) => name === 'gpt-4o');
      assert.deepEqual(JSON.parse(String(row?.prices)), { input: 2.5e-6, output: 1e-5 });
      assert.equal(row?.fetched_at, '2026-11-23T08:00:00.000Z');
      assert.equal(row.match_pattern, '(?i)^(gpt-4o)$');

      await refreshModelPrices({ store, source, now: monday + 16 * hours, signal });
      assert.equal(asked().length, 2);
      const again = await rowsOf(store, 'model_prices');
      assert.equal(again.length, rows.length);
      assert.equal(again[0]?.fetched_at, '2026-11-24T00:00:00.000Z');
    });

    for (const kind of ['reset', 'html502', 'truncated', 'http429'] as const) {
      it(`are done without when their request ends as ${kind}`, async () => {
        const store = fixture.open();
        const { signal } = new AbortController();
        server.setFaults([{ kind, path: '/models', every: 1 }]);
        await refreshModelPrices({ store, source, now: monday, signal });
        assert.equal(asked().length, 1);
        assert.deepEqual(await rowsOf(store, 'model_prices'), []);
      });
    }

    it('come page by page, a page a day, and begin again after the last', async () => {
      const store = fixture.open();
      const { signal } = new AbortController();
      const pages: number[] = [];
      const many: LangfuseSource = {
        ...source,
        server: source.server,
        modelPrices: (page) => {
          pages.push(page);
          return Promise.resolve(page === 2 && pages.length === 2 ? null : { rows: [], totalPages: 2 });
        },
      };
      for (let day = 0; day < 5; day++) {
        await refreshModelPrices({ store, source: many, now: monday + day * 24 * hours, signal });
      }
      // The second day's question was not answered.
      assert.deepEqual(pages, [1, 2, 2, 1, 2]);
    });
  });
}
