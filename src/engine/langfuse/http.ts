import * as l10n from '@vscode/l10n';
import type * as z from 'zod';
import type { Credentials, ExportWaiting } from '../../protocol/engine.ts';
import { EngineError } from '../errors.ts';
import { runtimeFetch, type Clock, type Fetch, type Log } from '../ports.ts';
import { backoffMilliseconds } from './backoff.ts';
import {
  exchange,
  firstUnsuccessful,
  textOf,
  type Body,
  type Exchange,
  type RawReply,
  type Timeouts,
} from './exchange.ts';
import { malformed, refusal, unavailable, type Reply } from './failures.ts';
import { MalformedPage, parseJson, shapeProblem } from './json.ts';
import { judgeFailure, judgeReply, type Fault, type Outcome, type Throttled } from './outcome.ts';
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
  /** Reads the body of a success in place of JSON.parse; undefined when it is no whole JSON. */
  readonly decode?: (body: Body) => Promise<unknown>;
  /** Sends an attempt from where its answer is read; null: from here. Used with the runtime's own fetch alone. */
  readonly exchange?: () => Exchange | null;
  readonly signal: AbortSignal | undefined;
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
          refusals += 1;
          if (request.patient === false) {
            request.budget?.refused(outcome.retryAfterMs ?? 0, outcome.limit);
            return quotaSpent;
          }
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

  /**
   * Like `read`, with the body left to `decode`, which may throw MalformedPage.
   * @throws EngineError auth.*, langfuse.* by status; the signal's reason.
   */
  async open<T>(request: HttpRequest & { decode: (body: Body) => Promise<T | undefined> }): Promise<T> {
    try {
      const reply = await this.request(request);
      return this.#success(reply, request.path) as T;
    } catch (error) {
      throw error instanceof MalformedPage ? malformed(this.host, request.path, error.message) : error;
    }
  }

  /** @throws EngineError when the reply is no success or not of that shape. */
  parse<Schema extends z.ZodType>(schema: Schema, reply: Reply, path: string): z.output<Schema> {
    const result = schema.safeParse(this.#success(reply, path));
    if (!result.success) {
      throw malformed(this.host, path, shapeProblem(result.error));
    }
    return result.data;
  }

  #success(reply: Reply, path: string): unknown {
    if (reply.status < 200 || reply.status > 299) {
      throw refusal(reply, this.host, path);
    }
    if (reply.json === undefined) {
      throw malformed(this.host, path, l10n.t('no JSON'));
    }
    return reply.json;
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
    const url = `${this.#baseUrl}${request.path}${query === '' ? '' : `?${query}`}`;
    const where = { host: this.host, path: request.path };
    this.#requests += 1;
    let raw: RawReply;
    try {
      const here: Exchange = (...attempt) => exchange(fetch, ...attempt);
      const send = (fetch === runtimeFetch ? request.exchange?.() : null) ?? here;
      raw = await send(url, this.#headers, timeouts, request.signal);
    } catch (error) {
      request.signal?.throwIfAborted();
      if (error instanceof EngineError) {
        // Not the network: the thread that asks has died.
        throw error;
      }
      return judgeFailure(error, where);
    }
    const now = clock.now();
    const took = `${String(now - started)} ms, ${String(raw.bytes)} bytes`;
    log.debug(`GET ${request.path}: HTTP ${String(raw.status)}, ${took}`);
    return judgeReply(raw, await this.#json(raw, request), { ...where, now });
  }

  /** Error pages of proxies may quote the request that they are about: the keys are taken out of them. */
  #json({ status, body, decoded }: RawReply, { decode }: HttpRequest): unknown {
    if (status >= firstUnsuccessful) {
      return parseJson(this.#redact(textOf(body)));
    }
    if (decoded !== undefined) {
      return decoded;
    }
    return decode === undefined ? parseJson(textOf(body)) : decode(body);
  }

  #redact(text: string): string {
    return this.#secrets.reduce((clean, secret) => clean.replaceAll(secret, '***'), text);
  }
}
