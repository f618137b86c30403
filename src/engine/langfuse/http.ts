import * as l10n from '@vscode/l10n';
import type { z } from 'zod';
import type { Credentials, ExportWaiting } from '../../protocol/engine.ts';
import type { EngineError } from '../errors.ts';
import type { Clock, Fetch, Log } from '../ports.ts';
import { backoffMilliseconds, retryAfterMilliseconds } from './backoff.ts';
import { exchange, TimedOut, type RawReply, type Timeouts } from './exchange.ts';
import { malformed, messageOf, networkProblem, refusal, unavailable, type Reply } from './failures.ts';
import { isObject } from './fields.ts';
import type { PageSize } from './pageSize.ts';
import type { Budget } from './quota.ts';

export interface HttpOptions {
  readonly credentials: Credentials;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly timeouts: Timeouts;
  readonly onWait: (waiting: ExportWaiting | null) => void;
}

export interface HttpRequest {
  /** Below the base URL, with a leading slash. */
  readonly path: string;
  /** Asked anew for each attempt, because `pageSize` may have shrunk. */
  readonly query: () => Readonly<Record<string, string>>;
  /** What the request is taken from; null for endpoints that Langfuse does not count. */
  readonly budget: Budget | null;
  readonly pageSize?: PageSize;
  /** Attempts that may fail before the request does, refusals for quota not counted. */
  readonly attempts?: number;
  /** False: a used-up quota is answered with status 429 instead of being waited for. */
  readonly patient?: boolean;
  readonly signal: AbortSignal | undefined;
}

type Outcome = { readonly kind: 'reply' | 'tooLarge'; readonly reply: Reply } | Throttled | Fault;

interface Throttled {
  readonly kind: 'throttled';
  readonly retryAfterMs: number | null;
  readonly limit: number | null;
}

/** What may be over with the next attempt. */
interface Fault {
  readonly kind: 'fault';
  readonly detail: string;
  readonly retryAfterMs: number | null;
  /** The server itself says that the query was too much for it. */
  readonly heavy: boolean;
  readonly final: boolean;
  /** What to throw when it was the last attempt. */
  readonly error: (attempts: number) => EngineError;
}

/** The answer for requests that do not wait for their quota. */
const quotaSpent: Reply = { status: 429, json: undefined, location: null };
/** So many faults of any kind on one page make its size a suspect. */
const faultsToShrink = 3;
const defaultAttempts = 8;
/** A server that refuses that often in a row for one request will not stop doing so. */
const maxRefusals = 50;

/**
 * GET requests with Basic auth to one Langfuse server. Faults that pass are retried, quotas are waited
 * for, pages shrink when they are too much; every wait is reported and ends at once when the signal is
 * aborted. Our own, because ready clients cap long Retry-After waits or cannot change a request between
 * its attempts. Keys go to the base URL's origin alone and into no message.
 */
export class LangfuseHttp {
  readonly host: string;
  readonly #options: HttpOptions;
  readonly #baseUrl: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #secrets: readonly string[];
  #requests = 0;

  constructor(options: HttpOptions) {
    const { baseUrl, publicKey, secretKey } = options.credentials;
    const basic = Buffer.from(`${publicKey}:${secretKey}`).toString('base64');
    this.#options = options;
    this.#baseUrl = baseUrl.replace(/\/+$/, '');
    this.#headers = { accept: 'application/json', authorization: `Basic ${basic}` };
    this.#secrets = [basic, secretKey].filter((secret) => secret !== '');
    this.host = new URL(baseUrl).host;
  }

  /** Requests sent so far, retries included. */
  get requests(): number {
    return this.#requests;
  }

