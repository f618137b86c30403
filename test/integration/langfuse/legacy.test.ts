import assert from 'node:assert/strict';
import { Connection, collect, everything, rowsOf, observationsOf } from './connection.ts';
import { html, json, legacyRoutes, observation, ScriptedServer, type Received, type Route } from './scriptedServer.ts';

const observationsPath = '/api/public/observations';
const all = Array.from({ length: 250 }, (_, index) => ({
  ...observation(index),
  updatedAt: '2026-11-22T01:00:00.000Z',
}));

/** Pages over whatever `order` says the server's order is for this request. */
function paged(order: (request: Received) => readonly unknown[], totalItems?: number): Route {
  return (request, response) => {
    const rows = order(request);
    const limit = Number(request.query.get('limit'));
    const page = Number(request.query.get('page'));
    const total = totalItems ?? rows.length;
    const meta = { page, limit, totalItems: total, totalPages: Math.ceil(total / limit) };
    json(response, { data: rows.slice((page - 1) * limit, page * limit), meta });
  };
}

describe('walking the lists of a legacy server', () => {
  let server: ScriptedServer;
  let connection: Connection;
  afterEach(() => server.stop());

  async function open(routes: Record<string, Route>): ReturnType<Connection['open']> {
    server = await ScriptedServer.start(legacyRoutes(routes));
    connection = new Connection(server.url);
    return connection.open();
  }

  const pagesAsked = (): (string | null)[] => server.to(observationsPath).map(({ query }) => query.get('page'));
  const distinct = (rows: readonly { readonly id: string }[]): number => new Set(rows.map((row) => row.id)).size;

  it('reads all pages of a window, a hundred rows each, in as many requests', async () => {
    const source = await open({ [observationsPath]: paged(() => all) });
    const rows = await rowsOf(observationsOf(source, everything, {}));
    assert.equal(rows.length, 250);
    assert.deepEqual(pagesAsked(), ['1', '2', '3']);
    const query = server.to(observationsPath)[0]?.query;
    assert.equal(query?.get('limit'), '100');
    assert.equal(query.get('fromStartTime'), '2026-11-20T00:00:00.000Z');
    assert.equal(query.get('toStartTime'), '2026-11-25T00:00:00.000Z');
  });

  it('drops rows that page edges repeat and fetches those that they lost by walking once more', async () => {
    // The first walk repeats row 99 on its second page and never shows row 100.
    const broken = [...all.slice(0, 100), ...all.slice(99, 100), ...all.slice(101)];
    const source = await open({ [observationsPath]: paged(({ count }) => (count <= 3 ? broken : all)) });
    const rows = await rowsOf(observationsOf(source, everything, {}));
    assert.equal(rows.length, 250);
    assert.equal(distinct(rows), 250);
    assert.deepEqual(pagesAsked(), ['1', '2', '3', '1', '2', '3']);
  });

  it('gives a row again when it changed between two walks', async () => {
    const changed = all.map((row, index) => (index === 5 ? { ...row, updatedAt: '2026-11-22T02:00:00.000Z' } : row));
    const source = await open({ [observationsPath]: paged(({ count }) => (count <= 3 ? all : changed), 251) });
    const rows = await rowsOf(observationsOf(source, everything, {}));
    assert.deepEqual(
      rows.slice(250).map((row) => [row.id, row.updatedAt]),
      [['o5', '2026-11-22T02:00:00.000Z']],
    );
    assert.ok(connection.log.lines.some((line) => line.includes('1 rows more than it gave')));
  });

  it('loses nothing when rows arrive at the front meanwhile', async () => {
    const late = { ...observation(9999), updatedAt: '2026-11-22T03:00:00.000Z' };
    const source = await open({ [observationsPath]: paged(({ count }) => (count === 1 ? all : [late, ...all])) });
    const rows = await rowsOf(observationsOf(source, everything, {}));
    assert.equal(distinct(rows), 251);
  });

  it('does not walk a single page twice, whatever the server counts', async () => {
    const source = await open({ [observationsPath]: paged(() => all.slice(0, 10), 11) });
    assert.equal((await rowsOf(observationsOf(source, everything, {}))).length, 10);
    assert.deepEqual(pagesAsked(), ['1']);
  });

  it('keeps its place when pages shrink and grow', async () => {
    const list = paged(() => all);
    const source = await open({
      [observationsPath]: (request, response) => {
        if (request.count === 2) {
          json(response, { message: 'Request timed out' }, 422);
          return;
        }
        list(request, response);
      },
    });
    const rows = await rowsOf(observationsOf(source, everything, {}));
    assert.equal(rows.length, 250);
    assert.equal(distinct(rows), 250);
    assert.deepEqual(
      server.to(observationsPath).map(({ query }) => `${query.get('page') ?? ''}x${query.get('limit') ?? ''}`),
      ['1x100', '2x100', '3x50', '2x100', '3x100'],
    );
  });

  it('goes on behind the cursor of an earlier page', async () => {
    const source = await open({ [observationsPath]: paged(() => all) });
    const [first] = await collect(observationsOf(source, everything, {}));
    const rest = await rowsOf(observationsOf(source, everything, { cursor: first?.cursor ?? '' }));
    assert.deepEqual([rest[0]?.id, rest.length], ['o100', 150]);
  });

  it('reads traces in ascending order, without the joins that nobody needs', async () => {
    const traces = [{ id: 't1', timestamp: '2026-11-22T00:00:00.000Z', input: { q: 1 }, metadata: 'x' }];
    const source = await open({ '/api/public/traces': paged(() => traces) });
    const [trace] = await rowsOf(source.traces(everything, {}));
    assert.deepEqual([trace?.id, trace?.input, trace?.metadata], ['t1', '{"q":1}', { metadata: 'x' }]);
    const query = server.to('/api/public/traces')[1]?.query;
    assert.deepEqual([query?.get('fields'), query?.get('orderBy')], ['core,io', 'timestamp.asc']);
  });

  it('reads scores from v3 where it answers, else from v2, else from v1', async () => {
    const score = { id: 's1', name: 'ok', dataType: 'BOOLEAN', timestamp: '2026-11-22T00:00:00Z' };
    const legacy = paged(() => [{ ...score, value: 1, stringValue: 'True' }]);
    const v3: Route = (_, response) => json(response, { data: [{ ...score, value: true }], meta: { limit: 100 } });
    const cases: Record<string, Route>[] = [
      { '/api/public/v3/scores': v3, '/api/public/v2/scores': legacy },
      { '/api/public/v2/scores': legacy },
      { '/api/public/v3/scores': (_, response) => html(response, 404), '/api/public/scores': legacy },
    ];
    for (const [index, routes] of cases.entries()) {
      const source = await open(routes);
      for (let walks = 0; walks < 2; walks += 1) {
        const [row] = await rowsOf(source.scores(everything, {}));
        assert.deepEqual([row?.value, row?.stringValue], [1, 'true']);
      }
      assert.equal(server.to('/api/public/v3/scores').length, index === 0 ? 3 : 1);
      await server.stop();
    }
  });

  it('has no counts of the events table and asks for none', async () => {
    const source = await open({});
    assert.equal(await source.countObservations(everything, 'day'), null);
    assert.equal(server.to('/api/public/v2/metrics').length, 0);
  });
});
