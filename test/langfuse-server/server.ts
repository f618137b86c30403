import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { AddressInfo } from 'node:net';
import { deprecation, goneMessage } from './api/deprecation.ts';
import { listObservationsV2 } from './api/observationsV2.ts';
import { RowCache } from './api/rowCache.ts';
import { Dataset } from './data/dataset.ts';
import { ApiError } from './http/apiError.ts';
import { authorize } from './http/auth.ts';
import { faultAnswer, FaultPlan, spoilRow, type FaultRule } from './http/faults.ts';
import { badGateway, notFoundPage, timeoutPage } from './http/html.ts';
import { PageCache, PreparedAnswer } from './http/pages.ts';
import { Quota, RateLimited } from './http/quota.ts';
import { commonHeaders, sendAnswer, sendHtml } from './http/send.ts';
import { withDefaults, type LangfuseServerOptions } from './options.ts';
import { matchRoutes, type Match } from './routes.ts';
import type { ApiContext, ApiRequest } from './api/handler.ts';

/** One request as the stand-in saw it. */
export interface RequestRecord {
  readonly number: number;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** 0 until answered, and for a request that never is. */
  status: number;
  /** Rows in the answer. */
  rows: number;
  /** The fault that hit it. */
  fault: FaultRule['kind'] | null;
}

/** Answers of the small endpoints; observations have a cache of their own. */
const pageCacheBytes = 64_000_000;

interface Call {
  readonly url: URL;
  readonly matches: readonly Match[];
  readonly fault: FaultRule | undefined;
  readonly record: RequestRecord;
}

/** A Langfuse to test against, on loopback. */
export class LangfuseServer {
  readonly options: LangfuseServerOptions;
  readonly dataset: Dataset;
  readonly requests: RequestRecord[] = [];
  readonly #server: Server;
  readonly #quota: Quota;
  readonly #cache: PageCache;
  readonly #context: ApiContext;
  readonly #closing = new AbortController();
  #faults: FaultPlan;

