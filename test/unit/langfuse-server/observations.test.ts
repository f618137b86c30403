import assert from 'node:assert/strict';
import { startLangfuseServer, type LangfuseServer } from '../../langfuse-server/server.ts';
import { allFields, authorization, get, keyOf, walk, type Row } from './client.ts';

interface Sums {
  cost: number;
  input: number;
  total: number;
}

/** The rows that count: of copies the one with the latest updatedAt. */
function newest(rows: readonly Row[]): Row[] {
  const byKey = new Map<string, Row>();
  for (const row of rows) {
    const known = byKey.get(keyOf(row));
    if (known === undefined || String(row.updatedAt) > String(known.updatedAt)) byKey.set(keyOf(row), row);
  }
  return [...byKey.values()];
}

describe('v2/observations of the stand-in', () => {
  let server: LangfuseServer;

  before(async () => {
    server = await startLangfuseServer({ observations: 4000 });
  });
  after(() => server.close());

  it('gives about as many rows as asked for, in whole traces', () => {
    const { observations } = server.dataset.totals();
    assert.ok(Math.abs(observations - 4000) < 400, String(observations));
  });

  it('gives every stored row once, newest first, whatever the page size', async () => {
    const whole = await walk(server, { limit: '1000' });
    const small = await walk(server, { limit: '37' });
    const starts = whole.rows.map(({ startTime }) => String(startTime));
    assert.deepEqual(starts, [...starts].sort().reverse());
    // A page edge between two copies of a row loses the older one, as on the real server.
    assert.deepEqual(new Set(small.rows.map(keyOf)), new Set(whole.rows.map(keyOf)));
    const { storedRows, observations } = server.dataset.totals();
    assert.ok(whole.rows.length <= storedRows && whole.rows.length > observations);
  });

  it('tells over HTTP what its totals say', async () => {
    const { rows } = await walk(server, { limit: '1000', fields: allFields });
    const totals = server.dataset.totals();
    const distinct = newest(rows);
    const sums = distinct.reduce<Sums>(
      (sum, row) => ({
        cost: sum.cost + (row.totalCost as number),
        input: sum.input + (row.inputUsage as number),
        total: sum.total + (row.totalUsage as number),
      }),
      { cost: 0, input: 0, total: 0 },
    );
    assert.equal(distinct.length, totals.observations);
    assert.equal(new Set(rows.map(({ traceId }) => traceId)).size, totals.traces);
    assert.equal(distinct.filter(({ type }) => type === 'EVENT').length, totals.events);
    assert.ok(Math.abs(sums.cost - totals.langfuseCostUsd) < 1e-6);
    assert.equal(sums.input, totals.inputTokens);
    assert.equal(sums.total, totals.totalTokens);
    assert.equal(totals.generations + totals.spans + totals.events, totals.observations);
  });

  it('splits a range into windows without losing or repeating a row', async () => {
    const { start, end } = server.dataset;
    const middle = start + Math.floor((end - start) / 2);
    const iso = (time: number): string => new Date(time).toISOString();
    const whole = await walk(server, { limit: '1000' });
    const late = await walk(server, { limit: '1000', fromStartTime: iso(middle) });
    const early = await walk(server, { limit: '1000', toStartTime: iso(middle) });
    assert.equal(late.rows.length + early.rows.length, whole.rows.length);
  });

  it('gives short and empty pages with a cursor when told to, and still every row', async () => {
    const budget = await startLangfuseServer({ observations: 4000, continuation: 0.5 });
    try {
      const { rows, pages } = await walk(budget, { limit: '100' });
      const whole = await walk(server, { limit: '1000' });
      assert.deepEqual(new Set(rows.map(keyOf)), new Set(whole.rows.map(keyOf)));
      assert.ok(pages.slice(0, -1).includes(0), 'no page was empty');
      assert.ok(
        pages.slice(0, -1).some((length) => length > 0 && length < 100),
        'no page was short',
      );
    } finally {
      await budget.close();
    }
  });

  it('cuts metadata to 200 characters unless asked for it whole', async () => {
    const cut = await walk(server, { limit: '1000', fields: 'metadata' });
    const whole = await walk(server, { limit: '1000', fields: 'metadata', expandMetadata: 'notes' });
    const notes = (rows: readonly Row[]): number[] =>
      rows.flatMap(({ metadata }) => {
        const { notes: text } = metadata as { notes?: string };
        return text === undefined ? [] : [text.length];
      });
    assert.ok(notes(whole.rows).length > 0);
    assert.ok(notes(whole.rows).every((length) => length > 200));
    assert.ok(notes(cut.rows).every((length) => length === 200));
  });

  it('refuses answers that are too large, and gives the same rows in smaller pages', async () => {
    const huge = await startLangfuseServer({
      observations: 1000,
      hugeTexts: 2,
      hugeTextBytes: 3_000_000,
      textBytes: 2000,
    });
    try {
      const refused = await get(huge, `v2/observations?limit=1000&fields=${allFields}`);
      assert.equal(refused.status, 422);
      const { rows } = await walk(huge, { limit: '10', fields: allFields });
      assert.equal(rows.filter(({ input }) => String(input).length > 2_000_000).length, 2);
    } finally {
      await huge.close();
    }
  });

  it('gives the same bytes for the same seed, others for another', async () => {
    const [twin, other] = [
      await startLangfuseServer({ observations: 4000 }),
      await startLangfuseServer({ observations: 4000, seed: 2 }),
    ];
    try {
      const target = `v2/observations?limit=1000&fields=${allFields}`;
      const [first, same, different] = await Promise.all(
        [server, twin, other].map(async (one) => (await get(one, target)).text()),
      );
      assert.equal(same, first);
      assert.notEqual(different, first);
    } finally {
      await twin.close();
      await other.close();
    }
  });

  it('shows late rows only after they arrived, and a revised row as a second copy', async () => {
    const changing = await startLangfuseServer({ observations: 2000, late: 0.02, resent: 0 });
    try {
      const before = changing.dataset.totals();
      const late = changing.dataset.releaseLate();
      assert.ok(late > 0);
      assert.equal(changing.dataset.totals().observations, before.observations + late);
      const [row] = (await walk(changing, { limit: '1', level: 'ERROR' })).rows;
      changing.dataset.reviseRow(row!.traceId, row!.id, { statusMessage: 'revised' });
      const { rows } = await walk(changing, { limit: '1000', traceId: row!.traceId });
      assert.deepEqual(
        rows.filter(({ id }) => id === row!.id).map(({ statusMessage }) => statusMessage === 'revised'),
        [true, false],
      );
      assert.equal(changing.dataset.totals().observations, before.observations + late);
    } finally {
      await changing.close();
    }
  });

  it('answers 304 to a client that has the page', async () => {
    const first = await get(server, 'v2/observations?limit=2');
    const again = await fetch(first.url, {
      headers: {
        'if-none-match': first.headers.get('etag')!,
        authorization: authorization(server),
      },
    });
    assert.equal(again.status, 304);
  });
});

