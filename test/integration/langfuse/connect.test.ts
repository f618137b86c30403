import assert from 'node:assert/strict';
import type { EngineError } from '../../../src/engine/errors.ts';
import { Connection, secretKey } from './connection.ts';
import {
  eventsRoutes,
  health,
  html,
  json,
  legacyRoutes,
  observation,
  projects,
  ScriptedServer,
  type Route,
} from './scriptedServer.ts';

const list =
  (rows: readonly unknown[]): Route =>
  (_, response) =>
    json(response, { data: rows, meta: {} });
const status =
  (code: number, message = 'no'): Route =>
  (_, response) =>
    json(response, { message }, code);
const someTraces = list([{ id: 't1', timestamp: '2026-11-20T00:00:00.000Z' }]);

describe('connecting to Langfuse', () => {
  let server: ScriptedServer | undefined;
  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });

  async function generation(routes: Record<string, Route>): Promise<string> {
    server = await ScriptedServer.start(routes);
    const connection = new Connection(server.url);
    const source = await connection.open();
    assert.ok(connection.log.lines.some((line) => line.includes(source.server.because)));
    return source.server.generation;
  }

  async function failure(routes: Record<string, Route>): Promise<EngineError> {
    server = await ScriptedServer.start(routes);
    const connection = new Connection(server.url);
    const error = await connection.open().then(
      () => assert.fail('connected'),
      (reason: unknown) => reason as EngineError,
    );
    const seen = JSON.stringify([error.toData(), connection.log.lines]);
    assert.ok(!seen.includes(secretKey) && !seen.includes(Buffer.from(`pk-lf-1:${secretKey}`).toString('base64')));
    return error;
  }

  it('recognises a v4 server and tells what it found', async () => {
    server = await ScriptedServer.start(eventsRoutes(list([])));
    const source = await new Connection(server.url).open();
    assert.deepEqual(source.server, {
      baseUrl: server.url,
      version: '4.16.0',
      generation: 'events',
      because: source.server.because,
      projectId: 'p1',
      projectName: 'Project',
      organizationName: 'Org',
      retentionDays: null,
    });
    assert.match(source.server.because, /events_only/);
    assert.equal(source.requests, 4);
    assert.equal(server.received.length, 4);
  });

  it('sends the keys as Basic auth', async () => {
    server = await ScriptedServer.start(eventsRoutes(list([])));
    await new Connection(server.url).open();
    const expected = `Basic ${Buffer.from(`pk-lf-1:${secretKey}`).toString('base64')}`;
    assert.deepEqual(new Set(server.received.map((request) => request.authorization)), new Set([expected]));
  });

  it('recognises v3 servers by the lists that they serve', async () => {
    assert.equal(await generation(legacyRoutes({})), 'legacy');
  });

  it('does not ask v3 servers before 3.143 for a table that they lack', async () => {
    const old: Route = (_, response) => json(response, { status: 'OK', version: 'v3.140.0' });
    const broken = status(500);
    const routes = legacyRoutes({ '/api/public/health': old, '/api/public/v2/observations': broken });
    assert.equal(await generation(routes), 'legacy');
    assert.equal(server?.to('/api/public/v2/observations').length, 0);
  });

  it('recognises servers that answer 501', async () => {
    assert.equal(await generation(legacyRoutes({ '/api/public/v2/observations': status(501) })), 'legacy');
  });

  it('takes a v4 server in legacy mode for legacy although v2/observations answers', async () => {
    const routes = eventsRoutes(list([]), { '/api/public/traces': someTraces, '/api/public/v2/metrics': status(404) });
    assert.equal(await generation(routes), 'legacy');
  });

  it('prefers v2 in dual mode when it has the data', async () => {
    const routes = eventsRoutes(list([observation(1)]), {
      '/api/public/traces': someTraces,
      '/api/public/v2/metrics': list([]),
    });
    assert.equal(await generation(routes), 'events');
    const around = server?.to('/api/public/v2/observations')[1]?.query;
    assert.equal(around?.get('fromStartTime'), '2026-11-19T00:00:00.000Z');
    assert.equal(around.get('toStartTime'), '2026-11-21T00:00:00.000Z');
  });

  it('reads the legacy lists in dual mode while history is missing from v2', async () => {
    const routes = eventsRoutes(list([]), { '/api/public/traces': someTraces, '/api/public/v2/metrics': list([]) });
    assert.equal(await generation(routes), 'legacy');
  });

  it('lets the data decide when the metrics quota is used up', async () => {
    const routes = eventsRoutes(list([observation(1)]), {
      '/api/public/traces': someTraces,
      '/api/public/v2/metrics': status(429),
    });
    assert.equal(await generation(routes), 'events');
  });

  it('connects where health is hidden, and to a server in trouble that tells its version', async () => {
    server = await ScriptedServer.start(eventsRoutes(list([]), { '/api/public/health': (_, r) => html(r, 404) }));
    assert.equal((await new Connection(server.url).open()).server.version, 'unknown');
  });

  it('names wrong keys and the likely reason', async () => {
    const error = await failure({
      '/api/public/health': health,
      '/api/public/projects': status(401, 'Invalid credentials.'),
    });
    assert.equal(error.code, 'auth.invalid');
    assert.match(error.message, /127\.0\.0\.1:\d+.*HTTP 401: Invalid credentials\./);
    assert.match(error.hint ?? '', /region/);
  });

  it('names keys of a type that cannot read', async () => {
    const error = await failure({ '/api/public/health': health, '/api/public/projects': status(403) });
    assert.equal(error.code, 'auth.forbidden');
    assert.match(error.hint ?? '', /Viewer/);
  });

  it('names servers that are no Langfuse, or one with neither generation', async () => {
    assert.equal((await failure({})).code, 'langfuse.unsupported');
    const page: Route = (_, response) => html(response, 200);
    await server?.stop();
    assert.equal(
      (await failure({ '/api/public/health': page, '/api/public/projects': page })).code,
      'langfuse.unsupported',
    );
    await server?.stop();
    assert.equal(
      (await failure({ '/api/public/health': health, '/api/public/projects': projects })).code,
      'langfuse.unsupported',
    );
  });

  it('follows no redirect and names where it points', async () => {
    const other = await ScriptedServer.start({});
    const away: Route = (request, response) => {
      response.writeHead(302, { location: `${other.url}${request.path}` });
      response.end();
    };
    try {
      const error = await failure({ '/api/public/health': away, '/api/public/projects': away });
      assert.equal(error.code, 'langfuse.rejected');
      assert.ok(error.message.includes(other.url), error.message);
      assert.equal(other.received.length, 0);
    } finally {
      await other.stop();
    }
  });

  it('keeps keys that an error page quotes out of the message', async () => {
    const echo: Route = (request, response) =>
      json(response, { message: `bad header ${request.authorization ?? ''} ${secretKey}` }, 403);
    const error = await failure({ '/api/public/health': health, '/api/public/projects': echo });
    assert.match(error.message, /bad header Basic \*\*\* \*\*\*/);
  });

  it('names the host that cannot be reached, after a few attempts', async () => {
    server = await ScriptedServer.start({});
    const { url } = server;
    await server.stop();
    const connection = new Connection(url);
    await assert.rejects(connection.open(), (error: EngineError) => {
      assert.equal(error.code, 'langfuse.unreachable');
      assert.ok(error.message.includes(new URL(url).host));
      assert.match(error.message, /ECONNREFUSED/);
      return true;
    });
    assert.equal(connection.clock.slept.length, 2);
  });

  it('is cancelled at once', async () => {
    server = await ScriptedServer.start({ '/api/public/health': () => undefined });
    const cancel = new AbortController();
    const opening = new Connection(server.url).open(cancel.signal);
    setTimeout(() => cancel.abort(), 20);
    await assert.rejects(opening, { name: 'AbortError' });
  });
});