  constructor(options: LangfuseServerOptions) {
    this.options = options;
    this.dataset = new Dataset({
      ...options,
      start: options.end - options.days * 86_400_000,
      events: options.generation === 'events' || options.generation === 'dual',
    });
    this.#quota = new Quota(options);
    this.#cache = new PageCache(pageCacheBytes);
    this.#faults = new FaultPlan(options.faults);
    this.#context = {
      options,
      dataset: this.dataset,
      rowCache: new RowCache(options.cacheBytes),
      drafts: new Map(),
      ingest: (write) => this.#ingest(write),
    };
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        // A client that went away, or a server that closes, is nobody's error.
        if (!response.destroyed && !this.#closing.signal.aborted) response.destroy(error as Error);
      });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get publicKey(): string {
    return this.options.publicKey;
  }

  get secretKey(): string {
    return this.options.secretKey;
  }

  get projectId(): string {
    return this.options.projectId;
  }

  async listen(): Promise<void> {
    this.#server.listen(this.options.port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  /**
   * Serialises every row with these field groups, so that the first client is answered as fast as later
   * ones. About 40 microseconds a row.
   */
  warm(fields: string): void {
    let cursor: string | undefined;
    do {
      const query = new URLSearchParams({ limit: '1000', fields, ...(cursor === undefined ? {} : { cursor }) });
      const request = { method: 'GET', path: '', query, headers: {}, body: Buffer.alloc(0), asObject: false };
      const { body } = listObservationsV2(this.#context, request, '');
      cursor = /"meta":\{"cursor":"([^"]+)"\}\}$/.exec((body as Buffer).subarray(-4000).toString())?.[1];
    } while (cursor !== undefined);
  }

  /** Replaces the fault plan; its counts begin anew. */
  setFaults(faults: readonly FaultRule[]): void {
    this.#faults = new FaultPlan(faults);
  }

  /** Ends every connection, the hanging ones too. */
  async close(): Promise<void> {
    this.#closing.abort();
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  #ingest(write: () => void): void {
    if (this.options.ingestionDelayMs === 0) {
      write();
      return;
    }
    delay(this.options.ingestionDelayMs, undefined, { signal: this.#closing.signal, ref: false }).then(
      write,
      () => undefined,
    );
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const path = url.pathname;
    const record: RequestRecord = {
      number: this.requests.length + 1,
      method: request.method ?? 'GET',
      path,
      query: url.search,
      status: 0,
      rows: 0,
      fault: null,
    };
    this.requests.push(record);
    response.on('finish', () => (record.status = response.statusCode));
    if (record.number === this.options.lateAfterRequests) this.dataset.releaseLate();
    if (this.options.latencyMs > 0) await delay(this.options.latencyMs, undefined, { signal: this.#closing.signal });
    if (request.method === 'OPTIONS') {
      allowOrigin(request, response);
      return;
    }
    const matches = matchRoutes(path);
    if (matches.length === 0) {
      sendHtml(response, 404, notFoundPage);
      return;
    }
    const fault = path.endsWith('/health') || path.endsWith('/ready') ? undefined : this.#faults.next(path);
    record.fault = fault?.kind ?? null;
    if (fault?.kind === 'hang') return;
    if (fault?.kind === 'html502') sendHtml(response, 502, badGateway);
    else if (fault?.kind === 'http524') sendHtml(response, 524, timeoutPage);
    else await this.#answerCall(request, response, { url, matches, fault, record });
  }

  async #answerCall(request: IncomingMessage, response: ServerResponse, call: Call): Promise<void> {
    const { fault } = call;
    let answer: PreparedAnswer;
    let headers: Readonly<Record<string, string>> = {};
    try {
      const body = await readBody(request);
      answer = this.#prepare(request, body, call);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error instanceof RateLimited) headers = error.headers;
      answer = prepare(error.status, error.body, 0);
    }
    call.record.rows = answer.rows;
    await sendAnswer(request, response, answer, {
      gzip: this.options.gzip,
      headers,
      fault: answer.status === 200 ? fault : undefined,
      closing: this.#closing.signal,
    });
  }

  /** @throws ApiError for every answer that is an error */
  #prepare(request: IncomingMessage, body: Buffer, { url, matches, fault }: Call): PreparedAnswer {
    const { options, dataset } = this;
    const match = matches.find(({ route }) => route.method === null || route.method === request.method);
    if (match === undefined) throw new ApiError(405, { message: 'Method not allowed', error: 'MethodNotAllowedError' });
    const { route, part } = match;
    if (route.legacy && options.generation === 'events')
      throw new ApiError(404, { message: goneMessage, ...deprecation(options, route) });
    if (route.method !== null) {
      authorize(options, request.headers.authorization, route.access, route.namesError);
      this.#quota.spend(route.bucket, Date.now());
    }
    const broken = faultAnswer(fault);
    if (broken !== null) throw broken;
    const asObject = fault?.kind === 'malformedRow';
    const cacheable = route.cacheable && !asObject;
    const cached = cacheable ? this.#cache.get(request.url!, dataset.revision) : undefined;
    if (cached !== undefined) return cached;
    const { searchParams: query, pathname: path } = url;
    const call: ApiRequest = { method: request.method ?? 'GET', path, query, headers: request.headers, body, asObject };
    const { status = 200, body: answer, rows = 0 } = route.handler(this.#context, call, part);
    if (asObject) spoilRow(answer, fault, this.requests.length);
    const prepared = prepare(
      status,
      Buffer.isBuffer(answer) ? answer : { ...answer, ...deprecation(options, route) },
      rows,
    );
    if (prepared.body.length > options.maxResponseBytes) throw tooLarge(options.tooLargeStatus);
    if (cacheable) this.#cache.set(request.url!, prepared);
    return prepared;
  }
}

/** Starts the stand-in on a free port of the loopback interface (or the one given). */
export async function startLangfuseServer(options: Partial<LangfuseServerOptions> = {}): Promise<LangfuseServer> {
  const server = new LangfuseServer(withDefaults(options));
  await server.listen();
  return server;
}

function prepare(status: number, body: object, rows: number): PreparedAnswer {
  return new PreparedAnswer(status, Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body)), rows);
}

function tooLarge(status: 413 | 422): ApiError {
  return new ApiError(status, {
    message: 'The response is too large. Reduce the limit or the fields.',
    error: 'PayloadTooLargeError',
  });
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  if (request.method === 'GET' || request.method === 'HEAD') return Buffer.alloc(0);
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function allowOrigin(request: IncomingMessage, response: ServerResponse): void {
  response
    .writeHead(204, {
      ...commonHeaders,
      'access-control-allow-origin': request.headers.origin ?? '*',
      'access-control-allow-methods': 'GET,HEAD,PUT,PATCH,POST,DELETE',
      'access-control-allow-headers': request.headers['access-control-request-headers'] ?? '',
      vary: 'Origin, Access-Control-Request-Headers',
    })
    .end();
}
