import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface Received {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  /** How many requests this path has had, this one included. */
  readonly count: number;
}

export type Route = (request: Received, response: ServerResponse) => void;

/** An HTTP server on loopback whose answers a test writes by path; unknown paths are an HTML 404, as Langfuse's are. */
export class ScriptedServer {
  readonly received: Received[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(routes: Readonly<Record<string, Route>>) {
    this.#server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://localhost');
      const path = decodeURI(url.pathname);
      const count = this.to(path).length + 1;
      const received = { path, query: url.searchParams, authorization: request.headers.authorization, count };
      this.received.push(received);
      const route = routes[path];
      if (route === undefined) {
        html(response, 404);
        return;
      }
      route(received, response);
    });
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  static async start(routes: Readonly<Record<string, Route>>): Promise<ScriptedServer> {
    const scripted = new ScriptedServer(routes);
    await new Promise<void>((resolve) => scripted.#server.listen(0, '127.0.0.1', resolve));
    return scripted;
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  /** Requests to one path, in order. */
  to(path: string): readonly Received[] {
    return this.received.filter((received) => received.path === path);
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export function json(
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(JSON.stringify(body));
}

export function html(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' });
  response.end('<html><body>Bad things happen</body></html>');
}

export function tooManyRequests(response: ServerResponse, seconds: number, limit: number): void {
  const details = { retryAfterSeconds: seconds, limit, remaining: 0 };
  json(response, { message: 'Rate limit exceeded', code: 'rate_limited', details }, 429, {
    'retry-after': String(seconds),
    'x-ratelimit-limit': String(limit),
  });
}

const eventsOnly = 'This endpoint is not available on deployments running in Langfuse v4 events_only mode.';

export const health: Route = (_, response) => json(response, { status: 'OK', version: '4.16.0' });

export const projects: Route = (_, response) =>
  json(response, {
    data: [{ id: 'p1', name: 'Project', organization: { id: 'org', name: 'Org' }, metadata: {} }],
  });

export const eventsOnlyGone: Route = (_, response) => json(response, { message: eventsOnly }, 404);

/** Answers an events server's probe with 200 and leaves the walk to `route`. */
export function afterProbe(route: Route): Route {
  return (request, response) => {
    if (request.count === 1) {
      json(response, { data: [], meta: {} });
      return;
    }
    route({ ...request, count: request.count - 1 }, response);
  };
}

/** A v4 server whose list of observations is `observations`; other routes may be added or replaced. */
export function eventsRoutes(observations: Route, others: Readonly<Record<string, Route>> = {}): Record<string, Route> {
  return {
    '/api/public/health': health,
    '/api/public/projects': projects,
    '/api/public/traces': eventsOnlyGone,
    '/api/public/v2/observations': afterProbe(observations),
    ...others,
  };
}

/** A v3 server: the lists of v1, and v2 endpoints that say they are elsewhere. */
export function legacyRoutes(others: Readonly<Record<string, Route>>): Record<string, Route> {
  const onlyV4: Route = (_, response) =>
    json(response, { message: 'only available in a Langfuse v4 write mode', error: 'LangfuseNotFoundError' }, 404);
  return {
    '/api/public/health': (_, response) => json(response, { status: 'OK', version: '3.225.4' }),
    '/api/public/projects': projects,
    '/api/public/traces': (_, response) =>
      json(response, { data: [], meta: { page: 1, limit: 1, totalItems: 0, totalPages: 0 } }),
    '/api/public/v2/observations': onlyV4,
    '/api/public/v2/metrics': onlyV4,
    '/api/public/v3/scores': onlyV4,
    ...others,
  };
}

export function observation(index: number): Record<string, unknown> {
  const startTime = new Date(Date.parse('2026-11-22T00:00:00.000Z') + index).toISOString();
  return { id: `o${String(index)}`, traceId: 't1', projectId: 'p1', type: 'SPAN', startTime };
}