  /**
   * Sends until there is an answer that repeating would not change, whatever its status.
   * @throws EngineError langfuse.unreachable, langfuse.unavailable or langfuse.malformed when patience ran
   * out, auth.invalid for a 401; the signal's reason.
   */
  async request(request: HttpRequest): Promise<Reply> {
    let failures = 0;
    let refusals = 0;
    for (;;) {
      if (!(await this.#admit(request))) {
        return quotaSpent;
      }
      const outcome = await this.#attempt(request);
      switch (outcome.kind) {
        case 'reply':
          return this.#settle(request, outcome.reply);
        case 'tooLarge':
          if (!this.#shrink(request, 'tooLarge')) {
            return outcome.reply;
          }
          break;
        case 'throttled':
          if (request.patient === false) {
            return quotaSpent;
          }
          refusals += 1;
          await this.#waitForQuota(request, outcome, refusals);
          break;
        case 'fault':
          failures += 1;
          await this.#recover(request, outcome, failures);
          break;
      }
    }
  }

  /**
   * Like `request`, for answers that must be a success of a known shape.
   * @throws EngineError auth.*, langfuse.* by status; the signal's reason.
   */
  async read<Schema extends z.ZodType>(schema: Schema, request: HttpRequest): Promise<z.output<Schema>> {
    const reply = await this.request(request);
    return this.parse(schema, reply, request.path);
  }

  /** @throws EngineError when the reply is no success or not of that shape. */
  parse<Schema extends z.ZodType>(schema: Schema, reply: Reply, path: string): z.output<Schema> {
    if (reply.status < 200 || reply.status > 299) {
      throw refusal(reply, this.host, path);
    }
    if (reply.json === undefined) {
      throw malformed(this.host, path, l10n.t('no JSON'));
    }
    const result = schema.safeParse(reply.json);
    if (!result.success) {
      const issue = result.error.issues[0];
      throw malformed(this.host, path, issue === undefined ? '' : `${issue.path.join('.')}: ${issue.message}`);
    }
    return result.data;
  }

  /** Waits until the budget has a request to give. False when it has none and the request is impatient. */
  async #admit(request: HttpRequest): Promise<boolean> {
    for (;;) {
      request.signal?.throwIfAborted();
      const waitMs = request.budget?.tryTake() ?? 0;
      if (waitMs === 0) {
        return true;
      }
      if (request.patient === false) {
        return false;
      }
      await this.#wait('quota', waitMs, l10n.t('request limit of {0}', this.host), request.signal);
    }
  }