describe('A legacy stand-in', () => {
  it('has every trace and observation on the old endpoints and none on v2', async () => {
    const server = await startLangfuseServer({ observations: 1500, generation: 'legacy' });
    try {
      const totals = server.dataset.totals();
      const count = async (target: string): Promise<number> => {
        const { meta } = (await (await get(server, target)).json()) as { meta: { totalItems: number } };
        return meta.totalItems;
      };
      assert.equal(await count('traces?limit=1&fields=core'), totals.traces);
      assert.equal(await count('observations?limit=1'), totals.observations);
      assert.equal(await count('v2/scores?limit=1'), totals.scores);
      assert.equal(totals.syntheticRoots, 0);
      assert.equal((await get(server, 'v2/observations')).status, 404);
    } finally {
      await server.close();
    }
  });

  it('in legacy mode of v4 has an empty events table and no v2 metrics', async () => {
    const server = await startLangfuseServer({ observations: 300, generation: 'eventsInLegacyMode' });
    try {
      assert.deepEqual(await (await get(server, 'v2/observations')).json(), { data: [], meta: {} });
      assert.equal((await get(server, 'v2/metrics?query=x')).status, 404);
      assert.equal((await get(server, 'traces?limit=1')).status, 200);
    } finally {
      await server.close();
    }
  });
});
