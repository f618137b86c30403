import assert from 'node:assert/strict';
import type { EngineError } from '../../../src/engine/errors.ts';
import type { ConnectOptions } from '../../../src/engine/langfuse/connect.ts';
import { Connection, everything, rowsOf, observationsOf } from './connection.ts';
import {
  eventsRoutes,
  html,
  json,
  observation,
  ScriptedServer,
  tooManyRequests,
  type Route,
} from './scriptedServer.ts';

const page: Route = (_, response) => json(response, { data: [observation(1)], meta: {} });
/** `fault` for the first `times` requests of the walk, then the page. */
const first =
  (times: number, fault: Route): Route =>
  (request, response) =>
    (request.count <= times ? fault : page)(request, response);

describe('faults on the way', () => {
  let server: ScriptedServer;
  let connection: Connection;
  afterEach(() => server.stop());

  async function walk(route: Route, options: Partial<ConnectOptions> = {}): Promise<string[]> {
    server = await ScriptedServer.start(eventsRoutes(route));
    connection = new Connection(server.url, options);
    const source = await connection.open();
    const rows = await rowsOf(observationsOf(source, everything, {}));
    assert.equal(source.requests, server.received.length);
    return rows.map((row) => row.id);
  }

  async function failure(route: Route, options: Partial<ConnectOptions> = {}): Promise<EngineError> {
    return walk(route, options).then(
      () => assert.fail('walked'),
      (reason: unknown) => reason as EngineError,
    );
  }

  const passing: [string, Route][] = [
    ['500', (_, response) => json(response, { message: 'Internal Server Error' }, 500)],
    ['502 with HTML', (_, response) => html(response, 502)],
    ['503', (_, response) => json(response, {}, 503)],
    ['504 with HTML', (_, response) => html(response, 504)],
    ['524', (_, response) => html(response, 524)],
    ['408', (_, response) => json(response, {}, 408)],
    [
      'truncated JSON',
      (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":[{"id"'),
    ],
    [
      'a connection reset in the middle of the body',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
        response.write('{"data":[');
        setTimeout(() => response.destroy(), 5);
      },
    ],
    ['a connection closed without an answer', (_, response) => response.destroy()],
  ];
  for (const [name, fault] of passing) {
    it(`gets over ${name}`, async () => {
      assert.deepEqual(await walk(first(2, fault)), ['o1']);
      assert.deepEqual(connection.clock.slept, [250, 500]);
      assert.deepEqual(
        connection.waits.map((waiting) => waiting?.reason),
        ['retry', undefined, 'retry', undefined],
      );
    });
  }

  it('gives up on a server that keeps failing, after eight attempts', async () => {
    const error = await failure((_, response) => html(response, 502));
    assert.equal(error.code, 'langfuse.unavailable');
    assert.match(error.message, /8.*HTTP 502/);
    assert.equal(server.to('/api/public/v2/observations').length - 1, 8);
    assert.deepEqual(connection.clock.slept, [250, 500, 1000, 2000, 4000, 8000, 16_000]);
  });

  it('says that an answer stays unreadable', async () => {
    assert.equal((await failure((_, response) => response.writeHead(200).end('{"data":'))).code, 'langfuse.malformed');
    await server.stop();
    assert.equal((await failure((_, response) => html(response, 200))).code, 'langfuse.malformed');
    await server.stop();
    assert.equal((await failure((_, response) => json(response, { rows: [] }))).code, 'langfuse.malformed');
  });

  it('ends an attempt that hangs before it answers', async () => {
    const timeouts = { attemptMs: 60, stallMs: 1000 };
    assert.deepEqual(
      await walk(
        first(1, () => undefined),
        { timeouts },
      ),
      ['o1'],
    );
  });

  it('ends an attempt whose body stalls', async () => {
    const stalling: Route = (_, response) => void response.writeHead(200).write('{"data":');
    assert.deepEqual(await walk(first(1, stalling), { timeouts: { attemptMs: 10_000, stallMs: 50 } }), ['o1']);
  });

  it('bears a body that drips steadily, until the time of an attempt is over', async () => {
    const dripping: Route = (_, response) => {
      const text = JSON.stringify({ data: [observation(7)], meta: {} });
      response.writeHead(200, { 'content-type': 'application/json' });
      let sent = 0;
      const timer = setInterval(() => {
        response.write(text.slice(sent, sent + 10));
        sent += 10;
        if (sent >= text.length) {
          clearInterval(timer);
          response.end();
        }
      }, 20);
      response.on('close', () => clearInterval(timer));
    };
    assert.deepEqual(await walk(first(1, dripping), { timeouts: { attemptMs: 10_000, stallMs: 200 } }), ['o7']);
    await server.stop();
    assert.deepEqual(await walk(first(1, dripping), { timeouts: { attemptMs: 100, stallMs: 200 } }), ['o1']);
  });

  it('waits a long Retry-After out and shows it', async () => {
    assert.deepEqual(await walk(first(1, (_, response) => tooManyRequests(response, 41, 30))), ['o1']);
    assert.deepEqual(connection.clock.slept, [41_000]);
    assert.deepEqual(connection.waits, [{ reason: 'quota', seconds: 41, detail: 'HTTP 429' }, null]);
  });

  it('waits as the body says when an older server sends no header', async () => {
    const body = { message: 'Rate limit exceeded', details: { retryAfterSeconds: 90 } };
    await walk(first(1, (_, response) => json(response, body, 429)));
    assert.deepEqual(connection.clock.slept, [90_000]);
  });

  it('honours the Retry-After of a 503', async () => {
    await walk(first(1, (_, response) => json(response, {}, 503, { 'retry-after': '120' })));
    assert.deepEqual(connection.clock.slept, [120_000]);
  });

  it('does not repeat what was refused for good', async () => {
    const cases: [number, string][] = [
      [400, 'langfuse.rejected'],
      [401, 'auth.invalid'],
      [403, 'auth.forbidden'],
      [404, 'langfuse.unsupported'],
      [405, 'langfuse.unsupported'],
      [410, 'langfuse.unsupported'],
    ];
    for (const [status, code] of cases) {
      const error = await failure((_, response) => json(response, { message: 'because' }, status));
      assert.equal(error.code, code);
      assert.match(error.message, /because/);
      assert.equal(server.to('/api/public/v2/observations').length, 2, code);
      await server.stop();
    }
  });

  it('can be cancelled in the middle of a wait', async () => {
    const cancel = new AbortController();
    server = await ScriptedServer.start(eventsRoutes((_, response) => tooManyRequests(response, 3600, 30)));
    connection = new Connection(server.url, { onWait: (waiting) => waiting !== null && cancel.abort() });
    const source = await connection.open();
    await assert.rejects(rowsOf(observationsOf(source, everything, { signal: cancel.signal })), { name: 'AbortError' });
    assert.equal(server.to('/api/public/v2/observations').length, 2);
  });

  it('waits for its own budget rather than burning a refusal', async () => {
    const fifty: Route = (request, response) =>
      json(response, {
        data: [observation(request.count)],
        meta: request.count < 50 ? { cursor: String(request.count) } : {},
      });
    assert.equal((await walk(fifty, { plan: 'hobby' })).length, 50);
    // The probe took the first of 29 requests a minute.
    assert.equal(connection.clock.slept.length, 1);
    assert.equal(connection.waits[0]?.reason, 'quota');
  });
});