  #settle(request: HttpRequest, reply: Reply): Reply {
    if (reply.status === 401) {
      throw refusal(reply, this.host, request.path);
    }
    if (reply.status === 200) {
      request.pageSize?.succeeded();
    }
    return reply;
  }

  #shrink(request: HttpRequest, cause: 'tooLarge' | 'fault'): boolean {
    const before = request.pageSize?.current;
    if (request.pageSize?.shrink(cause) !== true) {
      return false;
    }
    this.#options.log.info(`${request.path}: page size ${String(before)} -> ${String(request.pageSize.current)}`);
    return true;
  }

  /** @throws EngineError when the server refuses without end. */
  async #waitForQuota(request: HttpRequest, outcome: Throttled, refusals: number): Promise<void> {
    if (refusals >= maxRefusals) {
      throw unavailable(this.host, request.path, 'HTTP 429', refusals);
    }
    const asked = outcome.retryAfterMs ?? 1000 + backoffMilliseconds(refusals, this.#options.random);
    const waitMs = request.budget?.refused(asked, outcome.limit) ?? Math.max(asked, 1000);
    await this.#wait('quota', waitMs, 'HTTP 429', request.signal);
  }

  /** Backs off, with a smaller page when its size may be the reason. @throws EngineError after the last attempt. */
  async #recover(request: HttpRequest, fault: Fault, failures: number): Promise<void> {
    if (fault.final || failures >= (request.attempts ?? defaultAttempts)) {
      throw fault.error(failures);
    }
    if (fault.heavy || failures >= faultsToShrink) {
      this.#shrink(request, 'fault');
    }
    const backoff = backoffMilliseconds(failures, this.#options.random);
    await this.#wait('retry', Math.max(backoff, fault.retryAfterMs ?? 0), fault.detail, request.signal);
  }

  async #wait(
    reason: 'quota' | 'retry',
    milliseconds: number,
    detail: string,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const seconds = Math.ceil(milliseconds / 1000);
    this.#options.log.info(`${reason}: waiting ${String(milliseconds)} ms (${detail})`);
    this.#options.onWait({ reason, seconds, detail });
    try {
      await this.#options.clock.sleep(milliseconds, signal);
    } finally {
      this.#options.onWait(null);
    }
  }

  async #attempt(request: HttpRequest): Promise<Outcome> {
    const { fetch, log, timeouts, clock } = this.#options;
    const query = new URLSearchParams(request.query()).toString();
    const started = clock.now();
    this.#requests += 1;
    try {
      const url = `${this.#baseUrl}${request.path}${query === '' ? '' : `?${query}`}`;
      const raw = await exchange(fetch, url, this.#headers, timeouts, request.signal);
      const took = `${String(clock.now() - started)} ms, ${String(raw.text.length)} characters`;
      log.debug(`GET ${request.path}: HTTP ${String(raw.status)}, ${took}`);
      return this.#judge(raw, request);
    } catch (error) {
      request.signal?.throwIfAborted();
      return this.#connectionFault(error, request.path);
    }
  }

  #judge(raw: RawReply, request: HttpRequest): Outcome {
    const { status } = raw;
    if (status === 429) {
      return this.#throttled(raw);
    }
    if (status === 408 || (status >= 500 && status !== 501)) {
      return this.#serverFault(raw, request.path, `HTTP ${String(status)}`);
    }
    const json = parseJson(status < 300 ? raw.text : this.#withoutSecrets(raw.text));
    if (status === 200 && json === undefined && !isPage(raw)) {
      // Cut off on its way: the next attempt usually arrives whole.
      const detail = l10n.t('incomplete answer');
      const error = (): EngineError => malformed(this.host, request.path, detail);
      return { kind: 'fault', detail, retryAfterMs: null, heavy: false, final: false, error };
    }
    const reply: Reply = { status, json, location: raw.headers.get('location') };
    if (request.pageSize !== undefined && isTooLarge(reply)) {
      return { kind: 'tooLarge', reply };
    }
    if (status === 422 && !isTooLarge(reply)) {
      return this.#serverFault(raw, request.path, `HTTP 422: ${messageOf(json) ?? ''}`);
    }
    return { kind: 'reply', reply };
  }

  #throttled(raw: RawReply): Throttled {
    const body = parseJson(raw.text) as { details?: { retryAfterSeconds?: unknown; limit?: unknown } } | undefined;
    const inBody = Number(body?.details?.retryAfterSeconds ?? NaN);
    const limit = Number(raw.headers.get('x-ratelimit-limit') ?? body?.details?.limit ?? NaN);
    const fromHeader = retryAfterMilliseconds(raw.headers.get('retry-after'), this.#options.clock.now());
    return {
      kind: 'throttled',
      retryAfterMs: fromHeader ?? (Number.isFinite(inBody) ? inBody * 1000 : null),
      limit: Number.isFinite(limit) ? limit : null,
    };
  }

  #serverFault(raw: RawReply, path: string, detail: string): Fault {
    const retryAfterMs = retryAfterMilliseconds(raw.headers.get('retry-after'), this.#options.clock.now());
    const error = (attempts: number): EngineError => unavailable(this.host, path, detail, attempts);
    return { kind: 'fault', detail, retryAfterMs, heavy: raw.status === 422, final: false, error };
  }

  #connectionFault(error: unknown, path: string): Fault {
    const common = { kind: 'fault', retryAfterMs: null, heavy: false } as const;
    if (error instanceof TimedOut) {
      const detail = l10n.t('no answer in time');
      const failed = (attempts: number): EngineError => unavailable(this.host, path, detail, attempts);
      return { ...common, detail, final: false, error: failed };
    }
    const problem = networkProblem(error, this.host);
    return { ...common, detail: problem.detail, final: problem.final, error: () => problem.error };
  }

  /** Error pages of proxies may quote the request that they are about. */
  #withoutSecrets(text: string): string {
    return this.#secrets.reduce((clean, secret) => clean.replaceAll(secret, '***'), text);
  }
}

/**
 * An answer over the limit. Langfuse says 422 for it and also for a query that ran out of time or memory,
 * which a busy moment may cause as well as the page's size.
 */
function isTooLarge({ status, json }: Reply): boolean {
  return status === 413 || (status === 422 && isObject(json) && json.error === 'PayloadTooLargeError');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** HTML where JSON was asked for: a sign-in page or another product, not a fault on the way. */
function isPage(raw: RawReply): boolean {
  return raw.headers.get('content-type')?.includes('text/html') === true;
}
