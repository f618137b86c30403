import assert from 'node:assert/strict';
import { Connection, collect, everything, rowsOf, observationsOf } from './connection.ts';
import { eventsRoutes, json, observation, ScriptedServer, type Route } from './scriptedServer.ts';

const observationsPath = '/api/public/v2/observations';

/** Serves `total` observations behind numeric cursors; pages above `mostRows` are refused. */
function rows(total: number, mostRows = Infinity, status = 422, error = 'PayloadTooLargeError'): Route {
  return ({ query }, response) => {
    const limit = Number(query.get('limit'));
    if (limit > mostRows) {
      json(response, { message: 'no', error }, status);
      return;
    }
    const start = Number(query.get('cursor') ?? 0);
    const end = Math.min(start + limit, total);
    const data = Array.from({ length: end - start }, (_, index) => observation(start + index));
    json(response, { data, meta: end < total ? { cursor: String(end) } : {} });
  };
}

describe('walking v2/observations', () => {
  let server: ScriptedServer;
  let connection: Connection;
  afterEach(() => server.stop());

  async function open(route: Route, pageSize = 1000): ReturnType<Connection['open']> {
    server = await ScriptedServer.start(eventsRoutes(route));
    connection = new Connection(server.url, { pageSize });
    return connection.open();
  }

  function limits(): number[] {
    return server
      .to(observationsPath)
      .slice(1)
      .map(({ query }) => Number(query.get('limit')));
  }

  it('asks for whole rows and sends the same query with every cursor', async () => {
    const source = await open(rows(25), 10);
    assert.equal((await rowsOf(observationsOf(source, everything, {}))).length, 25);
    const [firstQuery, ...others] = server
      .to(observationsPath)
      .slice(1)
      .map(({ query }) => query);
    assert.deepEqual(Object.fromEntries(firstQuery ?? []), {
      fields: 'core,basic,time,io,metadata,model,usage,prompt,metrics,trace_context',
      expandMetadata: 'all',
      fromStartTime: '2026-11-20T00:00:00.000Z',
      toStartTime: '2026-11-25T00:00:00.000Z',
      limit: '10',
    });
    assert.deepEqual(
      others.map((query) => query.get('cursor')),
      ['10', '20'],
    );
    for (const query of others) {
      query.delete('cursor');
      assert.equal(query.toString(), firstQuery?.toString());
    }
  });

  it('goes on over short and empty pages until there is no cursor', async () => {
    const pages = [
      { data: [], meta: { cursor: 'a' } },
      { data: [observation(1)], meta: { cursor: 'b' } },
      { data: [], meta: { cursor: 'c' } },
      { data: [observation(2)], meta: { cursor: null } },
    ];
    const source = await open((request, response) => json(response, pages[request.count - 1]));
    const walked = await collect(observationsOf(source, everything, {}));
    assert.deepEqual(
      walked.map((page) => [page.received, page.cursor]),
      [
        [0, 'a'],
        [1, 'b'],
        [0, 'c'],
        [1, null],
      ],
    );
  });

  it('goes on behind the cursor of an earlier page', async () => {
    const source = await open(rows(25), 10);
    const ids = (await rowsOf(observationsOf(source, everything, { cursor: '20' }))).map((row) => row.id);
    assert.deepEqual(ids, ['o20', 'o21', 'o22', 'o23', 'o24']);
  });

  it('sends nothing for an empty window', async () => {
    const source = await open(rows(25));
    const { from } = everything;
    assert.deepEqual(await collect(observationsOf(source, { from, to: from }, {})), []);
    assert.equal(limits().length, 0);
  });

  it('fails when cursors go in a circle', async () => {
    const circle = ['a', 'b', 'a', 'b'];
    const source = await open((request, response) =>
      json(response, { data: [], meta: { cursor: circle[request.count - 1] } }),
    );
    await assert.rejects(rowsOf(observationsOf(source, everything, {})), { code: 'langfuse.malformed' });
    assert.equal(limits().length, 3);
  });

  it('keeps duplicates and sets malformed rows aside without losing the page', async () => {
    const data = [observation(1), observation(1), { id: 'bad', type: 'SPAN', startTime: 'soon' }, observation(2)];
    const source = await open((_, response) => json(response, { data, meta: {} }));
    const [page] = await collect(observationsOf(source, everything, {}));
    assert.deepEqual(
      page?.rows.map((row) => row.id),
      ['o1', 'o1', 'o2'],
    );
    assert.deepEqual(page.setAside, [{ stream: 'observations', id: 'bad', reason: 'startTime: no valid time' }]);
    assert.equal(page.received, 4);
  });

  it('has the next two pages, and only those, on their way while the caller works', async () => {
    const source = await open(rows(100), 10);
    const walked = observationsOf(source, everything, {})[Symbol.asyncIterator]();
    await walked.next();
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(limits().length, 3);
    await walked.next();
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(limits().length, 4);
    await walked.return?.();
  });

  it('aborts the page on its way when the caller stops', async () => {
    let closed: Promise<void> | undefined;
    const source = await open((request, response) => {
      if (request.count === 1) {
        json(response, { data: [observation(1)], meta: { cursor: 'a' } });
        return;
      }
      closed = new Promise((resolve) => response.on('close', resolve));
    });
    for await (const page of observationsOf(source, everything, {})) {
      assert.equal(page.received, 1);
      while (closed === undefined) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      break;
    }
    await closed;
  });

  it('tells of a failed page when it is due, not before', async () => {
    const source = await open((request, response) =>
      request.count === 1
        ? json(response, { data: [observation(1)], meta: { cursor: 'a' } })
        : json(response, { message: 'expired' }, 401),
    );
    const walked = observationsOf(source, everything, {})[Symbol.asyncIterator]();
    assert.equal((await walked.next()).done, false);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await assert.rejects(walked.next(), { code: 'auth.invalid' });
  });

  for (const [refusal, error] of [
    [413, 'nginx'],
    [422, 'PayloadTooLargeError'],
  ] as const) {
    it(`shrinks pages on ${String(refusal)} ${error} without waiting and remembers what failed`, async () => {
      const source = await open(rows(4000, 300, refusal, error));
      assert.equal((await rowsOf(observationsOf(source, everything, {}))).length, 4000);
      assert.deepEqual(connection.clock.slept, []);
      // 1000 fails, five pages of 250, 500 fails, then 250 for the rest.
      assert.deepEqual(limits(), [1000, ...Array<number>(5).fill(250), 500, ...Array<number>(11).fill(250)]);
    });
  }

  it('tries a size at which a query ran out of time once more, before it remembers it', async () => {
    const source = await open(rows(4000, 300, 422, 'InternalServerError'));
    assert.equal((await rowsOf(observationsOf(source, everything, {}))).length, 4000);
    const four = Array<number>(4).fill(250);
    assert.deepEqual(limits(), [1000, 250, 1000, 250, ...four, 500, 250, 500, 250, ...four, ...four]);
  });

  it('grows back to full pages', async () => {
    let refused = false;
    const all = rows(10_000);
    const source = await open((request, response) => {
      if (!refused) {
        refused = true;
        json(response, { message: 'too large' }, 413);
        return;
      }
      all(request, response);
    });
    assert.equal((await rowsOf(observationsOf(source, everything, {}))).length, 10_000);
    assert.deepEqual(limits().slice(0, 7), [1000, 250, 250, 250, 250, 250, 500]);
  });

  it('says so when even a single row is too large', async () => {
    const source = await open(rows(10, 0));
    await assert.rejects(rowsOf(observationsOf(source, everything, {})), { code: 'langfuse.rejected' });
    assert.deepEqual(limits(), [1000, 250, 50, 10, 1]);
  });

  it('shrinks pages when the server fails repeatedly on one', async () => {
    const all = rows(100);
    const source = await open((request, response) => {
      const limit = Number(request.query.get('limit'));
      if (limit > 50) {
        response.writeHead(500).end();
        return;
      }
      all(request, response);
    });
    assert.equal((await rowsOf(observationsOf(source, everything, {}))).length, 100);
    assert.deepEqual(limits(), [1000, 1000, 1000, 250, 50, 1000, 1000, 1000, 250, 50]);
  });

  it('sends exactly the requests that the data needs', async () => {
    const source = await open(rows(20_000));
    const before = source.requests;
    assert.equal((await rowsOf(observationsOf(source, everything, {}))).length, 20_000);
    assert.equal(source.requests - before, 20);
  });

  it('has no traces to read and sends nothing for them', async () => {
    const source = await open(rows(1));
    assert.deepEqual(await collect(source.traces(everything, {})), []);
    assert.equal(source.requests, 4);
  });
});

describe('walking v3/scores', () => {
  it('asks for all groups, a hundred at a time, and follows the cursor', async () => {
    const score = (id: string): unknown => ({
      id,
      name: 'q',
      dataType: 'NUMERIC',
      value: 1,
      timestamp: '2026-11-22T00:00:00Z',
    });
    const scores: Route = ({ query }, response) =>
      query.has('cursor')
        ? json(response, { data: [score('b')], meta: { limit: 100 } })
        : json(response, { data: [score('a')], meta: { limit: 100, cursor: 'next' } });
    const server = await ScriptedServer.start(eventsRoutes(rows(0), { '/api/public/v3/scores': scores }));
    try {
      const source = await new Connection(server.url).open();
      assert.deepEqual(
        (await rowsOf(source.scores(everything, {}))).map((row) => row.id),
        ['a', 'b'],
      );
      assert.deepEqual(Object.fromEntries(server.to('/api/public/v3/scores')[1]?.query ?? []), {
        fields: 'details,subject,annotation',
        fromTimestamp: '2026-11-20T00:00:00.000Z',
        toTimestamp: '2026-11-25T00:00:00.000Z',
        limit: '100',
        cursor: 'next',
      });
    } finally {
      await server.stop();
    }
  });
});
