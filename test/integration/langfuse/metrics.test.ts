import assert from 'node:assert/strict';
import { Connection } from './connection.ts';
import { eventsRoutes, html, json, ScriptedServer, tooManyRequests, type Route } from './scriptedServer.ts';

const metricsPath = '/api/public/v2/metrics';
const at = (time: string): number => Date.parse(time);

interface Query {
  readonly view: string;
  readonly fromTimestamp: string;
  readonly toTimestamp: string;
  readonly timeDimension: { readonly granularity: string };
  readonly config: { readonly row_limit: number };
}

describe('counting observations on the server', () => {
  let server: ScriptedServer;
  let connection: Connection;
  afterEach(() => server.stop());

  async function open(metrics: Route): ReturnType<Connection['open']> {
    const none: Route = (_, response) => json(response, { data: [], meta: {} });
    server = await ScriptedServer.start(eventsRoutes(none, { [metricsPath]: metrics }));
    connection = new Connection(server.url, { plan: 'hobby' });
    return connection.open();
  }

  const queries = (): Query[] =>
    server.to(metricsPath).map(({ query }) => JSON.parse(query.get('query') ?? '') as Query);

  it('reads counts by hour, also those that come as strings', async () => {
    const source = await open((_, response) =>
      json(response, {
        data: [
          { time_dimension: '2026-11-21T01:00:00Z', count_count: 10 },
          { time_dimension: '2026-11-21T02:00:00Z', count_count: '5' },
          { time_dimension: '2026-11-21T03:00:00Z', count_count: '0' },
        ],
      }),
    );
    const window = { from: at('2026-11-21T01:30:00Z'), to: at('2026-11-21T04:00:00Z') };
    const counts = await source.countObservations(window, 'hour');
    assert.deepEqual(
      [...(counts ?? [])],
      [
        [at('2026-11-21T01:00:00Z'), 10],
        [at('2026-11-21T02:00:00Z'), 5],
      ],
    );
    const [query] = queries();
    assert.equal(query?.view, 'observations');
    assert.equal(query.fromTimestamp, '2026-11-21T01:30:00.000Z');
    assert.deepEqual([query.timeDimension.granularity, query.config.row_limit], ['hour', 1000]);
  });

  it('asks for at most a thousand buckets at once and counts none twice', async () => {
    const source = await open(({ query }, response) => {
      const { fromTimestamp, toTimestamp } = JSON.parse(query.get('query') ?? '') as Query;
      const data = [];
      for (let hour = at(fromTimestamp) - (at(fromTimestamp) % 3_600_000); hour < at(toTimestamp); hour += 3_600_000) {
        data.push({ time_dimension: new Date(hour).toISOString(), count_count: 1 });
      }
      assert.ok(data.length <= 1000);
      json(response, { data });
    });
    const window = { from: at('2026-08-01T00:30:00Z'), to: at('2026-11-22T00:30:00Z') };
    const counts = await source.countObservations(window, 'hour');
    assert.equal(counts?.size, 113 * 24 + 1);
    assert.deepEqual(new Set(counts.values()), new Set([1]));
    assert.equal(queries().length, 3);
  });

  const silent: [string, Route][] = [
    ['404', (_, response) => json(response, { message: 'no' }, 404)],
    ['400', (_, response) => json(response, { message: 'no' }, 400)],
    ['429', (_, response) => tooManyRequests(response, 86_400, 100)],
    ['an HTML 404', (_, response) => html(response, 404)],
    ['a server that keeps failing', (_, response) => html(response, 502)],
  ];
  for (const [name, route] of silent) {
    it(`gives no counts on ${name}, and waits for no quota`, async () => {
      const source = await open(route);
      const window = { from: at('2026-11-21T00:00:00Z'), to: at('2026-11-22T00:00:00Z') };
      assert.equal(await source.countObservations(window, 'day'), null);
      assert.ok(connection.waits.every((waiting) => waiting?.reason !== 'quota'));
    });
  }

  it('does not ask again before a refusal is over', async () => {
    const source = await open((_, response) => tooManyRequests(response, 3600, 100));
    const window = { from: at('2026-11-21T00:00:00Z'), to: at('2026-11-22T00:00:00Z') };
    for (const [minutes, asked] of [
      [0, 1],
      [59, 1],
      [2, 2],
    ] as const) {
      connection.clock.advance(minutes * 60_000);
      assert.equal(await source.countObservations(window, 'day'), null);
      assert.equal(queries().length, asked);
    }
  });

  it('gives no counts when its own budget for the day is spent', async () => {
    const source = await open((_, response) => json(response, { data: [] }));
    const window = { from: at('2026-11-21T00:00:00Z'), to: at('2026-11-22T00:00:00Z') };
    const answers = [];
    for (let asked = 0; asked < 100; asked += 1) {
      answers.push(await source.countObservations(window, 'day'));
    }
    assert.equal(answers.filter((counts) => counts !== null).length, 99);
    assert.equal(answers.at(-1), null);
    assert.equal(queries().length, 99);
  });

  it('still says that the keys are wrong', async () => {
    const source = await open((_, response) => json(response, { message: 'expired' }, 401));
    const window = { from: at('2026-11-21T00:00:00Z'), to: at('2026-11-22T00:00:00Z') };
    await assert.rejects(source.countObservations(window, 'day'), { code: 'auth.invalid' });
  });
});
